using System.Globalization;
using System.Text.Json;
using Cistern.Commands.Asking;
using Cistern.Commands.Sending;
using Cistern.Delivery.Http;
using Cistern.Demo;

namespace Cistern.Commands;

/// <summary>Sends what the demo's delivery streams bring: the last day, then the present as it comes, and meanwhile the days before.</summary>
internal sealed class DemoSender : IDisposable
{
    private const int BackfillParallel = 2;

    private static readonly TimeSpan _day = TimeSpan.FromDays(1);
    private static readonly TimeSpan _liveInterval = TimeSpan.FromSeconds(1);

    private readonly CommandContext _context;
    private readonly DemoFeeds _feeds;
    private readonly HttpMessageInvoker _connections;
    private readonly Dictionary<DemoStream, FirehoseSender> _senders;
    private IDemoFeed[] _open = [];

    public DemoSender(CommandContext context, LocalServer server, DemoFeeds feeds)
    {
        (_context, _feeds) = (context, feeds);
        _connections = new HttpMessageInvoker(FirehoseSender.CreateHandler(server.Url));
        _senders = DemoStream.All.ToDictionary(stream => stream, stream => new FirehoseSender(_connections, DestinationOf(server, stream), context.Time, Random.Shared));
    }

    /// <summary>Opens each stream where it stopped, or at the earliest moment; says whether nothing was sent before.</summary>
    public async Task<bool> OpenAsync(ApiClient api, DateTimeOffset earliest, CancellationToken cancel)
    {
        var feeds = new List<IDemoFeed>();
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
        var now = _context.Time.GetUtcNow();
        void Sent() => progress.Show(() => $"sending the last day: {statistics.Line()}");

        // Metrics come last: those of the edge are counted from the requests. Logs need not wait.
        await Task.WhenAll(_open.GroupBy(feed => feed.Stream.Table == DemoStream.ServiceLogs.Table).Select(half => SendAllAsync(half, now, BackfillParallel, statistics, Sent, cancel)));
        progress.Note(string.Create(CultureInfo.InvariantCulture, $"sent {Units.Count(statistics.Records)} records of the last day in {statistics.Elapsed.TotalSeconds:0.0} s"));
    }

    /// <summary>Sends the present as it comes, until it is cancelled.</summary>
    public async Task GoOnAsync(CancellationToken cancel)
    {
        var statistics = new SendStatistics(_context.Time);
        using var timer = new PeriodicTimer(_liveInterval, _context.Time);
        do
        {
            foreach (var feed in _open)
            {
                while (feed.Next(_context.Time.GetUtcNow() - feed.Stream.Delay) is { } delivery)
                {
                    Check(delivery, await _senders[feed.Stream].SendAsync(delivery, cancel), statistics);
                }
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
            IDemoFeed[] feeds = [.. DemoStream.All.Select(stream => _feeds.From(stream, from, day))];
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
    private async Task SendAllAsync(IEnumerable<IDemoFeed> feeds, DateTimeOffset until, int parallel, SendStatistics statistics, Action sent, CancellationToken cancel)
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
