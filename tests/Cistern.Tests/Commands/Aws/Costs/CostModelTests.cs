using Cistern.Commands.Aws.Costs;

namespace Cistern.Tests.Commands.Aws.Costs;

/// <summary>Three volumes worked out by hand: lines of 1,200 bytes, a GB of 1,073,741,824 bytes, a month of 730 hours.</summary>
public sealed class CostModelTests
{
    private static readonly RateTable Rates = RateTable.Of("us-east-1");

    // 1,200 bytes are 2 KB for Kinesis (2,048) and 5 KB for Firehose (5,120); 30 % of them leave AWS (360 bytes).
    [Fact]
    public void Ten_million_requests()
    {
        AssertMonth(
            10_000_000,
            CostRoute.Realtime,
            100,
            ("CloudFront, real-time log lines", 0.1000m),  // 10 × 0.01
            ("Kinesis, hours of the stream", 29.2000m),    // 730 × 0.04
            ("Kinesis, data in", 1.5259m),                 // 20,480,000,000 bytes = 19.0735 GB × 0.08
            ("Kinesis, data out", 0.4470m),                // 12,000,000,000 bytes = 11.1759 GB × 0.04
            ("Firehose, data in", 1.3828m),                // 51,200,000,000 bytes = 47.6837 GB × 0.029
            ("data transfer to the internet", 0.3017m),    //  3,600,000,000 bytes =  3.3528 GB × 0.09
            ("Secrets Manager", 0.4000m),
            ("CloudWatch alarms", 0.3000m),                // 3 × 0.10
            ("S3, backup of what fails", 0m));
        AssertMonth(
            10_000_000,
            CostRoute.Standard,
            100,
            ("CloudWatch, delivery of vended logs", 2.7940m), // 12,000,000,000 bytes = 11.1759 GB × 0.25
            ("Firehose, vended logs", 1.4529m),               // 11.1759 GB × 0.13
            ("data transfer to the internet", 0.3017m),
            ("Secrets Manager", 0.4000m),
            ("CloudWatch alarms", 0.3000m),
            ("S3, backup of what fails", 0m));

        // 0.1000 + 29.2000 + 1.52588 + 0.44703 + 1.38283 + 0.30175 + 0.4000 + 0.3000; 2.79397 + 1.45286 + 0.30175 + 0.7000
        Assert.Equal((33.6575m, 5.2486m), (Total(10_000_000, CostRoute.Realtime, 100), Total(10_000_000, CostRoute.Standard, 100)));
    }

    [Fact]
    public void A_hundred_million_requests()
    {
        AssertMonth(
            100_000_000,
            CostRoute.Realtime,
            100,
            ("CloudFront, real-time log lines", 1.0000m),  // 100 × 0.01
            ("Kinesis, hours of the stream", 29.2000m),
            ("Kinesis, data in", 15.2588m),                // 190.7349 GB × 0.08
            ("Kinesis, data out", 4.4703m),                // 111.7587 GB × 0.04
            ("Firehose, data in", 13.8283m),               // 476.8372 GB × 0.029
            ("data transfer to the internet", 3.0175m),    //  33.5276 GB × 0.09
            ("Secrets Manager", 0.4000m),
            ("CloudWatch alarms", 0.3000m),
            ("S3, backup of what fails", 0m));
        AssertMonth(
            100_000_000,
            CostRoute.Standard,
            100,
            ("CloudWatch, delivery of vended logs", 27.9397m), // 111.7587 GB × 0.25
            ("Firehose, vended logs", 14.5286m),               // 111.7587 GB × 0.13
            ("data transfer to the internet", 3.0175m),
            ("Secrets Manager", 0.4000m),
            ("CloudWatch alarms", 0.3000m),
            ("S3, backup of what fails", 0m));

        // 1.0000 + 29.2000 + 15.25879 + 4.47035 + 13.82828 + 3.01749 + 0.7000; 27.93968 + 14.52863 + 3.01749 + 0.7000
        Assert.Equal((67.4749m, 46.1858m), (Total(100_000_000, CostRoute.Realtime, 100), Total(100_000_000, CostRoute.Standard, 100)));
    }

    [Fact]
    public void A_thousand_million_requests_all_of_them_and_a_tenth()
    {
        AssertMonth(
            1_000_000_000,
            CostRoute.Realtime,
            100,
            ("CloudFront, real-time log lines", 10.0000m), // 1,000 × 0.01
            ("Kinesis, hours of the stream", 29.2000m),
            ("Kinesis, data in", 152.5879m),               // 1,907.3486 GB × 0.08
            ("Kinesis, data out", 44.7035m),               // 1,117.5871 GB × 0.04
            ("Firehose, data in", 138.2828m),              // 4,768.3716 GB × 0.029
            ("data transfer to the internet", 30.1749m),   //   335.2761 GB × 0.09
            ("Secrets Manager", 0.4000m),
            ("CloudWatch alarms", 0.3000m),
            ("S3, backup of what fails", 0m));
        AssertMonth(
            1_000_000_000,
            CostRoute.Standard,
            100,
            ("CloudWatch, delivery of vended logs", 279.3968m), // 1,117.5871 GB × 0.25
            ("Firehose, vended logs", 145.2863m),               // 1,117.5871 GB × 0.13
            ("data transfer to the internet", 30.1749m),
            ("Secrets Manager", 0.4000m),
            ("CloudWatch alarms", 0.3000m),
            ("S3, backup of what fails", 0m));

        // 10.0000 + 29.2000 + 152.58789 + 44.70348 + 138.28278 + 30.17485 + 0.7000; 279.39677 + 145.28632 + 30.17485 + 0.7000
        Assert.Equal((405.6490m, 455.5579m), (Total(1_000_000_000, CostRoute.Realtime, 100), Total(1_000_000_000, CostRoute.Standard, 100)));

        // A tenth is what a hundred million requests cost: 67.4749.
        Assert.Equal(67.4749m, Total(1_000_000_000, CostRoute.Realtime, 10));
    }

    // docs/cost.md says 370 million.
    [Fact]
    public void The_routes_meet_where_the_page_says()
    {
        Assert.True(Total(360_000_000, CostRoute.Realtime, 100) > Total(360_000_000, CostRoute.Standard, 100));
        Assert.True(Total(380_000_000, CostRoute.Realtime, 100) < Total(380_000_000, CostRoute.Standard, 100));
    }

    [Fact]
    public void A_line_that_fits_into_a_KB_costs_half_in_Kinesis()
    {
        var (small, large) = (Entry(1024, "Kinesis, data in"), Entry(1025, "Kinesis, data in"));

        Assert.Equal((76.2939m, 152.5879m), (small, large)); // 1,024,000,000,000 bytes = 953.6743 GB × 0.08, and twice that

        static decimal Entry(int bytes, string service) =>
            decimal.Round(CostModel.Estimate(Rates, new CostQuestion { Requests = 1_000_000_000, BytesPerLine = bytes }, CostRoute.Realtime, 100).Entries.Single(entry => entry.Service == service).Usd, 4);
    }

    [Fact]
    public void Logs_metrics_and_the_function_are_counted_beside_requests()
    {
        var question = new CostQuestion { Requests = 100_000_000, LogBytes = 50L << 30, Metrics = 1000, HasTransform = true };

        AssertEntries(
            CostModel.Estimate(Rates, question, CostRoute.Standard, 100),
            ("CloudWatch, delivery of vended logs", 27.9397m),
            ("Firehose, vended logs", 14.5286m),
            ("Firehose, data in", 0.8494m),                 // 3,276,800 records × 5,120 bytes = 15.6250 GB, 43,800,000 updates × 335 bytes = 13.6653 GB; 29.2903 × 0.029
            ("Lambda, requests", 0.0229m),                  // 120,000,000,000 bytes / 1,048,576 = 114,441 × 0.20 / 1,000,000
            ("Lambda, compute", 0.1907m),                   // 114,441 × 0.2 s × 0.5 GB = 11,444.1 × 0.0000166667
            ("CloudWatch metric stream, updates", 131.40m), // 1,000 × 43,800 minutes = 43,800,000 × 0.003 / 1,000
            ("data transfer to the internet", 4.5114m),     // 33.5276 GB + 50 GB × 25 % + 13.6653 GB × 30 % = 50.1272 GB × 0.09
            ("Secrets Manager", 0.40m),
            ("CloudWatch alarms", 0.90m),                   // three streams × 3 × 0.10
            ("S3, backup of what fails", 0m));
    }

    [Fact]
    public void With_little_traffic_the_function_still_runs_every_minute()
    {
        var entries = CostModel.Estimate(Rates, new CostQuestion { Requests = 1000, HasTransform = true }, CostRoute.Realtime, 100).Entries;

        Assert.Equal(43_800, entries.Single(entry => entry.Service == "Lambda, requests").Quantity);
    }

    [Fact]
    public void What_is_free_is_taken_off_only_if_that_is_said()
    {
        var question = new CostQuestion { Requests = 1_000_000_000, WithFree = true };

        var entries = CostModel.Estimate(Rates, question, CostRoute.Realtime, 100).Entries;

        Assert.Equal(21.1749m, decimal.Round(entries.Single(entry => entry.Service == "data transfer to the internet").Usd, 4)); // (335.2761 − 100) × 0.09
        Assert.Equal(0, entries.Single(entry => entry.Service == "CloudWatch alarms").Usd);
    }

    [Fact]
    public void What_cannot_be_priced_is_left_out_and_said()
    {
        var question = new CostQuestion { Requests = 10_000_000_000 };

        var estimate = CostModel.Estimate(Rates, question, CostRoute.Standard, 100);

        // 11,175.8709 GB: the first 10,240 at 0.25, of the other 935.87 nobody could say.
        Assert.Equal(2560m, estimate.Entries.Single(entry => entry.Rate == "vended-logs").Usd);
        Assert.Equal(
            ["CloudWatch, delivery of vended logs: 935.87 GB are left out, because what a larger quantity costs could not be verified; --rate vended-logs=USD counts all at one rate"],
            estimate.LeftOut);
        var told = CostModel.Estimate(Rates.With(new Dictionary<string, string> { ["vended-logs"] = "0.1" }), question, CostRoute.Standard, 100);
        Assert.Empty(told.LeftOut);
        Assert.Equal(1117.5871m, decimal.Round(told.Entries.Single(entry => entry.Rate == "vended-logs").Usd, 4));
    }

    private static decimal Total(decimal requests, CostRoute route, int percent) =>
        decimal.Round(CostModel.Estimate(Rates, new CostQuestion { Requests = requests }, route, percent).Usd, 4);

    private static void AssertMonth(decimal requests, CostRoute route, int percent, params (string, decimal)[] expected) =>
        AssertEntries(CostModel.Estimate(Rates, new CostQuestion { Requests = requests }, route, percent), expected);

    private static void AssertEntries(CostEstimate estimate, params (string, decimal)[] expected) =>
        Assert.Equal(expected, estimate.Entries.Select(entry => (entry.Service, decimal.Round(entry.Usd, 4))));
}
