using System.Globalization;
using System.Text;
using System.Text.Json;
using Cistern.Query;
using Cistern.Store;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Journal;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.Query.Export;

public class ExportAddressTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind, new QuestionLimits { ExportRows = 14_000 });

    // Rows in clusters and far apart, many of one time, in every order and with limits at which pages end.
    [Fact]
    public Task A_file_holds_the_rows_of_all_pages() => SimulationRounds.RunAsync(1, async seed =>
    {
        var random = new Random(seed);
        _host.Store.Execute("DELETE FROM requests");
        for (var cluster = 0; cluster < 8; cluster++)
        {
            _host.Store.Execute(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO requests (time, received, delivery_id, path, status) SELECT TIMESTAMP '2026-11-20 12:00:00' - INTERVAL {random.Next(1, 80_000)} SECOND + INTERVAL (i // {random.Next(1, 900)}) MILLISECOND, TIMESTAMP '2026-11-20 11:30:00', 'd' || i % 3, '/{cluster}/' || i, 200 + i % 5 FROM range({random.Next(1, 3_000)}) t(i)"));
        }

        foreach (var question in new[] { "from=-24h", "from=-24h&order=time", "from=-24h&where=status:203&order=time", "from=-24h&where=path:/nowhere", "from=-2h&to=-1h", "from=-24h&limit=5000", "from=-24h&limit=5001&order=time" })
        {
            var paths = await PathsOfPagesAsync(question);
            var file = (await _host.GetAsync($"/api/export?format=ndjson&columns=path&{question}")).Expect(200);
            Assert.Equal(paths, file.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("path").GetString()!));
        }
    });

    [Fact]
    public async Task A_file_says_what_it_is()
    {
        using var response = await _host.BeginAsync("/api/export?from=2026-11-19&to=2026-11-20T10:30:00Z&columns=path,status_class");

        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("attachment; filename=\"requests-20261119T000000Z-20261120T103000Z.csv\"", response.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("path,status_class\r\n", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("format=xml", "parameter-invalid", "csv or ndjson")]
    [InlineData("format=ndjson&columns=path,status,path", "parameter-invalid", "'path' twice")]
    [InlineData("limit=14001", "limit-exceeded", "1 to 14000")]
    [InlineData("cursor=x", "parameter-invalid", "has none of that name")]
    [InlineData("where=path:%22", "filter-invalid", "not closed")]
    public async Task What_cannot_be_exported_is_refused(string query, string type, string hint)
    {
        var reply = (await _host.GetAsync($"/api/export?{query}")).Expect(400);

        Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
        Assert.Contains(hint, reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_before_the_first_byte_has_its_status_and_a_later_one_cuts_the_connection()
    {
        _host.Store.Execute("INSERT INTO requests (time, received, path) SELECT TIMESTAMP '2026-11-20 11:59:30', TIMESTAMP '2026-11-20 11:59:00', '/' || i FROM range(6000) t(i)");
        _host.Store.Failure = new StoreQueryException(StoreQueryFault.TimedOut, "too slow");
        (await _host.GetAsync("/api/export?from=-1h")).Expect(504);

        _host.Store.FailureAfter = 1;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _host.GetAsync("/api/export?from=-1h&columns=path"));

        Assert.Equal(3, _host.Store.Asked.Count); // One failed at once, one gave the first page, one failed behind it.
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_export()
    {
        _host.Store.Execute("INSERT INTO requests (time, received, path) SELECT TIMESTAMP '2026-11-20 11:59:00' + INTERVAL (i) MILLISECOND, TIMESTAMP '2026-11-20 11:59:00', repeat('x', 4000) || i FROM range(14000) t(i)");
        using (var response = await _host.BeginAsync("/api/export?from=-1h&columns=path"))
        {
            var begin = new byte[10];
            await (await response.Content.ReadAsStreamAsync()).ReadExactlyAsync(begin);
        }

        await Task.Delay(500);
        var asked = _host.Store.Asked.Count;
        await Task.Delay(500);
        Assert.Equal(asked, _host.Store.Asked.Count);
        Assert.InRange(asked, 1, 13);
    }

    // What strangers send, from the log line to the file: markup, quotes, control characters, invalid bytes, formulas, other directions, 8 KB.
    [Fact]
    public async Task Hostile_values_come_through_as_pages_show_them()
    {
        await using var server = await RealServer.StartAsync();
        string[] values = ["%3Cscript%3Ealert(1)%3C/script%3E", "%22quoted%22,%22and%22", "%01%02%1B[31m%7F", "line%0D%0Abreak", "%FF%FE%C0%AF", "%D7%A9%D7%9C%D7%95%D7%9D%E2%80%AE", new string('x', 8000), "=1+1", "+1", "-1", "@SUM(A1)", "%09tab", "%0Dreturn", "a=b", "%00"];
        var lines = values.Select((value, row) => Encoding.Latin1.GetBytes(CloudFrontLines.Line(DateTimeOffset.UtcNow.AddMilliseconds(row - 5_000), $"{row}", $"/{value}").Replace("Mozilla/5.0%20(X11;%20Linux%20x86_64)", $"{value}\u00ff\u00fe", StringComparison.Ordinal))).ToArray();
        lines = [.. lines, .. values.Select((value, row) => Encoding.Latin1.GetBytes(CloudFrontLines.Line(DateTimeOffset.UtcNow.AddMilliseconds(row - 5_000), $"plain {row}", "/").Replace("Mozilla/5.0%20(X11;%20Linux%20x86_64)", value, StringComparison.Ordinal)))];
        var answer = await server.PostAsync("hostile", Tests.Ingest.TestDeliveries.Body("hostile", lines), $"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{CloudFrontLines.Fields}\"}}}}");
        Assert.Equal(200, answer.Status);
        await server.StopAsync(); // A stop seals.
        await server.StartAgainAsync();

        var (columns, rows) = await PagesAsync(server, "/api/rows?limit=7&from=-1h");
        Assert.Equal(lines.Length, rows.Count);
        var ndjson = (await server.GetAsync("/api/export?format=ndjson&from=-1h")).Expect(200).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var csv = CsvLines.Read((await server.GetAsync("/api/export?from=-1h")).Expect(200).Body);

        Assert.Equal(rows.Select(row => "{" + string.Join(',', row.Select((value, place) => $"\"{columns[place]}\":{value.GetRawText()}")) + "}"), ndjson);
        Assert.Equal(columns, csv[0]);
        Assert.Equal(rows.Select(row => string.Join('|', row.Select(CsvOf))), csv[1..].Select(line => string.Join('|', line.Select(field => field ?? "NULL"))));
        Assert.Contains(csv, line => line.Contains("'=1+1"));
        Assert.Contains(csv, line => line.Contains("'\rreturn"));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static string CsvOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "NULL",
        JsonValueKind.String => value.GetString() is { Length: > 0 } text && "=+-@\t\r".Contains(text[0], StringComparison.Ordinal) ? $"'{text}" : value.GetString()!,
        _ => value.GetRawText(),
    };

    private static async Task<(string[] Columns, List<JsonElement[]> Rows)> PagesAsync(RealServer server, string address)
    {
        var (columns, rows, cursor) = (Array.Empty<string>(), new List<JsonElement[]>(), "");
        do
        {
            var page = (await server.GetAsync($"{address}{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).Expect(200);
            columns = page.Columns;
            rows.AddRange(page.Json.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().ToArray()));
            cursor = page.Meta.GetProperty("cursor").GetString() ?? "";
        }
        while (cursor.Length > 0);

        return (columns, rows);
    }

    private async Task<List<string>> PathsOfPagesAsync(string question)
    {
        var limit = question.Split('&').FirstOrDefault(part => part.StartsWith("limit=", StringComparison.Ordinal))?[6..] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 14_000;
        var shared = string.Join('&', question.Split('&').Where(part => !part.StartsWith("limit=", StringComparison.Ordinal)));
        var (paths, cursor) = (new List<string>(), "");
        do
        {
            var page = (await _host.GetAsync($"/api/rows?limit=3000&columns=path&{shared}{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).Expect(200);
            paths.AddRange(page.Json.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString()!));
            cursor = page.Meta.GetProperty("cursor").GetString() ?? "";
        }
        while (cursor.Length > 0);

        return [.. paths.Take(limit)];
    }
}

public sealed class ExportAddressOnClickHouseTests() : ExportAddressTests(TestStore.ClickHouse);
