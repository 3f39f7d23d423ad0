using System.Text;

namespace Cistern.Tests.Query;

/// <summary>Log events on the real engine: levels, JSON fields, full text, and the addresses that give them.</summary>
public class LogSignalTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await QueryHost.StartAsync(kind);
        _host.Store.Execute("""
            INSERT INTO logs BY NAME SELECT *, 'arn:aws:firehose:eu-central-1:1:deliverystream/logs' AS stream FROM (VALUES
                ('a', TIMESTAMP '2026-11-20 11:00:00', '1', '/aws/lambda/orders', 's1', 'error', 'Payment FAILED for Ünal', MAP {'userId': '5', 'duration': '120.5', 'user.id': 'x', 'status': '503'}),
                ('b', TIMESTAMP '2026-11-20 11:00:01', '1', '/aws/lambda/orders', 's2', 'info', 'ok 100%_done', MAP {'userId': '05', 'duration': '99', 'status': '5xx'}),
                ('c', TIMESTAMP '2026-11-20 11:00:02', '2', '/aws/lambda/orders', 's1', 'fatal', 'ÜNAL again', MAP {'userId': 'five', 'duration': 'nan', 'status': '404'}),
                ('d', TIMESTAMP '2026-11-20 11:00:03', '1', '/ecs/web', 's1', 'warn', 'payment later', MAP {'duration': 'inf', 'user "name"': 'q', 'naïve key': 'u', '': 'none'}),
                ('e', TIMESTAMP '2026-11-20 11:00:04', '1', '', '', '', '', MAP {})) AS t(event_id, time, account, log_group, log_stream, level, message, fields)
            """);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Measures_count_levels_bytes_groups_and_streams()
    {
        var reply = (await _host.AskAsync("""{"signal":"logs","measures":["events","errors","warnings","level_fatal","level_error","level_warn","level_info","level_debug","level_trace","level_none","error_rate","bytes","log_groups","log_streams","last_seen"]}""")).Expect(200);

        var bytes = new[] { "Payment FAILED for Ünal", "ok 100%_done", "ÜNAL again", "payment later" }.Sum(Encoding.UTF8.GetByteCount);
        Assert.Equal([$"""[5,2,1,1,1,1,1,0,0,1,0.4,{bytes},3,4,"2026-11-20T11:00:04.000Z"]"""], reply.Rows);
    }

    [Theory]
    [InlineData("userId:5", "a")] // text: '05' is another
    [InlineData("fields.userId:5", "a")]
    [InlineData("userId>=5", "ab")] // number: 'five' is none
    [InlineData("duration>100", "a")] // neither NaN nor infinity
    [InlineData("-duration>100", "bcde")]
    [InlineData("duration:99-200", "ab")]
    [InlineData("status:5xx", "ab")] // the class, and the very text
    [InlineData("status:\"5xx\"", "b")]
    [InlineData("fields.status!=404", "abde")]
    [InlineData("user.id:x", "a")]
    [InlineData("userId:*", "abc")]
    [InlineData("fields.\"user \\\"name\\\"\":q", "d")]
    [InlineData("fields.\"naïve key\":*", "d")]
    [InlineData("nowhere:*", "")]
    [InlineData("payment", "ad")]
    [InlineData("\"failed for\"", "a")]
    [InlineData("ünal", "ac")] // any case, also beyond ASCII
    [InlineData("100%_d", "b")]
    [InlineData("orders", "")] // stands in the log group alone
    [InlineData("absent", "")]
    [InlineData("payment duration>1", "a")]
    [InlineData("level:error,fatal -payment", "c")]
    [InlineData("fields.\"'; DROP TABLE logs; --\":x", "")]
    public async Task A_filter_lets_these_events_through(string where, string expected)
    {
        var reply = (await _host.GetAsync($"/api/rows?signal=logs&order=time&columns=event_id&where={Uri.EscapeDataString(where)}")).Expect(200);

        Assert.Equal(expected, string.Concat(reply.Rows.Select(row => row[2])));
    }

    [Theory]
    [InlineData("https://example.com/a", "put the address in quotes")]
    [InlineData("fields.:5", "unknown field 'fields.'")]
    [InlineData("fields.\"\":5", "unknown field 'fields.'")]
    [InlineData("fields.\"a:5", "quotes are not closed")]
    [InlineData("duration>high", "is not a number")]
    [InlineData("fields:5", "fields.KEY")]
    public async Task A_name_that_cannot_be_is_refused(string where, string hint)
    {
        var reply = (await _host.GetAsync($"/api/rows?signal=logs&where={Uri.EscapeDataString(where)}")).Expect(400);

        Assert.Contains(hint, reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_grouped_counted_shown_and_ordered_by()
    {
        var groups = await _host.AskAsync("""{"signal":"logs","by":["userId"],"order":"-userId","where":"userId:*","having":"events>0","compare":true}""");
        Assert.Equal(("userId", """["five",1,0,null]"""), (groups.Expect(200).Columns[0], groups.Rows[0]));
        var facets = await _host.GetAsync("/api/facets?signal=logs&field=fields.status,level&where=status:*");
        Assert.Equal("""[{"value":"404","count":1},{"value":"503","count":1},{"value":"5xx","count":1}]""", facets.Expect(200).Json.GetProperty("facets")[0].GetProperty("values").GetRawText());
        var rows = await _host.GetAsync("/api/rows?signal=logs&order=time&limit=1&columns=user.id,fields.none");
        Assert.Equal(["""["x",""]"""], rows.Expect(200).Rows);
    }

    [Fact]
    public async Task Keys_of_any_bytes_are_only_parameters()
    {
        foreach (var key in new[] { "a'b", "a\"b", "$1", "\\", "ключ", "x] , 1) --", "\u202e", new string('k', 1024) })
        {
            var json = System.Text.Json.JsonSerializer.Serialize(key);
            (await _host.AskAsync($$"""{"signal":"logs","by":[{{json}}],"limit":1}""")).Expect(200);
        }

        foreach (var key in new[] { "", " ", "a\0b", new string('k', 4096) })
        {
            var json = System.Text.Json.JsonSerializer.Serialize(key);
            Assert.EndsWith("name-unknown", (await _host.AskAsync($$"""{"signal":"logs","by":[{{json}}]}""")).Expect(400).Type, StringComparison.Ordinal);
        }

        Assert.Equal(["[5]"], (await _host.AskAsync("""{"signal":"logs"}""")).Expect(200).Rows);
    }

    [Fact]
    public async Task Fields_are_listed_by_how_many_rows_have_them()
    {
        var reply = (await _host.GetAsync("/api/fields?signal=logs")).Expect(200).Json;

        Assert.Equal(5, reply.GetProperty("rows").GetInt32());
        string[] fields = [.. reply.GetProperty("fields").EnumerateArray().Select(field => field.GetRawText())];
        Assert.Equal("""{"name":"fields.duration","rows":4,"number":false}""", fields[0]);
        Assert.Contains("""{"name":"fields.naïve key","rows":1,"number":false}""", fields);
        var found = (await _host.GetAsync("/api/fields?signal=logs&q=USER&limit=1&where=level:error,info")).Expect(200).Json;
        Assert.Equal("""[{"name":"fields.userId","rows":2,"number":true}]""", found.GetProperty("fields").GetRawText());
        Assert.Equal("[]", (await _host.GetAsync("/api/fields?signal=events")).Expect(200).Json.GetProperty("fields").GetRawText());
        Assert.EndsWith("filter-invalid", (await _host.GetAsync("/api/fields?signal=logs&where=(")).Expect(400).Type, StringComparison.Ordinal);
    }

    // Forty messages of 1 MB are more than an answer may hold: the pages follow each other, and each event comes once.
    [Fact]
    public async Task Long_messages_are_found_and_come_in_pages_that_end_early()
    {
        _host.Store.Execute("INSERT INTO logs (time, received, event_id, message) SELECT TIMESTAMP '2026-11-20 11:30:00' + to_seconds(i), TIMESTAMP '2026-11-20 11:40:00', 'long' || i, repeat('x', 1000000) || ' needle' FROM range(40) t(i)");
        var (seen, cursor) = (new List<string>(), "");
        do
        {
            var page = (await _host.GetAsync($"/api/rows?signal=logs&where=NEEDLE&columns=event_id,message&limit=100&cursor={cursor}")).Expect(200).Json;
            seen.AddRange(page.GetProperty("rows").EnumerateArray().Select(row => row[0].GetString()!));
            Assert.InRange(page.GetProperty("rows").GetArrayLength(), 1, 10);
            cursor = page.GetProperty("meta").GetProperty("cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 40).Reverse().Select(i => $"long{i}"), seen);
        Assert.Equal(["[40]"], (await _host.SqlAsync("SELECT count(*) FROM logs WHERE length(message) > 1000 AND message LIKE '%needle'")).Expect(200).Rows);
    }

    [Fact]
    public async Task Sql_and_exports_know_logs_with_their_maps()
    {
        Assert.Equal(["""["120.5"]"""], (await _host.SqlAsync("SELECT fields['duration'] FROM logs WHERE event_id = 'a'")).Expect(200).Rows);
        var export = (await _host.GetAsync("/api/export?signal=logs&format=ndjson&columns=event_id,fields.userId&order=time&limit=1")).Expect(200);
        Assert.Equal("""{"event_id":"a","fields.userId":"5"}""", export.Body.Trim());
    }
}

public sealed class LogSignalOnClickHouseTests() : LogSignalTests(TestStore.ClickHouse);
