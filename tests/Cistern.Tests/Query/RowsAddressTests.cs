using System.Globalization;

namespace Cistern.Tests.Query;

public class RowsAddressTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private QueryHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await QueryHost.StartAsync(kind);

    // Many rows share time, arrival and delivery, so that pages end in the middle of such a group.
    [Theory]
    [InlineData("-time", 1)]
    [InlineData("-time", 7)]
    [InlineData("time", 3)]
    [InlineData("time", 50)]
    public async Task Pages_give_every_row_exactly_once_in_order(string order, int limit)
    {
        _host.Store.Execute("""
            INSERT INTO requests (time, received, delivery_id, path) SELECT TIMESTAMP '2026-11-20 11:00:00' + INTERVAL (i // 8) SECOND,
                TIMESTAMP '2026-11-20 11:30:00' + INTERVAL ((i // 4) % 2) SECOND, 'delivery ' || (i // 2) % 2, printf('%03d', i) FROM range(40) t(i)
            """);
        var (seen, times, cursor) = (new List<string>(), new List<string>(), "");
        do
        {
            var page = (await _host.GetAsync($"/api/rows?limit={limit}&order={order}&columns=path,time{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).Expect(200);
            foreach (var row in page.Json.GetProperty("rows").EnumerateArray())
            {
                seen.Add(row[0].GetString()!);
                times.Add(row[1].GetString()!);
            }

            cursor = page.Meta.GetProperty("cursor").GetString() ?? "";
            Assert.True(seen.Count <= 40, "more rows than there are");
        }
        while (cursor.Length > 0);

        Assert.Equal(Enumerable.Range(0, 40).Select(i => i.ToString("000", CultureInfo.InvariantCulture)), seen.Order(StringComparer.Ordinal));
        Assert.Equal(order == "time" ? times.Order(StringComparer.Ordinal) : times.OrderDescending(StringComparer.Ordinal), times);
    }

    // Rows that nothing tells apart: the count in the cursor still takes each once.
    [Fact]
    public async Task Pages_end_between_rows_that_are_all_the_same()
    {
        _host.Store.Execute("INSERT INTO requests (time, received, path) SELECT TIMESTAMP '2026-11-20 11:00:00', TIMESTAMP '2026-11-20 11:00:00', '/same' FROM range(5)");
        var first = (await _host.GetAsync("/api/rows?limit=2&columns=path")).Expect(200);
        var second = (await _host.GetAsync($"/api/rows?limit=2&columns=path&cursor={first.Meta.GetProperty("cursor").GetString()}")).Expect(200);
        var third = (await _host.GetAsync($"/api/rows?limit=2&columns=path&cursor={second.Meta.GetProperty("cursor").GetString()}")).Expect(200);

        Assert.Equal([2, 2, 1], new[] { first, second, third }.Select(page => page.Rows.Length));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, third.Meta.GetProperty("cursor").ValueKind);
    }

    [Fact]
    public async Task New_rows_do_not_shift_the_next_page()
    {
        _host.Store.Execute("INSERT INTO requests (time, received, delivery_id, path) SELECT TIMESTAMP '2026-11-20 11:00:00' + INTERVAL (i) SECOND, TIMESTAMP '2026-11-20 11:10:00', 'd', '' || i FROM range(4) t(i)");
        var first = (await _host.GetAsync("/api/rows?limit=2&columns=path")).Expect(200);
        _host.Store.Execute("INSERT INTO requests (time, received, delivery_id, path) VALUES (TIMESTAMP '2026-11-20 11:30:00', TIMESTAMP '2026-11-20 11:30:00', 'e', 'new')");
        var second = (await _host.GetAsync($"/api/rows?limit=2&columns=path&cursor={first.Meta.GetProperty("cursor").GetString()}")).Expect(200);

        Assert.Equal(["""["3"]""", """["2"]"""], first.Rows);
        Assert.Equal(["""["1"]""", """["0"]"""], second.Rows);
    }

    [Fact]
    public async Task Values_are_written_as_the_rules_of_answers_say()
    {
        _host.Store.Execute("""
            INSERT INTO requests (time, received, path, status, bytes_sent, sc_content_len, time_taken, cmcd_startup, fields) VALUES
                (TIMESTAMP '2026-11-20 11:00:00.123', TIMESTAMP '2026-11-20 11:00:01', 'é "q"', NULL, 9007199254740992, 9007199254740993, 'nan', TRUE, MAP {'k': 'v'})
            """);
        var row = Assert.Single((await _host.GetAsync("/api/rows?columns=time,received,path,status,bytes_sent,sc_content_len,time_taken,cmcd_startup,fields,status_class,fields.k")).Expect(200).Rows);

        Assert.Equal("""["2026-11-20T11:00:00.123Z","2026-11-20T11:00:01.000Z","é \"q\"",null,9007199254740992,"9007199254740993",null,true,{"k":"v"},"","v"]""", row);
    }

    [Fact]
    public async Task Every_signal_shows_all_its_columns_and_bytes_in_base64()
    {
        _host.Store.Execute("INSERT INTO rejects (time, received, reason, data) VALUES (TIMESTAMP '2026-11-20 11:00:00', TIMESTAMP '2026-11-20 11:00:00', 'r', '\\xFF\\x00'::BLOB)");
        _host.Store.Execute("INSERT INTO events (time, received, kind, count) SELECT TIMESTAMP '2026-11-20 11:00:00', NULL, 'k' || i, 1 FROM range(3) t(i)");
        Assert.Equal("""[["/wA="]]""", (await _host.GetAsync("/api/rows?signal=rejects&columns=data")).Expect(200).Json.GetProperty("rows").GetRawText());
        foreach (var signal in Cistern.Query.Catalogue.Signals.All)
        {
            var reply = (await _host.GetAsync($"/api/rows?signal={signal.Name}&limit=2")).Expect(200);
            Assert.Equal(signal.Fields.Where(field => !field.Computed).Select(field => field.Name), reply.Columns);
        }
    }

    [Fact]
    public async Task A_filter_and_a_range_choose_the_rows()
    {
        _host.Store.Execute("INSERT INTO requests (time, path, status) VALUES (TIMESTAMP '2026-11-20 10:00:00', '/a', 200), (TIMESTAMP '2026-11-20 11:00:00', '/b', 200), (TIMESTAMP '2026-11-20 11:30:00', '/c', 404)");

        Assert.Equal(["""["/b"]"""], (await _host.GetAsync("/api/rows?from=-90m&where=status:2xx&columns=path")).Expect(200).Rows);
    }

    [Theory]
    [InlineData("/api/rows?form=-1h", "parameter-invalid", "did you mean 'from'?")]
    [InlineData("/api/rows?from=-1h&from=-2h", "parameter-invalid", "give it once")]
    [InlineData("/api/rows?order=path", "parameter-invalid", "time or -time")]
    [InlineData("/api/rows?limit=all", "limit-exceeded", "1 to 10000")]
    [InlineData("/api/rows?limit=10001", "limit-exceeded", "1 to 10000")]
    [InlineData("/api/rows?columns=paht", "name-unknown", "did you mean 'path'?")]
    [InlineData("/api/rows?cursor=nonsense", "cursor-invalid", "start again")]
    [InlineData("/api/rows?cursor=MSBkIDEgMSAtNSB4", "cursor-invalid", "start again")]
    [InlineData("/api/rows?cursor=MSBhIDEgMSAxIHg", "cursor-invalid", "start again")] // made for the other order
    [InlineData("/api/rows?where=path:%22", "filter-invalid", "not closed")]
    [InlineData("/api/facets", "parameter-invalid", "field=status&field=host")]
    [InlineData("/api/facets?field=fields", "name-unknown", "no dimension")]
    [InlineData("/api/facets?field=stauts", "name-unknown", "did you mean 'status'?")]
    [InlineData("/api/facets?field=status&limit=0", "limit-exceeded", "1 to 1000")]
    public async Task A_parameter_that_cannot_be_used_is_refused_with_a_remedy(string address, string type, string hint)
    {
        var reply = (await _host.GetAsync(address)).Expect(400);

        Assert.Equal($"urn:cistern:problem:{type}", reply.Type);
        Assert.Contains(hint, reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facets_count_the_values_of_several_fields()
    {
        _host.Store.Execute("""
            INSERT INTO requests (time, status, host, weight) VALUES (TIMESTAMP '2026-11-20 11:00:00', 200, 'a', 10), (TIMESTAMP '2026-11-20 11:00:00', 404, 'b', 1),
                (TIMESTAMP '2026-11-20 11:00:00', 404, '', 1), (TIMESTAMP '2026-11-20 11:00:00', NULL, 'b', 1)
            """);
        var reply = (await _host.GetAsync("/api/facets?field=status,status_class&field=host&limit=2&where=-host:nothing")).Expect(200);

        Assert.Equal(
            """[{"field":"status","type":"integer","values":[{"value":200,"count":10},{"value":404,"count":2}]},{"field":"status_class","type":"text","values":[{"value":"2xx","count":10},{"value":"4xx","count":2}]},{"field":"host","type":"text","values":[{"value":"a","count":10},{"value":"b","count":2}]}]""",
            reply.Json.GetProperty("facets").GetRawText());
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

public sealed class RowsAddressOnClickHouseTests() : RowsAddressTests(TestStore.ClickHouse);
