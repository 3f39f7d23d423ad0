using System.CommandLine;
using System.Globalization;
using Cistern.Commands.Asking;
using Cistern.Dashboard;
using Cistern.Demo;
using Cistern.Demo.Metrics;
using Cistern.Demo.Origin;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary><c>cistern demo</c>: a destination with an invented site, so that there is something to look at within seconds.</summary>
internal sealed class DemoCommand : CisternCommand
{
    private const double RateMin = 0.1;
    private const double RateMax = 5_000;

    private const double DefaultRate = 1;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);
    private static readonly TimeSpan _defaultHistory = TimeSpan.FromDays(14);
    private static readonly TimeSpan _drainLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _historyMax = TimeSpan.FromDays(90);

    private readonly Option<string> _listen = new("--listen") { Description = "The address to listen on.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    private readonly Option<string?> _data = new("--data") { Description = "Keep the data in this folder. Default: a temporary one that goes at the end.", HelpName = "DIR" };
    private readonly Option<int?> _seed = new("--seed") { Description = "The same seed and start make the same data. Default: by chance.", HelpName = "N" };
    private readonly Option<double> _rate = new("--rate") { Description = "Requests a second, on average over a working day; logs grow with it up to 20.", HelpName = "N", DefaultValueFactory = _ => DefaultRate };
    private readonly Option<TimeSpan> _history = new("--history") { Description = "How far back it goes; the last day comes first. At most 90d.", HelpName = "DURATION", DefaultValueFactory = _ => _defaultHistory, CustomParser = argument => Units.ParseDuration(argument) };
    private readonly Option<bool> _withOutage = new("--with-outage") { Description = "After 20 s live the destination turns deliveries away for 25 s; what is backed up meanwhile is replayed." };
    private readonly Option<TimeSpan?> _for = new("--for") { Description = "Stop after this long. Default: at Ctrl-C.", HelpName = "DURATION", CustomParser = argument => Units.ParseDuration(argument) };

    public DemoCommand(CommandContext context)
        : base(
            "demo",
            "Start a destination and a local Firehose and let a simulated small site fill them, with visitors, logs and metrics: the last two weeks, and live.",
            "cistern demo",
            "cistern demo --with-outage",
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
        Add(_withOutage);
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
        var now = context.Time.GetUtcNow();
        var story = DemoRules.Prepare(folder.Path, now);
        using var end = parsed.GetValue(_for) is { } length ? new CancellationTokenSource(length, context.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, end.Token);
        var news = new DemoNews(context.Terminal, context.Time);
        var door = new DemoDoor();
        var outage = parsed.GetValue(_withOutage) ? new DemoOutage(context, news, door, DemoOutageTimes.Usual) : null;
        await using var firehose = await DemoFirehose.StartAsync(context, folder.Path, cancel);
        var serving = new LocalServing(parsed.GetValue(_listen)!, firehose.Client.Url.GetLeftPart(UriPartial.Authority), door.Refuses);
        await using var server = await LocalServer.StartAsync(context, folder.Path, "demo", KeyScopes.Ingest | KeyScopes.Read, serving, cancel);
        try
        {
            var feeds = new DemoFeeds(parsed.GetValue(_seed) ?? Random.Shared.Next(), parsed.GetValue(_rate), story, now, context.Time);
            await RunAsync(new DemoRun(context, server, firehose, feeds, news, door, outage), now, history, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The way that a demo ends.
        }

        return ExitCode.Ok;
    }

    private static async Task RunAsync(DemoRun run, DateTimeOffset now, TimeSpan history, CancellationToken cancel)
    {
        var (context, server, firehose, feeds, news, door, outage) = run;
        using var http = new HttpClient();
        var api = new ApiClient(http, server.Url, server.Key);
        using var streams = new DemoSender(context, server, firehose, feeds);

        // It may administer, so that a replay is known again whenever its records came first.
        var key = server.CreateKey("demo-firehose", KeyScopes.Ingest | KeyScopes.Admin);
        await firehose.PointToAsync(server.Url, key, outage is null ? null : DemoOutage.RetrySeconds, cancel);
        door.Open();
        await firehose.DrainAsync(_drainLimit, cancel);

        // A period of every length begins here, so that no two days have a part of one.
        var today = MetricFeed.Floor(now);
        var anew = await streams.OpenAsync(api, today - (history < _day ? history : _day), cancel);

        // First, so that the day can be watched filling.
        Greet(context.Terminal, server, firehose, feeds.Seed);
        await streams.BackfillAsync(cancel);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var live = streams.GoOnAsync(stop.Token);
        var screen = new DemoScreen(context, api, news).RunAsync(stop.Token);

        // On a folder that was used before, what was before is there.
        var before = anew ? streams.FillAsync(today, history, stop.Token) : Task.CompletedTask;
        var shown = outage?.RunAsync(firehose, key, api, () => streams.Put, stop.Token) ?? Task.CompletedTask;

        // Whichever ends first ends the others: by an error, or because all were stopped.
        await Task.WhenAny(live, screen, FailureOf(before), FailureOf(shown));
        await stop.CancelAsync();
        await Task.WhenAll(live, screen, before, shown);
    }

    // Ends when a task fails, and never if it does not.
    private static async Task FailureOf(Task task)
    {
        await task;
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    private static void Greet(Terminal terminal, LocalServer server, DemoFirehose firehose, int seed)
    {
        terminal.Out.WriteLine($"Look at {server.CreateSignInLink()} (signs in once, within {SignIns.LinkLifetime.TotalMinutes} minutes); Ctrl-C stops the demo.");
        terminal.Out.WriteLine($"Programs ask with the key {server.Key} (seed {seed}), for instance:");
        terminal.Out.WriteLine($"  curl -s {new Uri(server.Url, "/api/sql")} -H 'Authorization: Bearer {server.Key}' -H 'Content-Type: text/plain' \\");
        terminal.Out.WriteLine("    -d 'SELECT path, count(*) AS requests FROM requests GROUP BY path ORDER BY requests DESC LIMIT 10'");
        terminal.Out.WriteLine($"  cistern query --url {server.Url} --key {server.Key} --measure requests,time_taken_p95 --by time:1h");
        terminal.Out.WriteLine("What happens now goes through a Firehose of its own, which takes records, too:");
        terminal.Out.WriteLine($"  AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws firehose list-delivery-streams --endpoint-url {firehose.Client.Url.GetLeftPart(UriPartial.Authority)} --region {DemoAccounts.Region}");
        terminal.Out.Flush();
    }

    private sealed record DemoRun(CommandContext Context, LocalServer Server, DemoFirehose Firehose, DemoFeeds Feeds, DemoNews News, DemoDoor Door, DemoOutage? Outage);
}
