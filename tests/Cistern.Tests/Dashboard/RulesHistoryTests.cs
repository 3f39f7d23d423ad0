using System.Text;
using System.Text.Json;
using Cistern.Ingest.Keys;
using Cistern.Store;

namespace Cistern.Tests.Dashboard;

public sealed class RulesHistoryTests
{
    private static readonly RulesStatus s_status = new()
    {
        Version = "2026-12-01.00000002",
        Changes = [new RulesChange("2026-11-27.00000001", new DateTimeOffset(2026, 11, 28, 9, 30, 0, TimeSpan.Zero)), new RulesChange("2026-12-01.00000002", new DateTimeOffset(2026, 12, 1, 8, 0, 0, TimeSpan.Zero))],
        Rows = new Classified(1000, 10),
        Files = new Classified(5, 1),
    };

    [Fact]
    public async Task A_reader_sees_when_rules_changed_and_how_much_they_classified()
    {
        await using var server = await DashboardServer.StartAsync();
        server.Store.Rules = s_status with { Failed = "the disk is full" };

        var answer = await server.GetAsync("/api/rules/history", $"X-API-Key: {server.NewKey("reader", KeyScopes.Read)}");

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            """{"version":"2026-12-01.00000002","changes":[{"version":"2026-11-27.00000001","taken":"2026-11-28T09:30:00.000Z"},{"version":"2026-12-01.00000002","taken":"2026-12-01T08:00:00.000Z"}],"history":"""
            + """{"rows":1000,"rowsNow":10,"files":5,"filesNow":1,"running":false,"failed":"the disk is full","possible":true}}""",
            Encoding.UTF8.GetString(answer.Body));
        Problem.Assert(await server.GetAsync("/api/rules/history?x=1", $"X-API-Key: {server.NewKey("other", KeyScopes.Read)}"), 400, "parameter-invalid");
    }

    [Fact]
    public async Task Who_administers_begins_it_and_asking_again_is_no_error()
    {
        await using var server = await DashboardServer.StartAsync();
        server.Store.Rules = s_status;
        Problem.Assert(await server.SendAsync("POST", "/api/rules/reclassify", "", $"X-API-Key: {server.NewKey("reader", KeyScopes.Read | KeyScopes.Ingest)}"), 403, "scope-missing");
        Assert.False(server.Store.Rules.Running);

        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin)}";
        for (var time = 0; time < 2; time++)
        {
            var answer = await server.SendAsync("POST", "/api/rules/reclassify", "", admin);
            Assert.Equal(202, answer.Status);
            using var document = JsonDocument.Parse(answer.Body);
            Assert.True(document.RootElement.GetProperty("history").GetProperty("running").GetBoolean());
        }

        server.Store.Traits = new StoreTraits { Reclassifies = false, BacksUp = false };
        Problem.Assert(await server.SendAsync("POST", "/api/rules/reclassify", "", admin), 501, "store-cannot");
        Problem.Assert(await server.SendAsync("POST", "/api/backup", "", admin), 501, "store-cannot");
        server.Store.Traits = new StoreTraits();
        server.Store.Failure = new IOException("no space left");
        Problem.Assert(await server.SendAsync("POST", "/api/rules/reclassify", "", admin), 503, "unavailable");
    }
}
