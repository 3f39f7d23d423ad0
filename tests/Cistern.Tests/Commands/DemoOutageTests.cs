using Cistern.Commands;
using Cistern.Commands.Asking;
using Cistern.Demo;
using Cistern.Ingest.Keys;
using Cistern.Store;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Commands;

/// <summary>The demo's Firehose with its real parts: the server in this process, the function as a process of its own, buckets in the data folder.</summary>
public sealed class DemoOutageTests
{
    private static readonly DemoOutageTimes Quick = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(2));

    [Fact]
    public async Task What_is_refused_for_longer_than_it_is_tried_again_is_backed_up_replayed_and_stored_once()
    {
        using var folder = new ScratchFolder();
        using var output = new StringWriter();
        var context = Context(TextWriter.Synchronized(output));
        var door = new DemoDoor();
        var outage = new DemoOutage(context, new DemoNews(context.Terminal, context.Time), door, Quick);
        await using var firehose = await DemoFirehose.StartAsync(context, folder, Cancel);
        await using var server = await LocalServer.StartAsync(context, folder, "demo", KeyScopes.Ingest | KeyScopes.Read, new LocalServing(Refuses: door.Refuses), Cancel);
        var key = server.CreateKey("demo-firehose", KeyScopes.Ingest | KeyScopes.Admin);
        await firehose.PointToAsync(server.Url, key, DemoOutage.RetrySeconds, Cancel);
        door.Open();
        using var http = new HttpClient();
        var api = new ApiClient(http, server.Url, server.Key);

        var begun = Truncated(DateTimeOffset.UtcNow);
        var put = new PutSoFar(0, begun, begun);
        using var stop = new CancellationTokenSource();
        var putting = PutAsync(firehose, begun, next => put = next, stop.Token);
        await outage.RunAsync(firehose, key, api, () => put, Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => putting);

        var told = output.ToString();
        Assert.Contains("answers 503", told, StringComparison.Ordinal);
        Assert.Matches("[1-9][0-9]* records of [1-9][0-9]* objects are backed up: press Replay", told);
        Assert.Matches(@"of the ([0-9,]+) requests that were put since .+, \1 are stored, each once", told);
        Assert.True(put.Records > 20, $"{put.Records} requests");
        Assert.Equal((0, 0), await firehose.BackedUpAsync(Cancel));
        Assert.Equal(0, (await api.SqlAsync("SELECT count(*) FROM rejects", Cancel)).Rows[0][0].GetInt64());
    }

    [Fact]
    public async Task A_folder_that_was_used_before_goes_on_with_what_it_holds_under_another_address_and_key()
    {
        using var folder = new ScratchFolder();
        var context = Context(TextWriter.Null);
        var begun = Truncated(DateTimeOffset.UtcNow);
        using var feed = new DemoFeed(new DemoTraffic(7, begun.AddMinutes(-20), rate: 1), TimeProvider.System);
        var records = feed.NextRecords(begun);
        await using (var before = await DemoFirehose.StartAsync(context, folder, Cancel))
        {
            // Nobody listens there.
            await before.PointToAsync(new Uri("http://127.0.0.1:9"), "old", retrySeconds: null, Cancel);
            await before.PutAsync(DemoStream.Requests, records, Cancel);
        }

        await using var firehose = await DemoFirehose.StartAsync(context, folder, Cancel);
        await using var server = await LocalServer.StartAsync(context, folder, "demo", KeyScopes.Ingest | KeyScopes.Read, cancel: Cancel);
        await firehose.PointToAsync(server.Url, server.CreateKey("demo-firehose", KeyScopes.Ingest | KeyScopes.Admin), retrySeconds: null, Cancel);
        await firehose.DrainAsync(TimeSpan.FromSeconds(30), Cancel);

        using var http = new HttpClient();
        var stored = await new ApiClient(http, server.Url, server.Key).SqlAsync("SELECT count(*), count(DISTINCT request_id) FROM requests", Cancel);
        Assert.True(records.Count > 500, $"{records.Count} records, more than one batch");
        Assert.Equal((records.Count, records.Count), (stored.Rows[0][0].GetInt32(), stored.Rows[0][1].GetInt32()));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task PutAsync(DemoFirehose firehose, DateTimeOffset begun, Action<PutSoFar> told, CancellationToken cancel)
    {
        using var feed = new DemoFeed(new DemoTraffic(7, begun, rate: 20), TimeProvider.System);
        for (var count = 0L; ; await Task.Delay(500, cancel))
        {
            var until = Truncated(DateTimeOffset.UtcNow);
            while (feed.NextRecords(until) is { Count: > 0 } records)
            {
                await firehose.PutAsync(DemoStream.Requests, records, cancel);
                count += records.Count;
            }

            told(new PutSoFar(count, begun, until));
        }
    }

    // The store's times have milliseconds.
    private static DateTimeOffset Truncated(DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    private static CommandContext Context(TextWriter output) => new()
    {
        Terminal = new Terminal { Out = output, Error = TextWriter.Null, OpenIn = () => Stream.Null },
        OpenStore = StoreChoice.OpenAsync,
        Environment = new System.Collections.Hashtable(),
    };
}
