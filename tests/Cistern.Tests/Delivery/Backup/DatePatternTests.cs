using System.Text;
using Cistern.Delivery.Backup;

namespace Cistern.Tests.Delivery.Backup;

/// <summary>Expected texts are those of Java 17's <c>DateTimeFormatter.ofPattern(pattern, Locale.US)</c>.</summary>
public sealed class DatePatternTests
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    [Theory]
    [InlineData("yyyy/MM/dd/HH", "2026/03/04/05")]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss", "2026-03-04T05:06:07")]
    [InlineData("y M d H m s", "2026 3 4 5 6 7")]
    [InlineData("yy", "26")]
    [InlineData("yyyyyy", "002026")]
    [InlineData("uuuu", "2026")]
    [InlineData("D DD DDD", "63 63 063")]
    [InlineData("MMM MMMM MMMMM", "Mar March M")]
    [InlineData("E EE EEE EEEE EEEEE", "Wed Wed Wed Wednesday W")]
    [InlineData("e ee eee eeee", "4 04 Wed Wednesday")]
    [InlineData("c ccc", "4 Wed")]
    [InlineData("h hh a", "5 05 AM")]
    [InlineData("K k", "5 5")]
    [InlineData("S SSS SSSSSSSSS", "0 089 089000000")]
    [InlineData("A N n", "18367089 18367089000000 89000000")]
    [InlineData("Q QQ QQQ QQQQ", "1 01 Q1 1st quarter")]
    [InlineData("w ww W", "10 10 1")]
    [InlineData("G GGGG", "AD Anno Domini")]
    [InlineData("X XX XXX x xxx Z ZZZZ ZZZZZ O", "Z Z Z +00 +00:00 +0000 GMT Z GMT")]
    [InlineData("VV", "UTC")]
    [InlineData("'year='yyyy", "year=2026")]
    [InlineData("'it''s' ''yy''", "it's '26'")]
    [InlineData("_-.:/ 1", "_-.:/ 1")]
    public void A_pattern_gives_what_Java_gives(string pattern, string expected) => Assert.Equal(expected, Format(pattern, Moment));

    [Theory]
    [InlineData("2026-12-26", "2026 52")]
    [InlineData("2026-12-27", "2027 1")]
    [InlineData("2027-01-02", "2027 1")]
    [InlineData("2027-01-03", "2027 2")]
    [InlineData("2022-12-31", "2022 53")]
    [InlineData("2023-01-01", "2023 1")]
    public void The_year_of_the_week_changes_with_the_Sunday_before_the_first_of_January(string date, string expected) =>
        Assert.Equal(expected, Format("YYYY w", DateTimeOffset.Parse(date + "T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData(0, "12 0 24 0 AM")]
    [InlineData(12, "12 0 12 12 PM")]
    [InlineData(23, "11 11 23 23 PM")]
    public void Midnight_and_noon_are_as_in_Java(int hour, string expected) =>
        Assert.Equal(expected, Format("h K k H a", new DateTimeOffset(2026, 1, 1, hour, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void Offsets_of_a_zone_are_written_in_each_form()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("Asia/Kolkata", TimeSpan.FromMinutes(330), null, null);
        var text = new StringBuilder();
        DatePattern.Parse("X XX XXX x Z ZZZZ ZZZZZ O VV", out _)!.AppendTo(text, TimeZoneInfo.ConvertTime(Moment, zone), zone);
        Assert.Equal("+0530 +0530 +05:30 +0530 +0530 GMT+05:30 +05:30 GMT+5:30 Asia/Kolkata", text.ToString());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("yyyy'T", "no end")]
    [InlineData("'", "no end")]
    [InlineData("b", "'b'")]
    [InlineData("z", "'z'")]
    [InlineData("pppH", "'p'")]
    [InlineData("[yyyy]", "'['")]
    [InlineData("DDDD", "'DDDD'")]
    [InlineData("ddd", "'ddd'")]
    [InlineData("aa", "'aa'")]
    [InlineData("V", "'V'")]
    [InlineData("cc", "'cc'")]
    [InlineData("OO", "'OO'")]
    [InlineData("SSSSSSSSSS", "'SSSSSSSSSS'")]
    public void What_cannot_be_given_is_refused(string pattern, string named)
    {
        Assert.Null(DatePattern.Parse(pattern, out var problem));
        Assert.Contains(named, problem, StringComparison.Ordinal);
    }

    private static string Format(string pattern, DateTimeOffset moment)
    {
        var text = new StringBuilder();
        var parsed = DatePattern.Parse(pattern, out var problem);
        Assert.True(parsed is not null, problem);
        parsed.AppendTo(text, moment, TimeZoneInfo.Utc);
        return text.ToString();
    }
}
