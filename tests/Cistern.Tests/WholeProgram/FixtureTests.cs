using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Cistern.Tests.WholeProgram;

/// <summary>Real files through the real commands into the store, and every field of every line back.</summary>
public sealed class FixtureTests
{
    private static readonly string s_fixtures = Path.Combine(AppContext.BaseDirectory, "fixtures");

    // Positions 1, 2 and 4 to 46: the captured line was written before s-ip could be chosen.
    private const string WithoutServerAddress = "1-2,4-46";

    [Theory]
    [InlineData("own_all-71-fields.tsv", "1-71")]
    [InlineData("own_all-71-fields.tsv", "")]
    [InlineData("awssolutions_45-fields.tsv", WithoutServerAddress)]
    [InlineData("awssolutions_45-fields.tsv", "")]
    [InlineData("own_10-selected-fields.tsv", "timestamp,c-ip,sc-status,cs-method,cs-host,cs-uri-stem,time-taken,cs-user-agent,cs-uri-query,x-edge-result-type")]
    public async Task Every_field_of_a_real_time_line_is_in_the_store(string file, string fields)
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(s_fixtures, "cloudfront-realtime", file);
        string[] attribute = fields.Length == 0 ? [] : ["--attribute", $"cloudfront-fields={fields}"];

        await server.RunAsync(["send", path, "--gzip", .. attribute]);

        string[] names = [.. NamesOf(file)];
        await AssertStoredAsync(server, File.ReadLines(path).Where(line => line.Length > 0).Select(line => Fields(names, line.Split('\t'))));
    }

    // The two lines in front were added by whoever kept the file: real-time logs have none. They are comments, the line is not.
    [Fact]
    public async Task The_line_of_forty_fields_is_known_by_its_count()
    {
        await using var server = await RunningServer.StartAsync();
        var lines = File.ReadAllLines(Path.Combine(s_fixtures, "cloudfront-realtime", "claygregory_kinesis-1-0.txt")).Where(line => line.Length > 0 && line[0] != '#').ToArray();
        var path = Path.Combine(server.Folder, "forty.tsv");
        await File.WriteAllLinesAsync(path, lines);

        await server.RunAsync("send", path);

        string[] names = [.. ExpectedRow.RealTimeOrder[..41].Where(name => name != "s-ip")];
        await AssertStoredAsync(server, lines.Select(line => Fields(names, line.Split('\t'))));
    }

    [Theory]
    [InlineData("awssolutions_cloudfront.log")]
    [InlineData("claygregory_web-1-0-2019-12.txt")]
    [InlineData("claygregory_web-1-0.txt")]
    [InlineData("own_v2-w3c.txt")]
    public async Task Every_field_of_a_standard_log_is_in_the_store(string file)
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(s_fixtures, "cloudfront-standard", file);

        await server.RunAsync("import", path);

        string[] names = [.. File.ReadLines(path).First(line => line.StartsWith("#Fields:", StringComparison.Ordinal))[8..].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)];
        await AssertStoredAsync(server, File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#').Select(line => Fields(names, line.TrimEnd('\t').Split('\t'))));
    }

    [Fact]
    public async Task Every_member_of_a_standard_JSON_line_is_in_the_store()
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(s_fixtures, "cloudfront-standard", "own_v2-json.ndjson");

        await server.RunAsync("send", path);

        await AssertStoredAsync(server, File.ReadLines(path).Where(line => line.Length > 0).Select(line =>
            JsonDocument.Parse(line).RootElement.EnumerateObject().Select(member => (member.Name, member.Value.GetString()!)).ToArray()));
    }

    // Values made by a generator, not percent-encoded, with odd decimals: all lines are rows, and sums agree.
    [Fact]
    public async Task A_gzip_file_is_imported_whole()
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(s_fixtures, "cloudfront-standard", "awssolutions_synthetic_cloudfront.log.gz");
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        string[] lines = [.. (await reader.ReadToEndAsync()).Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

        await server.RunAsync("import", path);

        Assert.Equal(lines.Length, await server.NumberAsync("SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM rejects)"));
        Assert.Equal(lines.Count(line => line.Split('\t')[5] == "GET"), await server.NumberAsync("SELECT count(*) FROM requests WHERE method = 'GET'"));
    }

    // Lines without their header, one of which still has a piece of the program around it; and streaming logs, which are no requests.
    [Theory]
    [InlineData("asaaki_access-log-lines.tsv", 1)]
    [InlineData("claygregory_rtmp-1-0.txt", int.MaxValue)]
    public async Task What_is_no_request_is_kept_as_a_reject(string file, int expected)
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(s_fixtures, "cloudfront-standard", file);
        var lines = File.ReadLines(path).Count(line => line.Length > 0 && line[0] != '#');

        await server.RunAsync("import", path);

        var rejects = await server.NumberAsync("SELECT count(*) FROM rejects WHERE length(reason) > 20");
        Assert.Equal(Math.Min(expected, lines), rejects);
        Assert.Equal(lines, rejects + await server.NumberAsync("SELECT count(*) FROM requests"));
    }

    [Theory]
    [InlineData("1760000000.123\t203.0.113.7\t200", "cloudfront-fields")]
    [InlineData("1760000000.123\t2001:db8::1\t200\t512\tGET\twww.example.com\t/a\t0.1\tcurl/8\t-\tq=1\textra", "cloudfront-fields")]
    public async Task A_line_that_matches_no_known_list_is_a_reject_that_says_what_to_configure(string line, string advice)
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(server.Folder, "odd.tsv");
        await File.WriteAllTextAsync(path, line + "\n");

        await server.RunAsync("send", path);

        var reject = Assert.Single(await server.RowsAsync("SELECT decode(data) AS data, reason FROM rejects"));
        Assert.Equal(line, reject["data"].GetString()!.TrimEnd('\n'));
        Assert.Contains(advice, reject["reason"].GetString(), StringComparison.Ordinal);
    }

    // IPv6, a viewer that left before an answer, and the eleven fields of the common tutorial.
    [Fact]
    public async Task The_tutorial_choice_of_eleven_fields_with_IPv6_and_status_000()
    {
        await using var server = await RunningServer.StartAsync();
        var path = Path.Combine(server.Folder, "eleven.tsv");
        await File.WriteAllTextAsync(path, "1760000000.123\t2001:db8::7\t000\t0\tGET\tWWW.Example.com\t/caf%C3%A9?a=%2520\t0.001\tcurl/8%200\t-\ta=%2520\n");

        await server.RunAsync("send", path);

        var row = Assert.Single(await server.RowsAsync("SELECT client_ip, status, host, path, query, user_agent, referer FROM requests"));
        Assert.Equal(["2001:db8::7", "0", "www.example.com", "/café", "a=%20", "curl/8 0", ""], row.Values.Select(value => value.ToString()));
    }

    private static IEnumerable<string> NamesOf(string file) => file switch
    {
        "own_all-71-fields.tsv" => ExpectedRow.RealTimeOrder,
        "awssolutions_45-fields.tsv" => ExpectedRow.RealTimeOrder[..46].Where(name => name != "s-ip"),
        _ => ["timestamp", "c-ip", "sc-status", "cs-method", "cs-host", "cs-uri-stem", "time-taken", "cs-user-agent", "cs-uri-query", "x-edge-result-type"],
    };

    private static (string, string)[] Fields(string[] names, string[] values)
    {
        Assert.Equal(names.Length, values.Length);
        return [.. names.Zip(values)];
    }

    private static async Task AssertStoredAsync(RunningServer server, IEnumerable<(string Name, string Value)[]> lines)
    {
        var expected = lines.Select(ExpectedRow.Of).ToList();
        var stored = await server.RowsAsync("SELECT * FROM requests");
        Assert.Equal(0, await server.NumberAsync("SELECT count(*) FROM rejects"));
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Count, stored.Count);
        foreach (var want in expected)
        {
            var differences = stored.Select(row => Differences(want, row)).MinBy(found => found.Count)!;
            Assert.True(differences.Count == 0, string.Join("\n", differences));
        }
    }

    private static List<string> Differences(Dictionary<string, object?> expected, Dictionary<string, JsonElement> row) =>
        [.. expected.Where(column => !IsEqual(column.Value, row[column.Key])).Select(column => $"{column.Key}: expected '{column.Value}', stored '{row[column.Key]}'")];

    private static bool IsEqual(object? expected, JsonElement stored) => expected switch
    {
        null => stored.ValueKind == JsonValueKind.Null,
        bool truth => stored.ValueKind is JsonValueKind.True or JsonValueKind.False && stored.GetBoolean() == truth,
        double number => stored.ValueKind == JsonValueKind.Number && stored.GetDouble() == number,
        _ => stored.ValueKind == JsonValueKind.String && stored.GetString() == Convert.ToString(expected, CultureInfo.InvariantCulture),
    };
}
