using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Cistern.Demo;

namespace Cistern.Tests.Demo;

public sealed class DemoTrafficTests(ITestOutputHelper output)
{
    private const int Seed = 20261121;

    // A Wednesday, so that the rhythm of a working day holds.
    private static readonly DateTimeOffset Start = new(2026, 11, 18, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] ResultTypes = ["Hit", "RefreshHit", "Miss", "Error", "Redirect"];

    [Fact]
    public void Every_line_has_the_46_fields_in_canonical_order_with_values_of_their_kind()
    {
        var ids = new HashSet<string>();
        foreach (var line in Lines(Seed, 20_000))
        {
            var fields = line.Split('\t');
            Assert.True(fields.Length == RealtimeLine.FieldCount, $"seed {Seed}: {fields.Length} fields in {line}");
            AssertFields(fields, line);
            Assert.True(ids.Add(fields[12]), $"seed {Seed}: the request id {fields[12]} came twice");
        }
    }

    [Fact]
    public void Lines_come_in_the_order_of_time_from_the_start_on()
    {
        var times = Lines(Seed, 20_000).Select(line => decimal.Parse(line.Split('\t')[0], CultureInfo.InvariantCulture)).ToList();

        Assert.Equal(times.Order(), times);
        Assert.InRange(times[0], Start.ToUnixTimeSeconds(), Start.ToUnixTimeSeconds() + 60);
    }

    [Fact]
    public void Text_is_percent_encoded_once_more_as_the_log_does()
    {
        var fields = Lines(Seed, 100_000).Select(line => line.Split('\t')).ToList();

        Assert.All(fields, field => Assert.True(field.All(value => value.All(letter => letter is > ' ' and < '\u007F' and not '"' and not '<' and not '>' and not '{' and not '['))));
        Assert.Contains(fields, field => field[9].StartsWith("/blog/gr%25C3%25B6%25C3%259Fe", StringComparison.Ordinal));
        Assert.Contains(fields, field => field[9] == "/api/search?q=back%2520pressure" && field[20] == "q=back%2520pressure");
        Assert.Contains(fields, field => field[17].StartsWith("Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)", StringComparison.Ordinal));
        Assert.Contains(fields, field => field[38].Contains("sec-ch-ua-platform:%22macOS%22%0A", StringComparison.Ordinal));
        Assert.All(fields, field => Assert.True(field[38].Length <= 800 && field[39].Length <= 800));
    }

    [Fact]
    public void A_day_holds_people_crawlers_agents_errors_and_cache_hits_in_believable_shares()
    {
        var lines = Lines(Seed, Start.AddDays(1)).Select(line => line.Split('\t')).ToList();
        double Share(Func<string[], bool> holds) => lines.Count(holds) / (double)lines.Count;

        Assert.InRange(lines.Count / 86_400.0, DemoTraffic.NominalRate * 0.8, DemoTraffic.NominalRate * 1.25);
        Assert.InRange(Share(field => field[25] is "Hit" or "RefreshHit"), 0.4, 0.95);
        Assert.InRange(Share(field => field[4][0] == '5'), 0.0005, 0.05);
        Assert.InRange(Share(field => field[4] is "404" or "403"), 0.005, 0.1);
        Assert.InRange(Share(field => field[4] == "000"), 0.0005, 0.01);
        Assert.InRange(Share(field => field[16] == "IPv6"), 0.1, 0.6);
        foreach (var agent in new[] { "GPTBot", "ClaudeBot", "ChatGPT-User", "Claude-User", "PerplexityBot", "Googlebot", "bingbot", "UptimeRobot", "python-requests", "Feedly" })
        {
            Assert.True(Share(field => field[17].Contains(agent, StringComparison.Ordinal)) > 0, $"seed {Seed}: no {agent}");
        }
    }

    [Fact]
    public void People_in_germany_read_by_day_and_sleep_at_night()
    {
        var german = Lines(Seed, Start.AddDays(1)).Select(line => line.Split('\t')).Where(field => field[34] == "DE").ToList();
        int AtHour(int utc) => german.Count(field => DateTimeOffset.FromUnixTimeMilliseconds((long)(decimal.Parse(field[0], CultureInfo.InvariantCulture) * 1000)).Hour == utc);

        var afternoon = AtHour(12) + AtHour(13) + AtHour(14);
        var night = AtHour(1) + AtHour(2) + AtHour(3);
        Assert.True(afternoon > 5 * night, $"seed {Seed}: {afternoon} in the afternoon, {night} at night");
    }

    [Fact]
    public void The_same_seed_gives_the_same_lines_and_another_one_others()
    {
        Assert.Equal(Lines(Seed, 2_000), Lines(Seed, 2_000));
        Assert.NotEqual(Lines(Seed, 2_000), Lines(Seed + 1, 2_000));
    }

    [Fact]
    public void A_higher_rate_gives_more_lines()
    {
        double PerSecond(double rate)
        {
            var traffic = new DemoTraffic(Seed, Start, rate);
            var buffer = new byte[RealtimeLine.BytesMax];
            var lines = 0;
            for (; traffic.NextAt < Start.AddHours(14); lines++)
            {
                traffic.WriteNext(buffer);
            }

            return lines / (14 * 3600.0);
        }

        Assert.InRange(PerSecond(20) / PerSecond(2), 8, 12);
    }

    [Fact]
    public void A_line_is_written_with_little_allocation()
    {
        var traffic = new DemoTraffic(Seed, Start, rate: 50);
        var buffer = new byte[RealtimeLine.BytesMax];
        const int Count = 100_000;
        traffic.WriteNext(buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        for (var line = 0; line < Count; line++)
        {
            traffic.WriteNext(buffer);
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Count;
        output.WriteLine($"{clock.Elapsed.TotalMicroseconds / Count:0.0} µs and {bytes} bytes a line");
        Assert.InRange(bytes, 0, 400);
    }

    private static void AssertFields(string[] fields, string line)
    {
        Assert.Matches(@"^\d{10}\.\d{3}$", fields[0]);
        Assert.True(IPAddress.TryParse(fields[1], out var client), line);
        Assert.Equal(fields[16], client!.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4");
        Assert.True(IPAddress.TryParse(fields[2], out _), line);
        Assert.Matches(@"^\d+\.\d{3}$", fields[3]);
        Assert.Matches(@"^\d{3}$", fields[4]);
        Assert.Matches(@"^\d+$", fields[5]);
        Assert.Matches("^(GET|HEAD)$", fields[6]);
        Assert.Matches("^https?$", fields[7]);
        Assert.Equal(DemoSite.Host, fields[8]);
        Assert.StartsWith("/", fields[9], StringComparison.Ordinal);
        Assert.Equal(fields[20] == "-" ? -1 : fields[9].Length - fields[20].Length - 1, fields[9].IndexOf('?'));
        Assert.Matches("^[A-Z]{3}[0-9]+-[CP][0-9]$", fields[11]);
        Assert.Equal(40, Convert.FromBase64String(fields[12].Replace('-', '+').Replace('_', '/')).Length);
        Assert.Equal(DemoSite.Distribution, fields[13]);
        Assert.True(double.Parse(fields[14], CultureInfo.InvariantCulture) >= double.Parse(fields[3], CultureInfo.InvariantCulture) - 0.001, line);
        Assert.Contains(fields[25], ResultTypes);
        Assert.Matches("^[A-Z]{2}$", fields[34]);
        Assert.Equal(fields[39].Split("%0A").Length - 1, int.Parse(fields[40], CultureInfo.InvariantCulture));
        Assert.Equal(DemoSite.DistributionId, fields[41]);
        Assert.Matches(@"^\d+$", fields[45]);
        Assert.DoesNotContain("", fields);
    }

    private static List<string> Lines(int seed, int count)
    {
        var traffic = new DemoTraffic(seed, Start);
        var buffer = new byte[RealtimeLine.BytesMax];
        return [.. Enumerable.Range(0, count).Select(_ => Next(traffic, buffer))];
    }

    private static List<string> Lines(int seed, DateTimeOffset until)
    {
        var traffic = new DemoTraffic(seed, Start);
        var buffer = new byte[RealtimeLine.BytesMax];
        var lines = new List<string>();
        while (traffic.NextAt < until)
        {
            lines.Add(Next(traffic, buffer));
        }

        return lines;
    }

    private static string Next(DemoTraffic traffic, byte[] buffer)
    {
        var length = traffic.WriteNext(buffer);
        Assert.Equal((byte)'\n', buffer[length - 1]);
        return Encoding.ASCII.GetString(buffer, 0, length - 1);
    }
}
