using System.Buffers;
using System.Globalization;
using System.Text;
using Cistern.Formats.Deliveries;
using Cistern.Store;
using Cistern.Tests.Formats;
using Cistern.Tests.Store;

namespace Cistern.Tests.Commands.Copying;

/// <summary>An embedded store with rows of every table over some days, among them the odd ones, whose folder a copy reads.</summary>
internal sealed class CopySource : IAsyncDisposable
{
    public const int Deliveries = 12;

    /// <summary>The first arrival; each delivery comes an hour later.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 3, 0, 0, TimeSpan.Zero);

    private readonly OpenStore _store = new();

    public string Folder => _store.Folder;

    public OpenStore Store => _store;

    /// <summary>A store that nobody has open.</summary>
    public static async Task<CopySource> MakeAsync(int deliveries = Deliveries)
    {
        var source = new CopySource();
        for (var number = 0; number < deliveries; number++)
        {
            await source.AddAsync(number, Start.AddHours(number));
        }

        source._store.Store.Count("refused", "key", TestDeliveries.Stream, "own", 3);
        await source._store.Store.DisposeAsync();
        return source;
    }

    /// <summary>Takes a delivery while nobody else has the store open.</summary>
    public async Task AddLaterAsync(int number, DateTimeOffset received)
    {
        _store.Reopen();
        await AddAsync(number, received);
        await _store.Store.DisposeAsync();
    }

    /// <summary>Rows of two days, of each signal, with a line that is none, and times that ClickHouse has no day for.</summary>
    public static DeliveryCommit Delivery(int number, DateTimeOffset received)
    {
        var logs = Bodies.FixtureText("cloudwatch-logs/own_firehose-decompressed.ndjson").Replace("\"id\":\"", string.Create(CultureInfo.InvariantCulture, $"\"id\":\"{number}"), StringComparison.Ordinal);
        var commit = new TestDeliveries().Commit(
            string.Create(CultureInfo.InvariantCulture, $"delivery-{number}"), received, RepeatScope.Delivery,
            [.. Enumerable.Range(0, 5).Select(row => TestDeliveries.Line(received.AddHours(-7 * row), $"{number}-{row}", $"/{row}")), TestDeliveries.Line(new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero), $"{number}-late"), logs, $"neither {number}\n"]);
        AddMetrics(commit.Rows, number, received);
        return commit with { Body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes("not decoded again")) };
    }

    public async ValueTask DisposeAsync() => await _store.DisposeAsync();

    private async Task AddAsync(int number, DateTimeOffset received) =>
        Assert.Equal(CommitStatus.Stored, (await OpenStore.CommitAsync(_store.Store, Delivery(number, received))).Status);

    // No format of today has all of these in one row.
    private static void AddMetrics(DecodedDelivery rows, int number, DateTimeOffset received)
    {
        var metrics = rows.Signals[2];
        foreach (var (value, time) in new (double?, DateTimeOffset)[] { (1.5, received), (double.NaN, received), (double.NegativeInfinity, received), (null, DateTimeOffset.UnixEpoch.AddDays(-3).AddHours(-5)) })
        {
            var row = metrics.RowCount;
            metrics.Values<long>("time").Set(row, time.ToUnixTimeMilliseconds() * 1000);
            metrics.Text("metric").Set(row, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"metric-{number}")));
            metrics.Map("dimensions").Add(row, "host"u8, "a'b\\c\t"u8);
            metrics.Map("dimensions").Add(row, "zone"u8, ""u8);
            metrics.Map("quantiles").Add(row, "p99"u8, 0.1);
            metrics.Values<double>("count").Set(row, 2);
            if (value is { } number1)
            {
                metrics.Values<double>("sum").Set(row, number1);
            }

            metrics.EndRow();
        }
    }
}
