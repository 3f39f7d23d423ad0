using System.Net.Sockets;
using System.Text;
using Cistern.Dashboard;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;
using Cistern.Query.Live;
using Cistern.Tests.EndToEnd;
using CloudFrontLines = Cistern.Tests.Store.TestDeliveries;

namespace Cistern.Tests.Query.Live;

/// <summary>Tails over real sockets on the whole server.</summary>
public class TailAddressTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private RealServer _server = null!;

    public async ValueTask InitializeAsync() =>
        _server = await RealServer.StartAsync(kind, settings => settings with { Query = settings.Query with { MaxTails = 3 } });

    // Over ClickHouse what is young is given again.
    [Fact]
    public async Task Rows_come_as_they_arrive_and_a_tail_goes_on_where_it_was_cut_off()
    {
        await DeliverAsync("before", "/before");
        string? id;
        using (var tail = await TailClient.OpenAsync(_server.Address, _server.Key, "columns=path,status&where=status:2xx"))
        {
            var columns = (await tail.NextAsync())!;
            Assert.Equal(("columns", """[{"name":"path","type":"text"},{"name":"status","type":"integer"}]"""), (columns.Name, columns.Data.GetRawText()));
            Assert.Equal((200, "text/event-stream"), (tail.Status, tail.ContentType));
            await DeliverAsync("first", "/a", "/b");
            Assert.Equal(["/a", "/b"], await tail.RowsAsync(2));
            id = tail.LastId;
        }

        await DeliverAsync("meanwhile", "/c");
        await _server.StopAsync(); // A stop seals.
        await _server.StartAgainAsync();
        using var again = await TailClient.OpenAsync(_server.Address, _server.Key, "columns=path&after=d0.0", lastEventId: id);
        Assert.Equal("columns", (await again.NextAsync())!.Name);
        await DeliverAsync("later", "/d");
        var rows = await again.RowsUntilAsync("/d");
        Assert.Equal(["/c", "/d"], kind == TestStore.Embedded ? rows : rows.Except(["/before", "/a", "/b"]));
    }

    [Fact]
    public async Task Only_so_many_tails_are_open_and_one_that_ends_makes_room()
    {
        var open = new List<TailClient>();
        for (var count = 0; count < 3; count++)
        {
            open.Add(await OpenAsync());
        }

        Assert.Equal("urn:cistern:problem:too-many-tails", (await _server.GetAsync("/api/tail")).Expect(503).Type);
        open[0].Dispose();
        var status = 503;
        for (var patience = 0; status == 503 && patience < 100; patience++)
        {
            await Task.Delay(100);
            using var another = await TailClient.OpenAsync(_server.Address, _server.Key);
            status = another.Status;
        }

        Assert.Equal(200, status);
        open.ForEach(tail => tail.Dispose());
    }

    [Fact]
    public async Task A_tail_ends_when_its_key_is_revoked()
    {
        using var tail = await TailClient.OpenAsync(_server.Address, _server.NewKey("short", KeyScopes.Read));
        Assert.Equal("columns", (await tail.NextAsync())!.Name);

        new KeyStore(new LocalFolder(_server.Folder), TimeProvider.System).Revoke("short");

        Assert.Null(await tail.NextAsync());
    }

    [Fact]
    public async Task A_tail_of_a_signed_in_browser_goes_on_until_its_session_ends()
    {
        var signIns = new SignIns(new LocalFolder(_server.Folder), TimeProvider.System);
        var session = signIns.Redeem(signIns.CreateLink(_server.Address).Split('#')[1], TimeSpan.FromHours(1))!;
        using var tail = await TailClient.OpenSignedInAsync(_server.Address, session.Secret);
        Assert.Equal("columns", (await tail.NextAsync())!.Name);

        // Longer than the time after which it is asked again.
        await Task.Delay(TailAddress.AccessInterval * 2);
        await DeliverAsync("while-signed-in", "/here");
        Assert.Equal("rows", (await tail.NextAsync())!.Name);

        signIns.End(signIns.Read().Sessions);
        Assert.Null(await tail.NextAsync());
    }

    // Kestrel would wait half a minute for an answer that does not end.
    [Fact]
    public async Task A_stop_does_not_wait_for_tails()
    {
        using var tail = await OpenAsync();

        await _server.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Null(await tail.NextAsync());
        await _server.StartAgainAsync();
    }

    // A client that does not read for a while: what it is not given is counted, and what it is given is what there is.
    [Fact]
    public async Task A_slow_client_is_told_what_it_missed()
    {
        using var slow = new TcpClient { ReceiveBufferSize = 4096 };
        await slow.ConnectAsync(_server.Address.Host, _server.Address.Port);
        var stream = slow.GetStream();

        // HTTP/1.0 has no chunks, whose lengths would stand among the events.
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /api/tail?columns=path,user_agent HTTP/1.0\r\nHost: test\r\nX-API-Key: {_server.Key}\r\n\r\n"));
        var begin = new byte[2048];
        await stream.ReadExactlyAsync(begin.AsMemory(0, 200));
        const int Deliveries = 8;
        const int Rows = 2_000;
        for (var delivery = 0; delivery < Deliveries; delivery++)
        {
            await DeliverAsync($"much {delivery}", [.. Enumerable.Range(0, Rows).Select(row => $"/{delivery}/{row}/{new string('x', 200)}")]);
            await Task.Delay(400);
        }

        var (given, skipped, rest) = (0L, 0L, "");
        var buffer = new byte[64 << 10];
        while (given + skipped < Deliveries * Rows)
        {
            var read = await stream.ReadAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(read > 0, "the stream ended");
            rest += Encoding.UTF8.GetString(buffer, 0, read);
            (given, skipped) = (System.Text.RegularExpressions.Regex.Count(rest, "\\[\"/[0-9]"), System.Text.RegularExpressions.Regex.Matches(rest, "\"skipped\":([0-9]+)").Sum(match => long.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));
        }

        Assert.Equal(Deliveries * Rows, given + skipped);
        Assert.True(skipped > 0 && given > 0, $"{given} given, {skipped} skipped");
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task<TailClient> OpenAsync()
    {
        var tail = await TailClient.OpenAsync(_server.Address, _server.Key);
        Assert.Equal("columns", (await tail.NextAsync())!.Name);
        return tail;
    }

    private Task DeliverAsync(string id, params string[] paths) => _server.DeliverAsync(
        id,
        [$"X-Amz-Firehose-Common-Attributes: {{\"commonAttributes\":{{\"cloudfront-fields\":\"{CloudFrontLines.Fields}\"}}}}"],
        paths.Select((path, row) => CloudFrontLines.Line(DateTimeOffset.UtcNow.AddMilliseconds(row), $"{id} {row}", path)));
}

public sealed class TailAddressOnClickHouseTests() : TailAddressTests(TestStore.ClickHouse);
