using System.Globalization;
using Cistern.Commands.Asking;
using Cistern.Demo;

namespace Cistern.Commands;

/// <param name="Before">How long all is well.</param>
/// <param name="Outage">Longer than a delivery is tried again, so that records are backed up.</param>
/// <param name="UntilReplay">How long somebody may press the button.</param>
internal sealed record DemoOutageTimes(TimeSpan Before, TimeSpan Outage, TimeSpan UntilReplay)
{
    public static DemoOutageTimes Usual { get; } = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(60));
}

/// <summary>A failure and its recovery: the destination turns away what the demo's Firehose delivers, for longer than it is tried again; then what was backed up is replayed.</summary>
/// <remarks>The dashboard and the deliveries of the past go on meanwhile.</remarks>
internal sealed class DemoOutage(CommandContext context, DemoNews news, DemoDoor door, DemoOutageTimes times)
{
    /// <summary>How long a delivery is tried again: so short that somebody who watches sees the end of it.</summary>
    public const int RetrySeconds = 5;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _settled = TimeSpan.FromSeconds(30);

    /// <param name="key">The access key of the Firehose.</param>
    /// <param name="put">What was put into the stream of requests so far.</param>
    public async Task RunAsync(DemoFirehose firehose, string key, ApiClient api, Func<PutSoFar> put, CancellationToken cancel)
    {
        await Task.Delay(times.Before, context.Time, cancel);
        news.Tell($"outage: for {times.Outage.TotalSeconds:0} s the destination answers 503 to the Firehose, which tries again for {RetrySeconds} s and then backs the records up (dashboard: Delivery health)");
        door.Refuse(key);
        await Task.Delay(times.Outage, context.Time, cancel);
        door.RefuseNobody();

        // What was given up last is on its way to the bucket.
        await firehose.SettleAsync(_settled, cancel);
        var (objects, records) = await firehose.BackedUpAsync(cancel);
        news.Tell($"the destination is well again; {Units.Count(records)} records of {Units.Count(objects)} objects are backed up: press Replay in Delivery health, or wait {times.UntilReplay.TotalSeconds:0} s");
        await WaitForReplayAsync(firehose, cancel);
        await firehose.ReplayAsync(cancel);
        await TellOutcomeAsync(firehose, api, put, cancel);
    }

    // Somebody presses the button, or nobody does.
    private async Task WaitForReplayAsync(DemoFirehose firehose, CancellationToken cancel)
    {
        var started = context.Time.GetTimestamp();
        while (context.Time.GetElapsedTime(started) < times.UntilReplay && (await firehose.BackedUpAsync(cancel)).Objects > 0)
        {
            await Task.Delay(_pause, context.Time, cancel);
        }
    }

    // Counted here and there: what was put into the stream of requests, and what the destination has of the same time.
    private async Task TellOutcomeAsync(DemoFirehose firehose, ApiClient api, Func<PutSoFar> put, CancellationToken cancel)
    {
        var started = context.Time.GetTimestamp();
        var (records, since, until) = put();
        var question = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT count(*) AS stored, count(DISTINCT request_id) AS different FROM requests WHERE stream = '{DemoStream.Requests.Arn}' AND time >= '{since.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}+00' AND time < '{until.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}+00'");
        while (true)
        {
            await firehose.DrainAsync(_pause, cancel);
            var row = (await api.SqlAsync(question, cancel)).Rows[0];
            var (stored, different) = (row[0].GetInt64(), row[1].GetInt64());
            if (stored >= records || context.Time.GetElapsedTime(started) > _settled)
            {
                news.Tell($"replayed: of the {Units.Count(records)} requests that were put since {since:HH:mm:ss}, {Units.Count(stored)} are stored, {(stored == different ? "each once" : $"{Units.Count(stored - different)} of them twice")}");
                return;
            }
        }
    }
}
