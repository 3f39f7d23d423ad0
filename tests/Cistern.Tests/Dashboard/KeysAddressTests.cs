using System.Globalization;
using System.Text.Json;
using Cistern.Dashboard;
using Cistern.Ingest.Keys;
using Cistern.Query;
using Cistern.Store;
using Cistern.Tests.EndToEnd;
using Cistern.Tests.Ingest;
using Cistern.Tests.Query;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.Dashboard;

public sealed class KeysAddressTests
{
    private const string Json = "Content-Type: application/json";

    [Theory]
    [InlineData(KeyScopes.Ingest)]
    [InlineData(KeyScopes.Read)]
    [InlineData(KeyScopes.Ingest | KeyScopes.Read)]
    public async Task Keys_are_for_whoever_may_administer(KeyScopes scopes)
    {
        await using var server = await DashboardServer.StartAsync();
        var header = $"X-API-Key: {server.NewKey("other", scopes)}";

        Problem.Assert(await server.GetAsync("/api/keys", header), 403, "scope-missing");
        Problem.Assert(await server.SendAsync("POST", "/api/keys", """{"name":"more","scopes":["admin"]}""", header, Json), 403, "scope-missing");
        Problem.Assert(await server.SendAsync("DELETE", "/api/keys/other", "", header), 403, "scope-missing");
        Problem.Assert(await server.GetAsync("/API/Keys/", header), 403, "scope-missing");

        var (key, _) = Assert.Single(server.Keys.List());
        Assert.Null(key.Revoked);
    }

    [Fact]
    public async Task A_key_is_made_works_at_once_and_is_revoked_at_once()
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin)}";

        var made = await server.SendAsync("POST", "/api/keys",
            """{"name":"shop / ä","scopes":["ingest","read"],"streams":["arn:aws:*:shop-*"],"signals":["requests"],"cloudFrontFields":"1-46","expires":"now+30d"}""", admin, Json, "Accept-Encoding: br");

        Assert.Equal((201, null), (made.Status, made.Header("Content-Encoding")));
        using var document = JsonDocument.Parse(made.Body);
        var secret = document.RootElement.GetProperty("secret").GetString()!;
        Assert.True(KeySecret.IsWellFormed(secret));
        var key = document.RootElement.GetProperty("key");
        Assert.Equal("""["ingest","read"] ["arn:aws:*:shop-*"] ["requests"]""", $"{key.GetProperty("scopes").GetRawText()} {key.GetProperty("streams").GetRawText()} {key.GetProperty("signals").GetRawText()}");
        Assert.Equal(("active", 0, 0), (key.GetProperty("state").GetString(), key.GetProperty("rowsToday").GetInt32(), key.GetProperty("deliveriesToday").GetInt32()));
        Assert.InRange(key.GetProperty("expires").GetDateTimeOffset() - DateTimeOffset.UtcNow, TimeSpan.FromDays(29.9), TimeSpan.FromDays(30));
        Assert.Equal(200, (await server.GetAsync("/api/catalogue", $"X-API-Key: {secret}")).Status);
        Assert.Equal("1-46", server.Keys.List().Single(listed => listed.Key.Name == "shop / ä").Key.CloudFrontFields);

        server.Store.Decoding = true;
        var revoked = await server.SendAsync("DELETE", $"/api/keys/{Uri.EscapeDataString("shop / ä")}", "", admin);

        Assert.Equal(200, revoked.Status);
        using var after = JsonDocument.Parse(revoked.Body);
        Assert.Equal("revoked", after.RootElement.GetProperty("key").GetProperty("state").GetString());
        Assert.False(after.RootElement.TryGetProperty("secret", out _));
        Problem.Assert(await server.GetAsync("/api/catalogue", $"X-API-Key: {secret}"), 401, "no-access");
        Problem.Assert(await server.SendAsync("DELETE", $"/api/keys/{Uri.EscapeDataString("shop / ä")}", "", admin), 409, "key-revoked");
    }

    [Theory]
    [InlineData("""{"name":"admin"}""", 409, "key-name-taken")]
    [InlineData("""{}""", 400, "key-invalid")]
    [InlineData("""{"name":"a","scopes":[]}""", 400, "key-invalid")]
    [InlineData("""{"name":"a","signals":["other"]}""", 400, "key-invalid")]
    [InlineData("""{"name":"a","cloudFrontFields":"1-99"}""", 400, "key-invalid")]
    [InlineData("""{"name":"a","expires":"2020-01-01T00:00:00Z"}""", 400, "key-invalid")]
    [InlineData("""{"name":"a","scopes":["root"]}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"a","scopes":"admin"}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"a","streams":[null]}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"a","streams":[""]}""", 400, "parameter-invalid")]
    [InlineData("""{"name":5}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"a","expires":"soon"}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"a","expires":5}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"a","secret":"aa_"}""", 400, "parameter-invalid")]
    [InlineData("""{"scopes":["root"],"name":"a"}""", 400, "parameter-invalid")]
    [InlineData("""{"name":"\ud800"}""", 400, "body-malformed")]
    [InlineData("[]", 400, "body-malformed")]
    [InlineData("{", 400, "body-malformed")]
    [InlineData("", 400, "body-malformed")]
    public async Task A_key_that_cannot_be_is_refused_with_the_reason(string body, int status, string name)
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin)}";

        Problem.Assert(await server.SendAsync("POST", "/api/keys", body, admin, Json), status, name);

        Assert.Single(server.Keys.List());
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_revoked()
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin)}";
        server.NewKey("a/b", KeyScopes.Read);
        server.Store.Decoding = true;

        Problem.Assert(await server.SendAsync("DELETE", "/api/keys/nobody", "", admin), 404, "key-not-found");
        Problem.Assert(await server.SendAsync("DELETE", "/api/keys/a%252Fb", "", admin), 404, "key-not-found");
        Problem.Assert(await server.SendAsync("DELETE", "/api/keys/", "", admin), 405, "method-not-allowed");
        Problem.Assert(await server.GetAsync("/api/keys?tz=Atlantis", admin), 400, "name-unknown");
        Problem.Assert(await server.GetAsync("/api/keys?zone=UTC", admin), 400, "parameter-invalid");
        Assert.Equal(200, (await server.SendAsync("DELETE", "/api/keys/a%2Fb?tz=UTC", "", admin)).Status);
    }

    [Fact]
    public async Task Keys_are_listed_while_the_store_cannot_be_asked()
    {
        await using var server = await DashboardServer.StartAsync();
        server.Store.Decoding = true;

        var answer = await server.GetAsync("/api/keys", $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin)}");

        Assert.Equal(200, answer.Status);
        using var document = JsonDocument.Parse(answer.Body);
        var key = document.RootElement.GetProperty("keys")[0];
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (key.GetProperty("rowsToday").ValueKind, key.GetProperty("deliveriesToday").ValueKind));
        Assert.Equal(JsonValueKind.String, key.GetProperty("lastUsed").ValueKind);
    }

    // Noon of 20 November in UTC is 02:00 of the 21st on Kiritimati and 01:00 of the 20th in Samoa.
    [Theory]
    [InlineData("UTC", 3, 70)]
    [InlineData("Pacific/Kiritimati", 1, 40)]
    [InlineData("Pacific/Pago_Pago", 2, 60)]
    public async Task Today_begins_at_midnight_in_the_time_zone_that_is_asked_for(string zone, int deliveries, int rows)
    {
        await using var store = new PlainTablesStore();
        foreach (var (time, count) in new[] { ("2026-11-19 23:59:59", 100), ("2026-11-20 00:00:00", 10), ("2026-11-20 11:00:00", 20), ("2026-11-20 11:59:59", 40) })
        {
            store.Execute($"INSERT INTO deliveries (time, \"key\", \"rows\") VALUES (TIMESTAMP '{time}', 'shop', {count})");
        }

        var traffic = new KeyTraffic(store, new QuestionLimits(), new StandingTime(QueryHost.Noon));
        var today = await traffic.TodayAsync(TimeZoneInfo.FindSystemTimeZoneById(zone), CancellationToken.None);

        Assert.Equal((deliveries, rows), (today.DeliveriesOf("shop"), today.RowsOf("shop")));
        Assert.Equal((0, 0), (today.DeliveriesOf("other"), today.RowsOf("other")));
        Assert.Single(store.Asked);
        store.Failure = new StoreQueryException(StoreQueryFault.TimedOut, "too slow");
        Assert.Null((await traffic.TodayAsync(TimeZoneInfo.Utc, CancellationToken.None)).RowsOf("shop"));
    }

    [Fact]
    public async Task The_list_says_what_each_key_brought_newest_first()
    {
        await using var server = await RealServer.StartAsync();
        var day = DateTimeOffset.UtcNow.Date;
        var shop = server.NewKey("shop", KeyScopes.Ingest);
        await server.DeliverAsync("a", Fields, [Line(1), Line(2)]);
        var body = TestDeliveries.Body("b", Line(3), Line(4), Line(5));
        Protocol.AssertAnswer(await server.PostAsync("b", body, shop, Fields), 200, "b");
        Protocol.AssertAnswer(await server.PostAsync("c", TestDeliveries.Body("c", Line(6)), shop, Fields), 200, "c");

        var today = (await server.GetAsync("/api/keys")).Expect(200).Json.GetProperty("keys").EnumerateArray().ToArray();

        Assert.Equal(["shop", "all"], today.Select(key => key.GetProperty("name").GetString()!));
        Assert.SkipUnless(day == DateTimeOffset.UtcNow.Date, "the day ended during the test");
        Assert.Equal(["shop 4 2", "all 2 1"], today.Select(Brought));
        Assert.All(today, key => Assert.InRange(key.GetProperty("lastUsed").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddMinutes(1)));
    }

    private static string Brought(JsonElement key) => $"{key.GetProperty("name").GetString()} {key.GetProperty("rowsToday").GetInt64()} {key.GetProperty("deliveriesToday").GetInt64()}";

    private static string[] Fields => [$"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{CloudFrontLines.Fields}\"}}}}"];

    private static string Line(int row) => CloudFrontLines.Line(DateTimeOffset.UtcNow, row.ToString(CultureInfo.InvariantCulture), "/a");

    private sealed class StandingTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
