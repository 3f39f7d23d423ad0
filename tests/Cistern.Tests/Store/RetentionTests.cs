using Cistern.Store.Embedded;

namespace Cistern.Tests.Store;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Files_go_when_their_newest_row_is_older_than_the_retention()
    {
        var settings = new EmbeddedSettings { RetentionAge = TimeSpan.FromDays(7) };
        Segment[] segments = [File("old", -9, -8, 10), File("edge", -9, -6, 10), File("new", -1, 0, 10)];

        Assert.Equal(["old"], Names(Retention.Expired(segments, settings, s_now)));
    }

    [Fact]
    public void The_oldest_files_go_until_the_rest_fits_the_size_limit()
    {
        var settings = new EmbeddedSettings { RetentionBytes = 25 };
        Segment[] segments = [File("newest", -1, 0, 10), File("oldest", -9, -8, 10), File("middle", -5, -4, 10)];

        Assert.Equal(["oldest"], Names(Retention.Expired(segments, settings, s_now)));
    }

    [Fact]
    public void Rows_with_odd_times_age_by_their_arrival()
    {
        var settings = new EmbeddedSettings { RetentionAge = TimeSpan.FromDays(7) };
        var odd = new Segment(File("odd", -9000, -8000, 10).Info with { Odd = true, MaxReceived = Micros.Of(s_now) }, "", _ => { });

        Assert.Empty(Retention.Expired([odd], settings, s_now));
    }

    [Fact]
    public void Nothing_goes_without_a_limit() => Assert.Empty(Retention.Expired([File("old", -9000, -8000, 1L << 50)], new EmbeddedSettings(), s_now));

    private static IEnumerable<string> Names(IEnumerable<Segment> segments) => segments.Select(segment => segment.Info.File).Order(StringComparer.Ordinal);

    private static Segment File(string name, int fromDay, int toDay, long bytes) => new(
        new SegmentInfo
        {
            File = name,
            Rows = 1,
            Bytes = bytes,
            MinTime = Micros.Of(s_now.AddDays(fromDay)),
            MaxTime = Micros.Of(s_now.AddDays(toDay)),
            MinReceived = Micros.Of(s_now.AddDays(fromDay)),
            MaxReceived = Micros.Of(s_now.AddDays(toDay)),
        },
        name,
        _ => { });
}
