using System.IO.Compression;

namespace Cistern.Tests.Documents;

/// <summary>The files that a reader of the documentation has: their own logs and lists, under the names that the pages use.</summary>
internal static class ReaderFiles
{
    public static void Write(string folder)
    {
        var lines = File.ReadAllLines(Fixture("cloudfront-realtime", "own_all-71-fields.tsv")).Where(line => line.Length > 0).Select(line => string.Join('\t', line.Split('\t').Take(46)) + "\n");
        var realTime = string.Concat(lines);
        File.WriteAllText(Path.Combine(folder, "realtime.tsv"), realTime);
        File.WriteAllText(Path.Combine(folder, "sample.tsv"), realTime);
        using (var gzip = new GZipStream(File.Create(Path.Combine(folder, "access.tsv.gz")), CompressionLevel.Fastest))
        using (var text = new StreamWriter(gzip))
        {
            text.Write(realTime);
        }

        Directory.CreateDirectory(Path.Combine(folder, "cloudfront-logs"));
        File.Copy(Fixture("cloudfront-standard", "awssolutions_cloudfront.log"), Path.Combine(folder, "cloudfront-logs", "awssolutions_cloudfront.log"));
        File.Copy(Fixture("cloudfront-standard", "awssolutions_synthetic_cloudfront.log.gz"), Path.Combine(folder, "E2EXAMPLE.2026-11-20-14.1a2b3c4d.gz"));
        File.WriteAllText(Path.Combine(folder, "gptbot.json"), """{"creationTime":"2026-11-20T00:00:00.000000","prefixes":[{"ipv4Prefix":"192.0.2.0/24"}]}""");
        File.WriteAllText(Path.Combine(folder, "robots.txt"), "User-agent: GPTBot\nDisallow: /private/\n");
        var backup = Directory.CreateDirectory(Path.Combine(folder, "buckets", "shop-backup", "http-endpoint-failed", "2026", "11", "28", "11"));
        File.Copy(Fixture("s3-backup", "own_http-endpoint-failed.ndjson"), Path.Combine(backup.FullName, "shop-1-2026-11-28-11-48-32-c7cc019b-af51-412d-b641-b3b44ceb3d87"));
    }

    private static string Fixture(params string[] path) => Path.Combine([Repository.Root, "tests", "Cistern.Tests", "fixtures", .. path]);
}
