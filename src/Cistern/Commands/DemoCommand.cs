using System.CommandLine;
using System.Globalization;
using Cistern.Commands.Asking;
using Cistern.Commands.Sending;
using Cistern.Dashboard;
using Cistern.Delivery.Http;
using Cistern.Demo;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary><c>cistern demo</c>: a destination with invented visitors, so that there is something to look at within seconds.</summary>
internal sealed class DemoCommand : CisternCommand
{
    private const int BackfillLines = 5_000;
    private const int BackfillParallel = 2;
    private const int RateMax = 5_000;

    private static readonly TimeSpan _backfill = TimeSpan.FromHours(24);
    private static readonly TimeSpan _liveInterval = TimeSpan.FromSeconds(1);

    private readonly Option<string> _listen = new("--listen") { Description = "The address to listen on.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    private readonly Option<string?> _data = new("--data") { Description = "Keep the data in this folder. Default: a temporary one that goes at the end.", HelpName = "DIR" };
    private readonly Option<int?> _seed = new("--seed") { Description = "The same seed and start make the same visitors. Default: by chance.", HelpName = "N" };
    private readonly Option<int> _rate = SharedOptions.Number("--rate", "Requests a second, on average over a working day.", (int)DemoTraffic.NominalRate, 1, RateMax);
    private readonly Option<TimeSpan?> _for = new("--for") { Description = "Stop after this long. Default: at Ctrl-C.", HelpName = "DURATION", CustomParser = argument => Units.ParseDuration(argument) };

    public DemoCommand(CommandContext context)
        : base(
            "demo",
            "Start a destination and let simulated visitors of a small site fill it through the Firehose protocol: the last 24 hours first, then live.",
            "cistern demo",
            "cistern demo --listen http://127.0.0.1:9090 --data ./demo --seed 7 --rate 20")
    {
        Add(_listen);
        Add(_data);
        Add(_seed);
        Add(_rate);
        Add(_for);
        StopTimeout = TimeSpan.FromSeconds(60);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        using var folder = new DemoFolder(parsed.GetValue(_data));
        using var end = parsed.GetValue(_for) is { } length ? new CancellationTokenSource(length, context.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, end.Token);
        await using var server = await LocalServer.StartAsync(context, folder.Path, "demo", KeyScopes.Ingest | KeyScopes.Read, parsed.GetValue(_listen)!, cancel);
        try
        {
            await RunAsync(context, server, parsed.GetValue(_seed) ?? Random.Shared.Next(), parsed.GetValue(_rate), either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The way that a demo ends.
        }

        return ExitCode.Ok;
    }

    private static async Task RunAsync(CommandContext context, LocalServer server, int seed, int rate, CancellationToken cancel)
    {
        using var http = new HttpClient();
        using var connections = new HttpMessageInvoker(FirehoseSender.CreateHandler(server.Url));
        var api = new ApiClient(http, server.Url, server.Key);
        var sender = new FirehoseSender(connections, DestinationOf(server), context.Time, Random.Shared);
        var start = await FindStartAsync(api, context.Time.GetUtcNow() - _backfill, cancel);
        using var feed = new DemoFeed(new DemoTraffic(seed, start, rate), context.Time);

        await BackfillAsync(context, sender, feed, cancel);
        Greet(context.Terminal, server, seed);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var live = GoOnAsync(context, sender, feed, stop.Token);
        var screen = new DemoScreen(context, api).RunAsync(stop.Token);

        // Whichever ends first ends the other: by an error, or because both were stopped.
        await Task.WhenAny(live, screen);
        await stop.CancelAsync();
        await Task.WhenAll(live, screen);
    }

    private static HttpDestination DestinationOf(LocalServer server) => new()
    {
        Url = new Uri(server.Url, DemoFeed.Route),
        SourceArn = DemoFeed.StreamArn,
        AccessKey = server.Key,
        CommonAttributes = DemoFeed.Attributes,
        GiveUpWhenRefused = true,
    };

    // On a folder that was used before, the visitors go on where they stopped.
    private static async Task<DateTimeOffset> FindStartAsync(ApiClient api, DateTimeOffset earliest, CancellationToken cancel)
    {
        var answer = await api.SqlAsync($"SELECT max(time) AS last FROM requests WHERE stream = '{DemoFeed.StreamArn}'", cancel);
        return answer.Rows is [[{ ValueKind: System.Text.Json.JsonValueKind.String } last]] && last.GetDateTimeOffset() > earliest
            ? last.GetDateTimeOffset().AddMilliseconds(1)
            : earliest;
    }

    private static async Task BackfillAsync(CommandContext context, FirehoseSender sender, DemoFeed feed, CancellationToken cancel)
    {
        var progress = new ProgressLine(context.Terminal, context.Time);
        var statistics = new SendStatistics(context.Time);
        var pump = new DeliveryPump<OutgoingDelivery>(sender, delivery => delivery, BackfillParallel, (delivery, outcome) => Check(delivery, outcome, statistics), cancel);
        var until = context.Time.GetUtcNow();
        while (feed.Next(until, BackfillLines) is { } delivery)
        {
            await pump.SendAsync(delivery, cancel);
            progress.Show(() => $"sending the last 24 hours: {statistics.Line()}");
        }

        await pump.CompleteAsync();
        progress.Note(string.Create(CultureInfo.InvariantCulture, $"sent {Units.Count(statistics.Records)} requests of the last 24 hours in {statistics.Elapsed.TotalSeconds:0.0} s"));
    }

    private static async Task GoOnAsync(CommandContext context, FirehoseSender sender, DemoFeed feed, CancellationToken cancel)
    {
        var statistics = new SendStatistics(context.Time);
        using var timer = new PeriodicTimer(_liveInterval, context.Time);
        do
        {
            while (feed.Next(context.Time.GetUtcNow(), BackfillLines) is { } delivery)
            {
                Check(delivery, await sender.SendAsync(delivery, cancel), statistics);
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private static void Check(OutgoingDelivery delivery, DeliveryOutcome outcome, SendStatistics statistics)
    {
        statistics.Add(delivery, outcome);
        if (!outcome.Delivered)
        {
            throw new CommandFailedException($"the destination did not take the demo's delivery {delivery.RequestId}: {outcome.Last.Message}");
        }
    }

    private static void Greet(Terminal terminal, LocalServer server, int seed)
    {
        terminal.Out.WriteLine($"Look at {server.CreateSignInLink()} (signs in once, within {SignIns.LinkLifetime.TotalMinutes} minutes); Ctrl-C stops the demo.");
        terminal.Out.WriteLine($"Programs ask with the key {server.Key} (seed {seed}), for instance:");
        terminal.Out.WriteLine($"  curl -s {new Uri(server.Url, "/api/sql")} -H 'Authorization: Bearer {server.Key}' -H 'Content-Type: text/plain' \\");
        terminal.Out.WriteLine("    -d 'SELECT path, count(*) AS requests FROM requests GROUP BY path ORDER BY requests DESC LIMIT 10'");
        terminal.Out.WriteLine($"  cistern query --url {server.Url} --key {server.Key} --measure requests,time_taken_p95 --by time:1h");
        terminal.Out.Flush();
    }
}
