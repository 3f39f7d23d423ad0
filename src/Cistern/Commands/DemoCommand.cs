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
    private const double RateMin = 0.1;
    private const double RateMax = 5_000;

    private const double DefaultRate = 1;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);
    private static readonly TimeSpan _defaultHistory = TimeSpan.FromDays(14);
    private static readonly TimeSpan _historyMax = TimeSpan.FromDays(90);

    // So that visits are under way when a day begins.
    private static readonly TimeSpan _warmUp = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan _liveInterval = TimeSpan.FromSeconds(1);

    private readonly Option<string> _listen = new("--listen") { Description = "The address to listen on.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    private readonly Option<string?> _data = new("--data") { Description = "Keep the data in this folder. Default: a temporary one that goes at the end.", HelpName = "DIR" };
    private readonly Option<int?> _seed = new("--seed") { Description = "The same seed and start make the same visitors. Default: by chance.", HelpName = "N" };
    private readonly Option<double> _rate = new("--rate") { Description = "Requests a second, on average over a working day.", HelpName = "N", DefaultValueFactory = _ => DefaultRate };
    private readonly Option<TimeSpan> _history = new("--history") { Description = "How far back the visitors go; the last day comes first. At most 90d.", HelpName = "DURATION", DefaultValueFactory = _ => _defaultHistory, CustomParser = argument => Units.ParseDuration(argument) };
    private readonly Option<TimeSpan?> _for = new("--for") { Description = "Stop after this long. Default: at Ctrl-C.", HelpName = "DURATION", CustomParser = argument => Units.ParseDuration(argument) };

    public DemoCommand(CommandContext context)
        : base(
            "demo",
            "Start a destination and let simulated visitors of a small site fill it through the Firehose protocol: the last two weeks, and live.",
            "cistern demo",
            "cistern demo --listen http://127.0.0.1:9090 --data ./demo --seed 7 --rate 20 --history 2d")
    {
        Add(_listen);
        Add(_data);
        Add(_seed);
        Add(_rate);
        _rate.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<double>() is < RateMin or > RateMax)
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"cannot use {result.GetValueOrDefault<double>()} for --rate: it must be from {RateMin} to {RateMax:0}"));
            }
        });
        Add(_history);
        Add(_for);
        StopTimeout = TimeSpan.FromSeconds(60);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var history = parsed.GetValue(_history);
        if (history > _historyMax)
        {
            throw new CommandFailedException($"--history {history.TotalDays:0.#}d is longer than {_historyMax.TotalDays:0}d");
        }

        using var folder = new DemoFolder(parsed.GetValue(_data));
        var story = DemoRules.Prepare(folder.Path, context.Time.GetUtcNow());
        using var end = parsed.GetValue(_for) is { } length ? new CancellationTokenSource(length, context.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, end.Token);
        await using var server = await LocalServer.StartAsync(context, folder.Path, "demo", KeyScopes.Ingest | KeyScopes.Read, parsed.GetValue(_listen)!, cancel);
        try
        {
            var visitors = new Visitors(parsed.GetValue(_seed) ?? Random.Shared.Next(), parsed.GetValue(_rate), story);
            await RunAsync(context, server, visitors, history, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The way that a demo ends.
        }

        return ExitCode.Ok;
    }

    private static async Task RunAsync(CommandContext context, LocalServer server, Visitors visitors, TimeSpan history, CancellationToken cancel)
    {
        using var http = new HttpClient();
        using var connections = new HttpMessageInvoker(FirehoseSender.CreateHandler(server.Url));
        var api = new ApiClient(http, server.Url, server.Key);
        var sender = new FirehoseSender(connections, DestinationOf(server), context.Time, Random.Shared);
        var now = context.Time.GetUtcNow();
        var last = await FindLastAsync(api, cancel);
        var earliest = now - (history < _day ? history : _day);
        using var feed = new DemoFeed(visitors.From(last > earliest ? last.Value.AddMilliseconds(1) : earliest), context.Time);

        // First, so that the day can be watched filling.
        Greet(context.Terminal, server, visitors.Seed);
        await BackfillAsync(context, sender, feed, cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var live = GoOnAsync(context, sender, feed, stop.Token);
        var screen = new DemoScreen(context, api).RunAsync(stop.Token);

        // On a folder that was used before, what was before is there.
        var before = last is null ? FillAsync(context, sender, visitors, now, history, stop.Token) : Task.CompletedTask;

        // Whichever ends first ends the other: by an error, or because both were stopped.
        await Task.WhenAny(live, screen, FailureOf(before));
        await stop.CancelAsync();
        await Task.WhenAll(live, screen, before);
    }

    // Ends when a task fails, and never if it does not.
    private static async Task FailureOf(Task task)
    {
        await task;
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
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
    private static async Task<DateTimeOffset?> FindLastAsync(ApiClient api, CancellationToken cancel)
    {
        var answer = await api.SqlAsync($"SELECT max(time) AS last FROM requests WHERE stream = '{DemoFeed.StreamArn}'", cancel);
        return answer.Rows is [[{ ValueKind: System.Text.Json.JsonValueKind.String } last]] ? last.GetDateTimeOffset() : null;
    }

    private static async Task BackfillAsync(CommandContext context, FirehoseSender sender, DemoFeed feed, CancellationToken cancel)
    {
        var progress = new ProgressLine(context.Terminal, context.Time);
        var statistics = new SendStatistics(context.Time);
        await SendAsync(sender, feed, context.Time.GetUtcNow(), BackfillParallel, statistics, () => progress.Show(() => $"sending the last day: {statistics.Line()}"), cancel);
        progress.Note(string.Create(CultureInfo.InvariantCulture, $"sent {Units.Count(statistics.Records)} requests of the last day in {statistics.Elapsed.TotalSeconds:0.0} s"));
    }

    // The days before the last one, back to the first.
    private static async Task FillAsync(CommandContext context, FirehoseSender sender, Visitors visitors, DateTimeOffset now, TimeSpan history, CancellationToken cancel)
    {
        var statistics = new SendStatistics(context.Time);
        for (var day = 1; day < history.TotalDays; day++)
        {
            var until = now - (day * _day);
            var from = until - _day < now - history ? now - history : until - _day;
            var traffic = (visitors with { Seed = visitors.Seed + day }).From(from - _warmUp);
            traffic.SkipUntil(from);
            using var feed = new DemoFeed(traffic, context.Time);
            await SendAsync(sender, feed, until, 1, statistics, () => { }, cancel);
        }

        if (!context.Terminal.OutIsInteractive && statistics.Records > 0)
        {
            context.Terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"sent {Units.Count(statistics.Records)} requests of the days before in {statistics.Elapsed.TotalSeconds:0.0} s"));
        }
    }

    private static async Task SendAsync(FirehoseSender sender, DemoFeed feed, DateTimeOffset until, int parallel, SendStatistics statistics, Action sent, CancellationToken cancel)
    {
        var pump = new DeliveryPump<OutgoingDelivery>(sender, delivery => delivery, parallel, (delivery, outcome) => Check(delivery, outcome, statistics), cancel);
        while (feed.Next(until, BackfillLines) is { } delivery)
        {
            await pump.SendAsync(delivery, cancel);
            sent();
        }

        await pump.CompleteAsync();
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

    /// <summary>Who comes: the same for the same seed.</summary>
    private sealed record Visitors(int Seed, double Rate, DemoStory Story)
    {
        public DemoTraffic From(DateTimeOffset start) => new(Seed, start, Rate, Story);
    }
}
