using System.Net;

namespace Cistern.Tests.Faults;

/// <summary>The disk of the data folder becomes full under the real program, and has space again.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    private const int DiskMiB = 48;
    private const long MiB = 1L << 20;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Under_the_floor_deliveries_are_refused_with_the_reason_queries_go_on_and_space_heals_it()
    {
        using var disk = SmallDisk.Mount(DiskMiB);
        var key = ServerProcess.MakeKey(disk.Data);
        var maker = new DeliveryMaker(DeliveryLines.Requests, "floor", seed: 1);
        var sent = Enumerable.Range(0, 20).Select(_ => maker.Make()).ToArray();
        using (var server = await ServerProcess.StartReadyAsync(disk.Data, ServerProcess.TakePort(), "store:hotBytes=8MiB", "store:sealAge=1s", "store:spaceFloor=8MiB"))
        {
            var client = new TestClient(server, key);
            await DeliverAsync(client, sent[..10]);

            disk.FillUpTo(4 * MiB);
            await WaitUnreadyAsync(server, "floor of 8 MiB");
            var refused = await client.PostAsync(sent[10]);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Contains("floor of 8 MiB", refused.Message, StringComparison.Ordinal);
            Assert.Contains("free some space", refused.Message, StringComparison.Ordinal);
            Assert.InRange(refused.RetryAfter ?? TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
            Assert.Equal(RowsOf(sent[..10]), await client.CountAsync("SELECT count(*) FROM requests"));

            disk.MakeRoom();
            await server.WaitReadyAsync();
            await DeliverAsync(client, sent[10..]);
            Assert.Equal(RowsOf(sent), await client.CountAsync("SELECT count(*) FROM requests"));
            server.Kill();
        }

        PromiseCheck.Run(sent, await StoredData.ReadAsync(disk.Data), "under the floor");
    }

    [Fact]
    public async Task A_disk_that_is_full_to_the_last_byte_loses_nothing_and_heals()
    {
        using var disk = SmallDisk.Mount(DiskMiB);
        var key = ServerProcess.MakeKey(disk.Data);
        var maker = new DeliveryMaker(DeliveryLines.Requests, "last", seed: 2, linesMax: 3_000);
        List<SentDelivery> sent = [];
        string[] settings = ["store:hotBytes=8MiB", "store:sealAge=1s", "store:compactFiles=2", "store:spaceFloor=1MiB"];
        using (var server = await ServerProcess.StartReadyAsync(disk.Data, ServerProcess.TakePort(), settings))
        {
            var client = new TestClient(server, key);
            var refusals = new HashSet<string>();
            for (var round = 0; round < 3; round++)
            {
                // Over the floor, so that deliveries are taken until the disk itself refuses them; and seals and joins find it full.
                disk.FillUpTo(MiB + (MiB / 4));
                await DeliverUntilFullAsync(client, maker, sent, refusals);
                disk.FillUpTo(0);
                await Task.Delay(2_500);
                Assert.Equal(RowsOf(sent.Where(delivery => delivery.Answered)), await client.CountAsync("SELECT count(*) FROM requests"));

                disk.MakeRoom();
                await server.WaitReadyAsync();
                await DeliverWithRetriesAsync(client, sent.Where(delivery => !delivery.Answered).ToArray());
            }

            output.WriteLine($"{sent.Count} deliveries; refused with:\n{string.Join('\n', refusals)}\n{server.Output}");
            Assert.Contains(refusals, refusal => refusal.Contains("No space left on device", StringComparison.Ordinal));
            Assert.Contains("[4401]", server.Output, StringComparison.Ordinal);
            await server.WaitForAsync("every file in the table's folder is named by the manifest", Soon, () => Task.FromResult(StoredData.Orphans(disk.Data).Count == 0));
            Assert.Equal(0, server.Stop());
        }

        PromiseCheck.Run(sent, await StoredData.ReadAsync(disk.Data), "on a full disk");
    }

    [Fact]
    public async Task A_program_that_was_killed_on_a_full_disk_starts_on_it_again()
    {
        using var disk = SmallDisk.Mount(DiskMiB);
        var key = ServerProcess.MakeKey(disk.Data);
        var maker = new DeliveryMaker(DeliveryLines.Requests, "start", seed: 3);
        var sent = Enumerable.Range(0, 10).Select(_ => maker.Make()).ToArray();
        var port = ServerProcess.TakePort();
        using (var server = await ServerProcess.StartReadyAsync(disk.Data, port, "store:spaceFloor=1MiB"))
        {
            await DeliverAsync(new TestClient(server, key), sent);
            server.Kill();
        }

        disk.FillUpTo(0);
        using (var server = ServerProcess.Start(disk.Data, port, ["store:spaceFloor=1MiB"]))
        {
            await WaitUnreadyAsync(server, "floor of 1 MiB");
            Assert.Equal(RowsOf(sent), await new TestClient(server, key).CountAsync("SELECT count(*) FROM requests"));

            disk.MakeRoom();
            await server.WaitReadyAsync();
            Assert.Equal(0, server.Stop());
        }

        PromiseCheck.Run(sent, await StoredData.ReadAsync(disk.Data), "after a start on a full disk");
    }

    private static async Task DeliverAsync(TestClient client, IEnumerable<SentDelivery> deliveries)
    {
        foreach (var delivery in deliveries)
        {
            var answer = await client.PostAsync(delivery);
            Assert.True(answer.Status == HttpStatusCode.OK, $"{delivery.Id} was answered {answer}");
        }
    }

    // There is room on the disk, but memory is full until the next seal: Firehose would try again too.
    private static async Task DeliverWithRetriesAsync(TestClient client, IEnumerable<SentDelivery> deliveries)
    {
        var until = DateTime.UtcNow + Soon;
        foreach (var delivery in deliveries)
        {
            var answer = await client.PostAsync(delivery);
            while (answer.Status == HttpStatusCode.ServiceUnavailable && DateTime.UtcNow < until)
            {
                await Task.Delay(200);
                answer = await client.PostAsync(delivery);
            }

            Assert.True(answer.Status == HttpStatusCode.OK, $"{delivery.Id} was answered {answer}");
        }
    }

    // Some are taken, then some refused; all of them have to be whole or absent.
    private static async Task DeliverUntilFullAsync(TestClient client, DeliveryMaker maker, List<SentDelivery> sent, HashSet<string> refusals)
    {
        for (var refused = 0; refused < 4;)
        {
            var delivery = maker.Make();
            sent.Add(delivery);
            var answer = await client.PostAsync(delivery);
            if (answer.Status != HttpStatusCode.OK)
            {
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
                Assert.NotNull(answer.RetryAfter);
                refusals.Add(answer.Message);
                refused++;
            }
        }
    }

    private static Task WaitUnreadyAsync(ServerProcess server, string reason) => server.WaitForAsync($"/readyz says '{reason}'", Soon, async () =>
        await server.TryGetReadinessAsync() is { Status: HttpStatusCode.ServiceUnavailable, Text: var text } && text.Contains(reason, StringComparison.Ordinal));

    private static long RowsOf(IEnumerable<SentDelivery> deliveries) => deliveries.Sum(delivery => (long)delivery.Paths.Count);
}
