using System.Text.Json;
using Cistern.Dashboard;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;
using Cistern.Tests.Ingest;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Dashboard;

public sealed class ViewsAddressTests
{
    private const string Json = "Content-Type: application/json";

    [Fact]
    public async Task A_view_is_saved_replaced_and_removed()
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin | KeyScopes.Read)}";
        Task<string[]> SaveAsync(string name, string address) => NamesAsync(server.SendAsync("POST", "/api/views", $$"""{"name":"{{name}}","address":"{{address}}"}""", admin, Json));

        Assert.Empty(await NamesAsync(server.GetAsync("/api/views", admin)));
        await SaveAsync("Impostors", "/agents?from=-7d&q=proof:mismatch");
        await SaveAsync("a week / ä", "/report?week=2026-11-22");
        await SaveAsync("IMPOSTORS", "/?from=-1h");

        Assert.Equal(["a week / ä /report?week=2026-11-22", "IMPOSTORS /?from=-1h"], await NamesAsync(server.GetAsync("/api/views", admin)));
        Assert.Equal(["IMPOSTORS /?from=-1h"], await NamesAsync(server.SendAsync("DELETE", $"/api/views?name={Uri.EscapeDataString("A week / ä")}", "", admin)));
        Problem.Assert(await server.SendAsync("DELETE", "/api/views?name=gone", "", admin), 404, "view-not-found");
    }

    [Theory]
    [InlineData("", "/agents")]
    [InlineData("bell\\u0007", "/agents")]
    [InlineData("x", "")]
    [InlineData("x", "agents")]
    [InlineData("x", "//evil.example/agents")]
    [InlineData("x", "https://evil.example/")]
    [InlineData("x", "javascript:alert(1)")]
    [InlineData("x", "/api/keys")]
    [InlineData("x", "/agents\\\\evil.example")]
    public async Task What_is_no_view_of_a_screen_is_refused(string name, string address)
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin | KeyScopes.Read)}";

        Problem.Assert(await server.SendAsync("POST", "/api/views", $$"""{"name":"{{name}}","address":"{{address}}"}""", admin, Json), 400, "view-invalid");

        Assert.Empty(await NamesAsync(server.GetAsync("/api/views", admin)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"name":1,"address":"/"}""")]
    public async Task A_body_that_is_no_view_is_malformed(string body)
    {
        await using var server = await DashboardServer.StartAsync();
        var admin = $"X-API-Key: {server.NewKey("admin", KeyScopes.Admin)}";

        Problem.Assert(await server.SendAsync("POST", "/api/views", body, admin, Json), 400, "body-malformed");
    }

    [Fact]
    public async Task Who_may_read_sees_views_and_changes_none()
    {
        await using var server = await DashboardServer.StartAsync();
        var reader = $"X-API-Key: {server.NewKey("reader", KeyScopes.Read)}";

        Assert.Equal(200, (await server.GetAsync("/api/views", reader)).Status);
        Problem.Assert(await server.SendAsync("POST", "/api/views", """{"name":"x","address":"/"}""", reader, Json), 403, "scope-missing");
        Problem.Assert(await server.SendAsync("DELETE", "/api/views?name=x", "", reader), 403, "scope-missing");
        Problem.Assert(await server.GetAsync("/api/views", $"X-API-Key: {server.NewKey("sender", KeyScopes.Ingest)}"), 403, "scope-missing");
    }

    [Fact]
    public void There_are_no_more_than_there_may_be_and_a_broken_file_is_said()
    {
        using var folder = new ScratchFolder();
        var views = new SavedViews(new LocalFolder(folder));
        for (var number = 0; number < SavedViews.ViewsMax; number++)
        {
            Assert.Null(views.Save(new($"view {number}", "/")).Problem);
        }

        Assert.Contains("no room", views.Save(new("one more", "/")).Problem, StringComparison.Ordinal);
        Assert.Null(views.Save(new("view 7", "/logs")).Problem);
        File.WriteAllText(Path.Combine(folder, "views.json"), "{");
        Assert.Contains("views.json", Assert.Throws<IOException>(() => views.List()).Message, StringComparison.Ordinal);
    }

    private static async Task<string[]> NamesAsync(Task<RawAnswer> asked)
    {
        var answer = await asked;
        Assert.True(answer.Status == 200, answer.Text);
        using var document = JsonDocument.Parse(answer.Body);
        return [.. document.RootElement.GetProperty("views").EnumerateArray().Select(view => $"{view.GetProperty("name").GetString()} {view.GetProperty("address").GetString()}")];
    }
}
