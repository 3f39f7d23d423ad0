using System.Globalization;
using System.Text.Json;
using Cistern.Commands.Asking;
using Cistern.Commands.Sending;
using Cistern.Delivery.Http;
using Cistern.Demo;

namespace Cistern.Commands;

/// <summary>Sends what the demo's delivery streams bring: the last day, then the present as it comes, and meanwhile the days before.</summary>
/// <remarks>The past goes to the destination at once, as a Firehose would have delivered it; the present is put into the demo's own Firehose, which buffers, transforms and delivers it.</remarks>
internal sealed class DemoSender : IDisposable
{
    private const int BackfillParallel = 2;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);
    private static readonly TimeSpan _liveInterval = TimeSpan.FromSeconds(1);

    private readonly CommandContext _context;
    private readonly DemoFeeds _feeds;
    private readonly HttpMessageInvoker _connections;
    private readonly Dictionary<DemoStream, FirehoseSender> _senders;
    private readonly DemoFirehose _firehose;
    private RecordFeed[] _open = [];
    private volatile PutSoFar _put = new(0, DateTimeOffset.MinValue, DateTimeOffset.MinValue);

    public DemoSender(CommandContext context, LocalServer server, DemoFirehose firehose, DemoFeeds feeds)
    {
        (_context, _firehose, _feeds) = (context, firehose, feeds);
        _connections = new HttpMessageInvoker(FirehoseSender.CreateHandler(server.Url));
        _senders = DemoStream.All.ToDictionary(stream => stream, stream => new FirehoseSender(_connections, DestinationOf(server, stream), context.Time, Random.Shared));
    }

    /// <summary>What was put into the stream of requests.</summary>
    public PutSoFar Put => _put;

    /// <summary>Opens each stream where it stopped, or at the earliest moment; says whether nothing was sent before.</summary>
    public async Task<bool> OpenAsync(ApiClient api, DateTimeOffset earliest, CancellationToken cancel)
    {
        var feeds = new List<RecordFeed>();
        var delivered = await api.SqlAsync("SELECT DISTINCT stream FROM deliveries", cancel);
        var before = delivered.Rows.Select(row => row[0].GetString()).ToHashSet();
        foreach (var stream in DemoStream.All)
        {
            // On a folder that was used before, the world goes on where it stopped.
            var last = before.Contains(stream.Arn) ? await FindLastAsync(api, stream, cancel) : null;
            feeds.Add(_feeds.From(stream, last > earliest ? last.Value.AddMilliseconds(1) : earliest));
        }

        _open = [.. feeds];
        return before.Count == 0;
    }

    /// <summary>Sends everything up to now.</summary>
    public async Task BackfillAsync(CancellationToken cancel)
    {
        var progress = new ProgressLine(_context.Terminal, _context.Time);
        var statistics = new SendStatistics(_context.Time);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(_context.Time.GetUtcNow().ToUnixTimeMilliseconds());
        _put = new PutSoFar(0, now, now);
        void Sent() => progress.Show(() => $"sending the last day: {statistics.Line()}");

        // Metrics come last: those of the edge are counted from the requests. Logs need not wait.
        await Task.WhenAll(_open.GroupBy(feed => feed.Stream.Table == DemoStream.ServiceLogs.Table).Select(half => SendAllAsync(half, now, BackfillParallel, statistics, Sent, cancel)));
        progress.Note(string.Create(CultureInfo.InvariantCulture, $"sent {Units.Count(statistics.Records)} records of the last day in {statistics.Elapsed.TotalSeconds:0.0} s"));
    }

    /// <summary>Puts the present into the streams as it comes, until it is cancelled.</summary>
    public async Task GoOnAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(_liveInterval, _context.Time);
        do
        {
            foreach (var feed in _open)
            {
                var until = DateTimeOffset.FromUnixTimeMilliseconds((_context.Time.GetUtcNow() - feed.Stream.Delay).ToUnixTimeMilliseconds());
                while (feed.NextRecords(until) is { Count: > 0 } records)
                {
                    await _firehose.PutAsync(feed.Stream, records, cancel);
                    _put = feed.Stream == DemoStream.Requests ? _put with { Records = _put.Records + records.Count } : _put;
                }

                _put = feed.Stream == DemoStream.Requests ? _put with { Until = until } : _put;
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Sends the days before the last one, back to the first.</summary>
    public async Task FillAsync(DateTimeOffset today, TimeSpan history, CancellationToken cancel)
    {
        var statistics = new SendStatistics(_context.Time);
        for (var day = 1; day < history.TotalDays; day++)
        {
            var until = today - (day * _day);
            var from = until - _day < today - history ? today - history : until - _day;
            RecordFeed[] feeds = [.. DemoStream.All.Select(stream => _feeds.From(stream, from, day))];
            try
            {
                await SendAllAsync(feeds, until, 1, statistics, () => { }, cancel);
            }
            finally
            {
                Array.ForEach(feeds, feed => feed.Dispose());
            }
        }

        if (!_context.Terminal.OutIsInteractive && statistics.Records > 0)
        {
            _context.Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sent {Units.Count(statistics.Records)} records of the days before in {statistics.Elapsed.TotalSeconds:0.0} s"));
        }
    }

    public void Dispose()
    {
        Array.ForEach(_open, feed => feed.Dispose());
        _connections.Dispose();
    }

    private static HttpDestination DestinationOf(LocalServer server, DemoStream stream) => new()
    {
        Url = new Uri(server.Url, stream.Route),
        SourceArn = stream.Arn,
        AccessKey = server.Key,
        CommonAttributes = stream.Attributes,
        GiveUpWhenRefused = true,
    };

    private static async Task<DateTimeOffset?> FindLastAsync(ApiClient api, DemoStream stream, CancellationToken cancel)
    {
        var answer = await api.SqlAsync($"SELECT max(time) AS last FROM {stream.Table} WHERE stream = '{stream.Arn}'", cancel);
        return answer.Rows is [[{ ValueKind: JsonValueKind.String } last]] ? last.GetDateTimeOffset() : null;
    }

    // One after the other, as they are listed.
    private async Task SendAllAsync(IEnumerable<RecordFeed> feeds, DateTimeOffset until, int parallel, SendStatistics statistics, Action sent, CancellationToken cancel)
    {
        foreach (var feed in feeds)
        {
            var pump = new DeliveryPump<OutgoingDelivery>(_senders[feed.Stream], delivery => delivery, parallel, (delivery, outcome) => Check(delivery, outcome, statistics), cancel);
            while (feed.Next(until) is { } delivery)
            {
                await pump.SendAsync(delivery, cancel);
                sent();
            }

            await pump.CompleteAsync();
        }
    }

    private static void Check(OutgoingDelivery delivery, DeliveryOutcome outcome, SendStatistics statistics)
    {
        statistics.Add(delivery, outcome);
        if (!outcome.Delivered)
        {
            throw new CommandFailedException($"the destination did not take the demo's delivery {delivery.RequestId}: {outcome.Last.Message}");
        }
    }
}

/// <summary>How many records were put into a stream, and of which time they are.</summary>
internal sealed record PutSoFar(long Records, DateTimeOffset Since, DateTimeOffset Until);
