using Cistern.Tests.Store;

namespace Cistern.Tests.WholeProgram;

/// <summary>A panel that asks for too much, on the real store.</summary>
public sealed class PanelLimitTests
{
    private static readonly DateTimeOffset s_time = DateTimeOffset.UtcNow.AddMinutes(-10);
    private static readonly (string, string) s_fields = ("X-Amz-Firehose-Common-Attributes", $$$"""{"commonAttributes":{"cloudfront-fields":"{{{TestDeliveries.Fields}}}"}}""");

    [Fact]
    public async Task A_panel_that_exhausts_its_memory_harms_neither_deliveries_nor_statements()
    {
        await using var server = await RunningServer.StartAsync(settings => settings with { Query = new() { PanelMemoryBytes = 32 << 20, SpillBytes = 1 << 20 } });
        var padding = new string('p', 3_000);
        for (var delivery = 0; delivery < 10; delivery++)
        {
            var id = $"d{delivery}";
            await server.DeliverAsync(id, TestDeliveries.Envelope(id, Enumerable.Range(0, 2_000).Select(row => TestDeliveries.Line(s_time, $"{id}-{row}", $"/{id}/{row}/{padding}"))), s_fields);
        }

        var (status, body) = await server.QueryAsync("""{"signal":"requests","from":"-1h","measures":["requests"],"by":["path","query","user_agent"],"order":"-requests","limit":10000}""");

        Assert.True(status == 422 && body.Contains("memory", StringComparison.Ordinal), $"{status}: {body[..Math.Min(body.Length, 500)]}");
        Assert.Equal(200, await server.DeliverAsync("after", TestDeliveries.Envelope("after", TestDeliveries.Line(s_time, "after")), s_fields));
        Assert.Equal(20_001, await server.NumberAsync("SELECT count(*) FROM requests"));
        Assert.Equal(200, (await server.QueryAsync("""{"signal":"requests","from":"-1h","measures":["requests"]}""")).Status);
    }
}
