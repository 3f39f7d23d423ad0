using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Cistern.Benchmarks;

/// <summary>Deliveries of 1,000 real-time lines with 46 fields, varied as a site's traffic is, from a seed.</summary>
internal static class BenchmarkBodies
{
    public const int Lines = 1_000;
    public const string RequestId = "0c0f7c2e-1111-4222-8333-444444444444";

    private static readonly string[] Agents =
    [
        "Mozilla/5.0%20(Macintosh;%20Intel%20Mac%20OS%20X%2010_15_7)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/130.0.0.0%20Safari/537.36",
        "Mozilla/5.0%20(iPhone;%20CPU%20iPhone%20OS%2018_1%20like%20Mac%20OS%20X)%20AppleWebKit/605.1.15%20(KHTML,%20like%20Gecko)%20Version/18.1%20Mobile/15E148%20Safari/604.1",
        "Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64;%20rv:132.0)%20Gecko/20100101%20Firefox/132.0",
        "Mozilla/5.0%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko;%20compatible;%20ExampleBot/1.2;%20+https://bot.example/)",
    ];

    public static byte[] Clean() => Envelope(line => line);

    /// <summary>Every second line has a letter in its status.</summary>
    public static byte[] Dirty()
    {
        var number = 0;
        return Envelope(line => number++ % 2 == 0 ? line : line.Replace("\t200\t", "\t2x0\t", StringComparison.Ordinal));
    }

    /// <summary>Lines whose user agents are numbered: from a number on, and from 0 again behind the count. One of eight is a bot's.</summary>
    public static byte[] WithUserAgents(int first, int count)
    {
        var number = first;
        return Envelope(line =>
        {
            var version = number++ % count;
            return Agents.Aggregate(line, (text, agent) => text.Replace(agent, Numbered(version), StringComparison.Ordinal));
        });
    }

    public static byte[] Gzip(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(body);
        }

        return packed.ToArray();
    }

    private static string Numbered(int version) => version % 8 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"Mozilla/5.0%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko;%20compatible;%20GPTBot/1.{version};%20+https://openai.com/gptbot)")
        : string.Create(CultureInfo.InvariantCulture, $"Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20AppleWebKit/537.36%20(KHTML,%20like%20Gecko)%20Chrome/130.0.{version}.0%20Safari/537.36");

    private static byte[] Envelope(Func<string, string> change)
    {
        var random = new Random(46);
        var records = Enumerable.Range(0, Lines).Select(_ => Convert.ToBase64String(Encoding.UTF8.GetBytes(change(Line(random)))));
        var text = $"{{\"requestId\":\"{RequestId}\",\"timestamp\":1760000060000,\"records\":[{string.Join(',', records.Select(data => $"{{\"data\":\"{data}\"}}"))}]}}";
        return Encoding.UTF8.GetBytes(text);
    }

    private static string Line(Random random)
    {
        var agent = Agents[random.Next(Agents.Length)];
        var host = "www.example.com";
        var path = $"/articles/{random.Next(5000)}/a-title-of-some-words.html";
        var query = random.Next(3) == 0 ? $"page={random.Next(20)}&sort=new" : "-";
        var seconds = (random.NextDouble() / 4).ToString("0.000", CultureInfo.InvariantCulture);
        var id = new byte[40];
        random.NextBytes(id);
        string[] fields =
        [
            $"17600{random.Next(10000, 99999)}.{random.Next(1000):000}", $"203.0.113.{random.Next(256)}", "198.51.100.20", seconds, "200",
            random.Next(500, 90_000).ToString(CultureInfo.InvariantCulture), "GET", "https", host, query == "-" ? path : path + "?" + query, random.Next(40, 900).ToString(CultureInfo.InvariantCulture),
            "FRA60-P3", Convert.ToBase64String(id).Replace('+', '-').Replace('/', '_'), "d111111abcdef8.cloudfront.net", seconds, "HTTP/2.0", "IPv4", agent,
            "https://www.example.com/", "-", query, "Hit", "-", "TLSv1.3", "TLS_AES_128_GCM_SHA256", "Hit", "-", "-", "text/html;%20charset=utf-8", "-", "-", "-",
            random.Next(1024, 65_535).ToString(CultureInfo.InvariantCulture), "Hit", "DE", "gzip,%20deflate,%20br,%20zstd", "text/html,application/xhtml+xml,*/*;q=0.8", "*",
            $"host:{host}%0Auser-agent:{agent}%0Aaccept:text/html,application/xhtml+xml,*/*;q=0.8%0Aaccept-language:de,en;q=0.7%0Aaccept-encoding:gzip,%20deflate,%20br,%20zstd%0A",
            "host%0Auser-agent%0Aaccept%0Aaccept-language%0Aaccept-encoding%0A", "5", "-", "-", "-", "-", random.Next(1, 70_000).ToString(CultureInfo.InvariantCulture),
        ];
        return string.Join('\t', fields) + "\n";
    }
}
