using System.Globalization;
using System.IO.Compression;
using System.Text;
using Cistern.Commands.Importing;

namespace Cistern.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private const string Header = "#Version: 1.0\n#Fields: date time x-edge-location\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_record_of_a_file_with_header_lines_begins_with_them_and_no_line_is_lost()
    {
        await using var server = new StandInServer();
        var lines = Enumerable.Range(0, 9_900).Select(line => $"2026-11-20\t14:00:00\tFRA60-P3 {line:000000} {new string('x', 220)}").ToList();

        var run = await ImportAsync(server, Write("standard.log", Header + string.Join('\n', lines)));

        Assert.Equal(0, run.ExitCode);
        var records = server.Stored.SelectMany(delivery => delivery.Records()).ToList();
        Assert.True(records.Count > 2, $"{records.Count} records");
        Assert.All(records, record => Assert.True(record.StartsWith(Header, StringComparison.Ordinal) && record.EndsWith('\n') && record.Length <= 1_024_000));
        Assert.Equal(lines, records.SelectMany(record => record[Header.Length..].Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains("lines        9,900", run.Out, StringComparison.Ordinal);
        Assert.Contains("rows stored  9,900", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_imported_twice_is_the_same_deliveries_and_counts_as_repeats()
    {
        await using var server = new StandInServer();
        var file = Write("realtime.tsv", RealTime(100_000));
        await ImportAsync(server, file);
        var first = server.Stored.Select(delivery => delivery.RequestId).ToList();
        await Task.Delay(50);

        var run = await ImportAsync(server, file);

        Assert.Equal(10, first.Count); // 10,000 lines each.
        Assert.Equal(first, server.Stored.Select(delivery => delivery.RequestId));
        Assert.Contains("deliveries   10\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("rows stored  0\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("repeats      100,000\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ids_differ_by_content_place_and_the_way_of_reading_but_not_by_name()
    {
        await using var server = new StandInServer();
        var ids = new List<string>();
        foreach (var (name, text, options) in new[]
        {
            ("a.tsv", RealTime(3), ""), ("b.tsv", RealTime(3), ""), ("c.tsv", RealTime(4), ""), ("a.tsv", RealTime(3), " --fields timestamp,c-ip"), ("a.tsv", RealTime(3), " --sampling 10"),
        })
        {
            await ImportAsync(server, Write(name, text) + options);
            ids.Add(server.Stored[^1].RequestId);
        }

        Assert.Equal(ids[0], ids[1]);
        Assert.Equal(4, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", id));
    }

    // If this fails, files that were imported by an earlier version would be imported again: do not change the ids, or find the old ones too.
    [Fact]
    public void Ids_stay_as_they_were_from_version_to_version() =>
        Assert.Equal("63a70039-3c96-8aab-a524-b00aaeb1190b", ImportIds.Of(new byte[32], 0, 1234, "cloudfront-fields=1-46"));

    [Fact]
    public async Task Deliveries_say_what_they_are_and_how_to_read_them()
    {
        await using var server = new StandInServer();
        Directory.CreateDirectory(Path.Combine(_folder, "2026", "11"));
        var names = string.Join(',', Enumerable.Range(1, 71).Select(number => $"a-long-name-of-a-field-{number}"));
        Write(Path.Combine("2026", "11", "größe 1.tsv"), RealTime(1));

        var run = await ImportAsync(server, _folder + $" --fields {names} --sampling 12.5");

        Assert.Equal(0, run.ExitCode);
        var delivery = Assert.Single(server.Stored);
        Assert.Equal("POST /v1/logs/aws_data_firehose_cloudfront HTTP/1.1", delivery.RequestLine);
        Assert.Equal("import", delivery["X-Cistern-Repeat-Scope"]);
        Assert.Equal("arn:cistern:import:::file/2026/11/gr%C3%B6%C3%9Fe%201.tsv", delivery["X-Amz-Firehose-Source-Arn"]);
        using var attributes = System.Text.Json.JsonDocument.Parse(delivery["X-Amz-Firehose-Common-Attributes"]!);
        var pairs = attributes.RootElement.GetProperty("commonAttributes").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);
        Assert.Equal(["cloudfront-fields", "cloudfront-fields-2", "cloudfront-sampling"], pairs.Keys.Order());
        Assert.Equal(names, pairs["cloudfront-fields"] + "," + pairs["cloudfront-fields-2"]);
        Assert.Equal("12.5", pairs["cloudfront-sampling"]);
        Assert.All(pairs.Values, value => Assert.InRange(value.Length, 1, 1024));
    }

    [Fact]
    public async Task Folders_are_read_whole_gzip_or_not_and_hidden_files_are_left_out()
    {
        await using var server = new StandInServer();
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        Write("a.tsv", RealTime(2));
        Write(Path.Combine("sub", "c.log"), Header + "2026-11-20\t14:00:00\tFRA60-P3\n");
        Write(".hidden", "secret");
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder, "b.gz")), CompressionMode.Compress))
        {
            gzip.Write(Encoding.UTF8.GetBytes(RealTime(3)));
        }

        var run = await ImportAsync(server, _folder);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("files        3\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("lines        6 ", run.Out, StringComparison.Ordinal);
        Assert.Equal(["a.tsv", "b.gz", "sub/c.log"], server.Stored.Select(delivery => delivery["X-Amz-Firehose-Source-Arn"]!.Split("file/")[1]));
    }

    [Fact]
    public async Task A_file_that_is_no_log_is_named_and_the_others_are_imported()
    {
        await using var server = new StandInServer();
        Write("a-picture.png", "\u0089PNG and so on");
        File.WriteAllBytes(Path.Combine(_folder, "broken.gz"), [0x1F, 0x8B, 8, 0, 0]);
        Write("good.tsv", RealTime(2));

        var run = await ImportAsync(server, _folder);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("a-picture.png to its end: this is no CloudFront log", run.Error, StringComparison.Ordinal);
        Assert.Contains("files        3 (2 failed)", run.Out, StringComparison.Ordinal);
        Assert.Contains("rows stored  2\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_header_in_a_joined_file_holds_for_what_follows()
    {
        await using var server = new StandInServer();
        const string Other = "#Version: 1.0\n#Fields: date time sc-bytes\n";

        await ImportAsync(server, Write("joined.log", Header + "2026-11-20\t14:00:00\tFRA60-P3\n" + Other + "2026-11-20\t14:00:00\t17\n"));

        Assert.Equal([Header + "2026-11-20\t14:00:00\tFRA60-P3\n", Other + "2026-11-20\t14:00:00\t17\n"], Assert.Single(server.Stored).Records());
    }

    [Fact]
    public async Task A_refused_key_ends_the_import_at_once_with_what_the_server_said()
    {
        await using var server = new StandInServer { Status = 403 };

        var run = await ImportAsync(server, Write("a.tsv", RealTime(2)));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("403", run.Error, StringComparison.Ordinal);
        Assert.Contains("not now", run.Error, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    private static Task<CommandRun> ImportAsync(StandInServer server, string rest) =>
        CommandRun.RunAsync(["import", "--url", server.Url.ToString(), "--key", "aa_x", .. SplitKeepingSpaces(rest)]);

    // Paths here may hold spaces; options begin with two dashes.
    private static string[] SplitKeepingSpaces(string rest)
    {
        var parts = rest.Split(" --");
        return [parts[0], .. parts[1..].SelectMany(option => ("--" + option).Split(' ', 2))];
    }

    private static string RealTime(int lines)
    {
        var text = new StringBuilder();
        for (var line = 0; line < lines; line++)
        {
            text.Append(CultureInfo.InvariantCulture, $"1760000000.{line % 1000:000}\t203.0.113.7\tline {line}\n");
        }

        return text.ToString();
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
