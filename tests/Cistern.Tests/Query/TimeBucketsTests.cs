using Cistern.Query;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Tests.Query;

public class TimeBucketsTests(TestStore kind = TestStore.Embedded)
{
    // Clocks go forward on 29 March 2026 and back on 25 October 2026 in Berlin; Lord Howe moves by half an hour; Havana at midnight.
    [Theory]
    [InlineData("1d", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T12:00Z", "03-27T23:00 03-28T23:00 03-29T22:00")]
    [InlineData("1d", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-26T12:00Z", "10-23T22:00 10-24T22:00 10-25T23:00")]
    [InlineData("6h", "Europe/Berlin", "2026-03-28T23:00Z", "2026-03-29T22:00Z", "03-28T23:00 03-29T04:00 03-29T10:00 03-29T16:00")]
    [InlineData("1h", "Europe/Berlin", "2026-10-25T00:00Z", "2026-10-25T03:00Z", "10-25T00:00 10-25T01:00 10-25T02:00")] // the hour that comes twice is two buckets
    [InlineData("1d", "America/Havana", "2026-03-07T12:00Z", "2026-03-09T12:00Z", "03-07T05:00 03-08T05:00 03-09T04:00")]
    [InlineData("1w", "UTC", "2026-11-20T12:00Z", "2026-11-24T00:00Z", "11-16T00:00 11-23T00:00")]
    [InlineData("1mo", "Europe/Berlin", "2026-02-10T00:00Z", "2026-04-10T00:00Z", "01-31T23:00 02-28T23:00 03-31T22:00")]
    [InlineData("3mo", "UTC", "2026-02-10T00:00Z", "2026-04-10T00:00Z", "01-01T00:00 04-01T00:00")]
    [InlineData("15m", "Asia/Kathmandu", "2026-11-20T00:00Z", "2026-11-20T00:30Z", "11-20T00:00 11-20T00:15")]
    [InlineData("1h", "Asia/Kathmandu", "2026-11-20T00:00Z", "2026-11-20T01:30Z", "11-19T23:15 11-20T00:15 11-20T01:15")]
    [InlineData("10s", "UTC", "2026-11-20T00:00:05Z", "2026-11-20T00:00:21Z", "11-20T00:00 11-20T00:00 11-20T00:00")]
    public void Buckets_begin_where_the_wall_clock_says(string interval, string zone, string from, string to, string expected)
    {
        var buckets = Make(interval, zone, Parse(from), Parse(to));

        Assert.NotNull(buckets);
        Assert.Equal(expected, string.Join(' ', buckets.Starts.Select(start => start.UtcDateTime.ToString("MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture))));
    }

    // The statement divides within runs; a plain search through the starts is the judge.
    [Theory]
    [InlineData("1d", "Europe/Berlin")]
    [InlineData("1mo", "America/New_York")]
    [InlineData("6h", "Australia/Lord_Howe")]
    [InlineData("1h", "Europe/Berlin")]
    [InlineData("1w", "UTC")]
    public async Task The_statement_finds_the_same_bucket_as_a_search(string interval, string zone)
    {
        var (from, to) = (Parse("2026-03-01T05:17Z"), Parse("2026-05-01T21:03Z"));
        var buckets = Make(interval, zone, from, to)!;
        await using var store = await kind.OpenAsync();
        var random = new Random(7);
        var moments = Enumerable.Range(0, 2_000).Select(_ => from.AddMilliseconds(random.NextInt64((long)(to - from).TotalMilliseconds)))
            .Concat(buckets.Starts.Where(start => start >= from)).Append(from).ToArray();
        store.Execute($"INSERT INTO requests (time) VALUES {string.Join(", ", moments.Select(moment => $"(TIMESTAMP '{moment.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}')"))}");

        var sql = $"SELECT time, {buckets.Sql(store.Dialect.Microseconds("time"), store.Dialect.IntegerDivide)} FROM requests";
        using var result = await store.QueryAsync(new StoreQuery(sql, [], ["requests"], null, QueryPool.Panels, new(TimeSpan.FromSeconds(20), 10_000)), default);
        var rows = 0;
        for (; result.Read(); rows++)
        {
            var time = (DateTimeOffset)result[0]!;
            Assert.Equal(buckets.Starts.Count(start => start <= time) - 1, Convert.ToInt32(result[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        Assert.Equal(moments.Length, rows);
    }

    [Fact]
    public void More_points_than_allowed_make_no_buckets_and_cost_nothing()
    {
        Assert.Null(Make("1s", "UTC", Parse("2026-01-01T00:00Z"), Parse("2036-01-01T00:00Z")));
        Assert.Null(Make("1m", "UTC", Parse("2026-01-01T00:00Z"), Parse("2026-01-01T00:00Z").AddMinutes(QueryBounds.PointsMax + 1)));
        Assert.Equal(QueryBounds.PointsMax, Make("1m", "UTC", Parse("2026-01-01T00:00Z"), Parse("2026-01-01T00:00Z").AddMinutes(QueryBounds.PointsMax))?.Starts.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("0h")]
    [InlineData("7h")]
    [InlineData("2d")]
    [InlineData("2mo")]
    [InlineData("1y")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("99999999999h")]
    public void An_interval_that_does_not_divide_a_day_is_none(string text) => Assert.False(Interval.TryParse(text, out _));

    [Theory]
    [InlineData(60, "1s")]
    [InlineData(3600, "30s")]
    [InlineData(86_400, "10m")]
    [InlineData(7 * 86_400, "1h")]
    [InlineData(30 * 86_400, "6h")]
    [InlineData(366 * 86_400, "1w")]
    public void Time_alone_chooses_an_interval_that_a_screen_can_show(int seconds, string expected) =>
        Assert.Equal(expected, Interval.Fitting(TimeSpan.FromSeconds(seconds)).Name);

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("Mars/Olympus")]
    [InlineData("")]
    public void A_zone_that_is_no_name_is_not_looked_for(string name) => Assert.False(Zones.TryFind(name, out _));

    private static TimeBuckets? Make(string interval, string zone, DateTimeOffset from, DateTimeOffset to)
    {
        Assert.True(Interval.TryParse(interval, out var parsed));
        Assert.True(Zones.TryFind(zone, out var found));
        return TimeBuckets.Make(parsed, found, new TimeRange(from, to));
    }

    private static DateTimeOffset Parse(string text)
    {
        Assert.True(Moments.TryParse(text, QueryHost.Noon, out var moment));
        return moment;
    }
}

public sealed class TimeBucketsOnClickHouseTests() : TimeBucketsTests(TestStore.ClickHouse);
