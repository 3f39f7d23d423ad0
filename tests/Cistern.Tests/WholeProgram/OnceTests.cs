using Cistern.Tests.Store;

namespace Cistern.Tests.WholeProgram;

/// <summary>What comes twice is stored once, and counted; what only looks alike is stored.</summary>
public sealed class OnceTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-10);
    private static readonly (string, string) s_fields = ("X-Amz-Firehose-Common-Attributes", $$$"""{"commonAttributes":{"cloudfront-fields":"{{{TestDeliveries.Fields}}}"}}""");

    [Fact]
    public async Task A_file_that_is_imported_again_under_another_name_or_in_pieces_is_stored_once()
    {
        await using var server = await RunningServer.StartAsync();
        string[] lines = [.. Enumerable.Range(0, 3000).Select(row => TestDeliveries.Line(s_time.AddDays(-3).AddSeconds(row), $"r{row}"))];
        var whole = await WriteAsync(server, "whole.tsv", lines);
        var half = await WriteAsync(server, "half.tsv", lines[..1500]);
        var copy = await WriteAsync(server, "copy.tsv", lines);

        await ImportAsync(server, whole);
        await ImportAsync(server, whole);
        await ImportAsync(server, half);
        await server.RestartAsync();
        await ImportAsync(server, copy);
        await ImportAsync(server, half);

        Assert.Equal(3000, await server.NumberAsync("SELECT count(*) FROM requests"));
        Assert.Equal(3000, await server.NumberAsync("SELECT sum(rows)::BIGINT FROM deliveries"));
        Assert.Equal(0, await server.NumberAsync("SELECT count(*) FROM rejects"));
    }

    [Fact]
    public async Task A_line_that_comes_again_in_another_delivery_is_a_repeat_and_a_repeated_delivery_an_event()
    {
        await using var server = await RunningServer.StartAsync();
        var (a, b) = (TestDeliveries.Line(s_time, "a"), TestDeliveries.Line(s_time, "b"));
        var other = a.Replace("d111111abcdef8", "d222222abcdef8", StringComparison.Ordinal);

        Assert.Equal(200, await server.DeliverAsync("one", TestDeliveries.Envelope("one", a), s_fields));
        Assert.Equal(200, await server.DeliverAsync("two", TestDeliveries.Envelope("two", a, b, other), s_fields));
        await server.RestartAsync();
        Assert.Equal(200, await server.DeliverAsync("two", TestDeliveries.Envelope("two", a, b, other), s_fields));
        Assert.Equal(200, await server.DeliverAsync("three", TestDeliveries.Envelope("three", b), s_fields));
        await server.RestartAsync(); // Counts of the running minute become rows at a stop.

        Assert.Equal(3, await server.NumberAsync("SELECT count(*) FROM requests"));
        Assert.Equal(2, await server.NumberAsync("SELECT sum(repeats)::BIGINT FROM deliveries"));
        Assert.Equal(1, await server.NumberAsync("SELECT sum(count)::BIGINT FROM events WHERE kind = 'repeat'"));
    }

    private static Task<string> ImportAsync(RunningServer server, string path) => server.RunAsync("import", path, "--fields", TestDeliveries.Fields.Replace(' ', ','));

    private static async Task<string> WriteAsync(RunningServer server, string name, string[] lines)
    {
        var path = Path.Combine(server.Folder, name);
        await File.WriteAllLinesAsync(path, lines);
        return path;
    }
}
