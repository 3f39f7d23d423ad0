using System.Globalization;
using Cistern.Commands;
using Cistern.Commands.Aws.Costs;

namespace Cistern.Tests.Commands.Aws.Costs;

public sealed class RateTests
{
    private static readonly RateTable Rates = RateTable.Of("us-east-1");

    [Theory]
    [InlineData("0", "0")]
    [InlineData("100", "9.00")]              // × 0.09
    [InlineData("10240", "921.60")]          // × 0.09, all of the first tier
    [InlineData("10241", "921.685")]         // + 1 × 0.085
    [InlineData("51200", "4403.20")]         // 921.60 + 40,960 × 0.085
    [InlineData("153600", "11571.20")]       // 4,403.20 + 102,400 × 0.07
    [InlineData("200000", "13891.20")]       // 11,571.20 + 46,400 × 0.05
    public void Each_tier_counts_for_what_lies_in_it(string gigabytes, string usd)
    {
        Assert.Equal(Number(usd), Rates["transfer"].Cost(Number(gigabytes), withFree: false).Usd);
    }

    [Theory]
    [InlineData("40", "0")]
    [InlineData("100", "0")]
    [InlineData("101", "0.09")]
    [InlineData("10340", "921.60")] // The first tier begins behind what is free.
    [InlineData("10341", "921.685")]
    public void What_is_free_comes_before_the_first_tier(string gigabytes, string usd)
    {
        Assert.Equal(Number(usd), Rates["transfer"].Cost(Number(gigabytes), withFree: true).Usd);
    }

    [Fact]
    public void A_tier_without_a_rate_is_counted_apart()
    {
        Assert.Equal(new RateCost(14_848m + 38_400m + 61_440m, 7), Rates["firehose"].Cost(5_120_007, withFree: false)); // 512,000 × 0.029, 1,536,000 × 0.025, 3,072,000 × 0.02
    }

    [Fact]
    public void Every_rate_has_a_page_and_tells_when_it_was_seen()
    {
        Assert.All(Rates.All.SelectMany(rate => rate.Tiers), tier =>
        {
            Assert.NotEmpty(tier.Source);
            Assert.True(tier.Usd is null ? tier.Seen == "-" : tier.Seen == "undated" || DateTime.TryParseExact(tier.Seen, ["yyyy-MM", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out _), tier.Seen);
        });
        Assert.All(Rates.All, rate => Assert.Equal(0, rate.Tiers[0].From));
        Assert.All(Rates.All, rate => Assert.Equal(rate.Tiers.OrderBy(tier => tier.From), rate.Tiers));
    }

    [Fact]
    public void Rates_that_are_not_there_are_said()
    {
        Assert.Equal("there are no rates for 'eu-central-1', only for us-east-1; --rate gives others", Assert.Throws<CommandMisuseException>(() => RateTable.Of("eu-central-1")).Message);
        Assert.StartsWith("there is no rate 'egress'; there are cloudfront-realtime, ", Assert.Throws<CommandMisuseException>(() => With("egress", "1")).Message, StringComparison.Ordinal);
        Assert.Equal("cannot read '-1' as the dollars of transfer; write a number such as 0.05", Assert.Throws<CommandMisuseException>(() => With("transfer", "-1")).Message);

        static RateTable With(string name, string usd) => Rates.With(new Dictionary<string, string> { [name] = usd });
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("250000", "250000")]
    [InlineData("250k", "250000")]
    [InlineData("1.5G", "1500000000")]
    [InlineData("100M", "100000000")]
    [InlineData("2B", "2000000000")]
    [InlineData("", null)]
    [InlineData("M", null)]
    [InlineData("-1", null)]
    [InlineData("1e9", null)]
    [InlineData("0.5", null)]
    [InlineData("10000000G", null)]
    public void Counts_are_read_as_people_write_them(string text, string? expected)
    {
        var isCount = CountText.TryParse(text, out var count);

        Assert.Equal(expected, isCount ? count.ToString("0", CultureInfo.InvariantCulture) : null);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
