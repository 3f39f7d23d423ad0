using Cistern.Commands;

namespace Cistern.Tests.Commands;

public sealed class UnitsTests
{
    [Theory]
    [InlineData("30", 30)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5s", 1.5)]
    [InlineData("5m", 300)]
    [InlineData("2h", 7200)]
    [InlineData("7d", 604_800)]
    public void TryDuration_reads_what_people_write(string text, double seconds)
    {
        Assert.True(Units.TryDuration(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("5 m")]
    [InlineData("-5m")]
    [InlineData("5y")]
    [InlineData("NaN")]
    [InlineData("99999999999d")]
    public void TryDuration_refuses_what_is_none(string text) => Assert.False(Units.TryDuration(text, out _));

    [Theory]
    [InlineData("1000", 1000)]
    [InlineData("5MiB", 5 << 20)]
    [InlineData("5MB", 5 << 20)]
    [InlineData("512k", 512 << 10)]
    [InlineData("0.5GiB", 1 << 29)]
    public void TryBytes_reads_what_people_write(string text, long expected)
    {
        Assert.True(Units.TryBytes(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MiB")]
    [InlineData("-1")]
    [InlineData("5MiMi")]
    [InlineData("99999999999GiB")]
    public void TryBytes_refuses_what_is_none(string text) => Assert.False(Units.TryBytes(text, out _));

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5.0 * (1L << 40), "5.0 TiB")]
    public void Bytes_are_written_in_the_unit_that_fits(double bytes, string expected) => Assert.Equal(expected, Units.Bytes(bytes));

    [Theory]
    [InlineData(0.0123, "12.3 ms")]
    [InlineData(1.5, "1.5 s")]
    [InlineData(300, "5 min")]
    [InlineData(9000, "2.5 h")]
    public void Seconds_are_written_in_the_unit_that_fits(double seconds, string expected) => Assert.Equal(expected, Units.Seconds(seconds));
}
