using Cistern.Formats;
using Cistern.Store;
using Cistern.Tests.Store;
using Cistern.Tests.Store.ClickHouse;
using Cistern.Tests.WholeProgram;

namespace Cistern.Tests.Commands.Copying;

/// <summary>A store is taken over while a server takes deliveries on it, and nodes on ClickHouse go on with them.</summary>
public sealed class CopyWhileServingTests(ClickHouseEngine engine) : CopyTestBase(engine), IClassFixture<ClickHouseEngine>
{
    private static readonly (string, string) Fields = ("X-Amz-Firehose-Common-Attributes", $$$"""{"commonAttributes":{"cloudfront-fields":"{{{TestDeliveries.Fields}}}"}}""");

    // What arrives in the last minutes is left to the next image; so the command lives a little later.
    private static readonly TimeProvider Later = new MovedTime { Forward = TimeSpan.FromMinutes(5) };

    [Fact]
    public async Task A_running_server_is_copied_and_takes_deliveries_meanwhile()
    {
        await using var server = await RunningServer.StartAsync();
        var url = server.Url;
        var times = Enumerable.Range(0, 30).ToArray();
        foreach (var number in times)
        {
            Assert.Equal(200, await DeliverAsync(server, number));
        }

        using var over = new CancellationTokenSource();
        var more = DeliverUntilAsync(server, 100, over.Token);
        var run = await CopyAsync(server, url, Later);
        await over.CancelAsync();
        var last = await more;

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Contains("a server runs on", run.Error, StringComparison.Ordinal);
        Assert.True(await CountAsync(Tables.Deliveries) is var copied && copied >= times.Length && copied <= times.Length + last, $"{copied} deliveries");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(server.Folder, "backups")));
        Assert.Contains("revoked", (await CommandRun.RunAsync(["keys", "list", "--data", server.Folder])).Out.Split('\n').Single(line => line.Contains("copy-", StringComparison.Ordinal)), StringComparison.Ordinal);

        // The server is stopped, the rest follows.
        await server.StopAsync();
        var rest = await CopyAsync(server, url, TimeProvider.System);
        Assert.True(rest.ExitCode == 0, rest.Error + rest.Out);
        Assert.Contains("nothing is left", rest.Error, StringComparison.Ordinal);
        Assert.Equal(times.Length + last, await CountAsync(Tables.Deliveries));
        Assert.Equal(2 * (times.Length + last), await CountAsync(Tables.Requests));
    }

    [Fact]
    public async Task What_just_arrived_is_left_and_told()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(200, await DeliverAsync(server, 1));

        var run = await CopyAsync(server, server.Url, TimeProvider.System);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Contains("is not copied yet (3 rows so far)", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(Tables.Requests));
    }

    /// <summary>The answer to a delivery may have been lost, and its stream been switched.</summary>
    [Fact]
    public async Task What_the_source_had_answered_is_a_repeat_for_a_node()
    {
        await using var server = await RunningServer.StartAsync();
        Assert.Equal(200, await DeliverAsync(server, 1));
        await CopyAsync(server, server.Url, Later);
        await using var node = await RunningServer.StartAsync(settings => settings with { Store = settings.Store with { Address = TargetText } });

        Assert.Equal(200, await DeliverAsync(node, 1));
        Assert.Equal(200, await DeliverAsync(node, 2));

        Assert.Equal(2, await CountAsync(Tables.Deliveries));
        Assert.Equal(4, await CountAsync(Tables.Requests));
    }

    /// <summary>The other way round: the stream was switched, and its delivery came to the node before the copy did.</summary>
    [Fact]
    public async Task What_a_node_took_itself_is_not_copied()
    {
        await using var server = await RunningServer.StartAsync();
        await using var node = await RunningServer.StartAsync(settings => settings with { Store = settings.Store with { Address = TargetText } });
        Assert.Equal(200, await DeliverAsync(server, 1));
        Assert.Equal(200, await DeliverAsync(server, 2));
        Assert.Equal(200, await DeliverAsync(node, 2));

        var run = await CopyAsync(server, server.Url, Later);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Equal(2, await CountAsync(Tables.Deliveries));
        Assert.Equal(4, await CountAsync(Tables.Requests));
    }

    private Task<CommandRun> CopyAsync(RunningServer server, string url, TimeProvider time) =>
        CommandRun.RunAsync(["copy", "--from", server.Folder, "--to", TargetText, "--url", url], openStore: StoreChoice.OpenAsync, time: time);

    private static Task<int> DeliverAsync(RunningServer server, int number) =>
        server.DeliverAsync($"d{number}", TestDeliveries.Envelope($"d{number}", TestDeliveries.Line(DateTimeOffset.UtcNow, $"{number}-a"), TestDeliveries.Line(DateTimeOffset.UtcNow.AddDays(-1), $"{number}-b")), Fields);

    private static async Task<int> DeliverUntilAsync(RunningServer server, int first, CancellationToken over)
    {
        var count = 0;
        for (; !over.IsCancellationRequested; count++)
        {
            Assert.Equal(200, await DeliverAsync(server, first + count));
            await Task.Delay(20, CancellationToken.None);
        }

        return count;
    }
}
