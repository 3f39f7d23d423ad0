using System.Text.Json;
using Cistern.Demo;
using Cistern.Demo.Logs;

namespace Cistern.Tests.Demo.Logs;

public sealed class LogFeedTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = DemoRuns.Told;

    public static TheoryData<string> Streams => [DemoStream.ServiceLogs.Name, DemoStream.AccountLogs.Name];

    [Theory]
    [MemberData(nameof(Streams))]
    public void Each_record_is_a_gzip_member_with_an_envelope_whose_members_stand_as_in_real_ones(string name)
    {
        var stream = DemoStream.All.Single(one => one.Name == name);
        var records = DemoRuns.Records(stream, Now, Now.AddMinutes(10));

        Assert.All(records, record => Assert.Equal([0x1F, 0x8B, 0x08], record[..3]));
        foreach (var envelope in records.Select(record => JsonDocument.Parse(DemoRuns.Inflate(record)).RootElement))
        {
            string[] members = ["messageType", "owner", "logGroup", "logStream", "subscriptionFilters", "logEvents"];
            var ofAccount = name == DemoStream.AccountLogs.Name && LogRecord.Type(envelope) == "DATA_MESSAGE";
            Assert.Equal(ofAccount ? [.. members, "policyLevel"] : members, envelope.EnumerateObject().Select(member => member.Name));
            Assert.NotEqual(0, envelope.GetProperty("logEvents").GetArrayLength());
            Assert.All(envelope.GetProperty("logEvents").EnumerateArray(), one => Assert.Equal(["id", "timestamp", "message"], one.EnumerateObject().Select(member => member.Name)));
        }
    }

    [Fact]
    public void Ids_have_56_digits_come_once_and_rise_with_time()
    {
        var events = LogRecord.All(Now.AddHours(-2), Now.AddMinutes(20));

        Assert.All(events, one => Assert.Matches("^[0-9]{56}$", one.Id));
        Assert.Equal(events.Count, events.Select(one => (one.Group, one.Stream, one.Id)).Distinct().Count());
        Assert.Equal(events.Count, events.Select(one => one.Id).Distinct().Count());
        foreach (var stream in events.GroupBy(one => (one.Group, one.Stream)))
        {
            Assert.Equal(stream.OrderBy(one => one.Id, StringComparer.Ordinal), stream);
            Assert.Equal(stream.OrderBy(one => one.Time).Select(one => one.Time), stream.Select(one => one.Time));
        }
    }

    [Fact]
    public void A_subscription_begins_with_a_control_message_and_seldom_has_another()
    {
        var types = LogRecord.Envelopes(DemoStream.ServiceLogs, Now.AddHours(-12), Now).Select(LogRecord.Type).ToList();

        Assert.Equal("CONTROL_MESSAGE", types[0]);
        Assert.InRange(types.Count(type => type == "CONTROL_MESSAGE"), 2, 4);
        var control = LogRecord.Envelopes(DemoStream.ServiceLogs, Now, Now.AddMinutes(1))[0];
        Assert.Equal("CloudwatchLogs", control.GetProperty("owner").GetString());
        Assert.Equal(new LogRecord("CloudwatchLogs", "", "", "", LogRecord.Of(control).Single().Time, "CWL CONTROL MESSAGE: Checking health of destination Firehose."), LogRecord.Of(control).Single());
    }

    [Fact]
    public void Handed_out_second_by_second_it_is_what_it_is_in_one_piece()
    {
        using var feed = DemoRuns.Feeds().From(DemoStream.ServiceLogs, Now);
        var live = new List<LogRecord>();
        for (var until = Now; until <= Now.AddMinutes(3); until = until.AddSeconds(1))
        {
            while (feed.Next(until) is { } delivery)
            {
                var got = DemoRuns.Open(delivery).Select(record => JsonDocument.Parse(DemoRuns.Inflate(record)).RootElement).Where(envelope => LogRecord.Type(envelope) == "DATA_MESSAGE").SelectMany(LogRecord.Of).ToList();
                Assert.All(got, one => Assert.InRange(one.Time, Now.ToUnixTimeMilliseconds(), until.ToUnixTimeMilliseconds() - 1));
                live.AddRange(got);
            }
        }

        var whole = LogRecord.Envelopes(DemoStream.ServiceLogs, Now, Now.AddMinutes(3)).Where(envelope => LogRecord.Type(envelope) == "DATA_MESSAGE").SelectMany(LogRecord.Of);
        Assert.Equal(whole.OrderBy(one => one.Id, StringComparer.Ordinal), live.OrderBy(one => one.Id, StringComparer.Ordinal));
    }

    [Fact]
    public void A_feed_that_begins_where_another_ended_leaves_nothing_out_and_repeats_nothing()
    {
        var middle = Now.AddSeconds(154);
        var parts = LogRecord.All(Now, middle).Concat(LogRecord.All(middle, Now.AddMinutes(6)));

        Assert.Equal(LogRecord.All(Now, Now.AddMinutes(6)).Select(one => one.Id).Order(StringComparer.Ordinal), parts.Select(one => one.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_same_seed_gives_the_same_events_and_another_one_others()
    {
        var events = LogRecord.All(Now, Now.AddMinutes(5));

        Assert.Equal(events, LogRecord.All(Now, Now.AddMinutes(5)));
        Assert.Empty(events.Select(one => one.Id).Intersect(LogRecord.All(Now, Now.AddMinutes(5), seed: 8).Select(one => one.Id)));
    }

    [Fact]
    public void Several_events_come_a_second_and_more_at_a_higher_rate()
    {
        const int Seconds = 1_200;
        var night = new DateTimeOffset(2026, 11, 22, 2, 0, 0, TimeSpan.Zero); // Of a Sunday: the least that there is.
        var ordinary = LogRecord.All(Now, Now.AddSeconds(Seconds)).Count / (double)Seconds;
        var least = LogRecord.All(night, night.AddSeconds(Seconds)).Count / (double)Seconds;
        output.WriteLine($"{ordinary:0.0} events a second on a working day, {least:0.0} in a night");

        Assert.InRange(ordinary, least + 1, 20);
        Assert.InRange(least, 4.5, 10);
        Assert.InRange(LogRecord.All(Now, Now.AddSeconds(Seconds), rate: 4).Count / ordinary / Seconds, 3, 5);
        Assert.InRange(LogRecord.All(Now, Now.AddSeconds(30), rate: 5_000).Count / 30.0, 5, 20 * 20);
    }

    [Fact]
    public void A_month_of_history_is_bounded_and_grows_without_a_step_towards_the_present()
    {
        var feeds = DemoRuns.Feeds();
        var events = new[] { DemoStream.ServiceLogs, DemoStream.AccountLogs }.Sum(stream => Count((LogFeed)feeds.From(stream, Now.AddDays(-30)), Now));

        output.WriteLine($"{events} events in 30 days");
        Assert.InRange(events, 50_000, 150_000);
        Assert.Equal(1, LogHistory.Share(TimeSpan.Zero, inTrouble: false));
        var shares = Enumerable.Range(0, 30 * 24 * 60).Select(minute => LogHistory.Share(TimeSpan.FromMinutes(minute), inTrouble: false)).ToList();
        Assert.All(shares.Zip(shares.Skip(1)), pair => Assert.InRange(pair.Second / pair.First, 0.9, 1));
    }

    [Fact]
    public void Addresses_in_messages_belong_to_nobody()
    {
        var text = string.Join('\n', LogRecord.All(Now.AddHours(-1), Now.AddHours(1)).Select(one => one.Message));
        var addresses = System.Text.RegularExpressions.Regex.Matches(text, @"(?<![\d./])\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d.])").Select(match => match.Value).Distinct().ToList();

        Assert.True(addresses.Count > 50);

        // User agents hold versions that look like addresses.
        Assert.All(addresses, address => Assert.True(address.StartsWith("192.0.2.", StringComparison.Ordinal) || address.EndsWith(".0.0", StringComparison.Ordinal) || text.Contains("/" + address, StringComparison.Ordinal) || address == "0.0.0.0", address));
    }

    private static long Count(LogFeed feed, DateTimeOffset until)
    {
        using (feed)
        {
            while (feed.Next(until) is not null)
            {
            }

            return feed.Events;
        }
    }
}
