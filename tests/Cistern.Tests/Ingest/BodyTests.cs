using System.Diagnostics;
using System.Text;

namespace Cistern.Tests.Ingest;

/// <summary>Tests that measure the process, so that no others may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "measured alone";
}

/// <summary>Bodies large, empty, chunked, slow, cut off and hostile.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class BodyTests
{
    private const string Id = "5a1c9e11-2222-4333-8444-555555555555";

    [Fact]
    public async Task A_delivery_without_records_is_answered_200()
    {
        await using var server = await TestServer.StartAsync();

        Protocol.AssertAnswer(await server.PostAsync(Id, TestDeliveries.Body(Id, Array.Empty<string>())), 200, Id);

        Assert.Equal((0, 0, 0), (server.Store.Only.Records, server.Store.Only.Rows, server.Store.Only.Rejects));
    }

    [Fact]
    public async Task A_record_without_data_is_answered_200()
    {
        await using var server = await TestServer.StartAsync();

        Protocol.AssertAnswer(await server.PostAsync(Id, TestDeliveries.Body(Id, "", "")), 200, Id);

        Assert.Equal((2, 0, 0), (server.Store.Only.Records, server.Store.Only.Rows, server.Store.Only.Rejects));
    }

    [Fact]
    public async Task A_record_that_cannot_be_decoded_is_kept_and_the_delivery_answered_200()
    {
        await using var server = await TestServer.StartAsync();

        Protocol.AssertAnswer(await server.PostAsync(Id, TestDeliveries.Body(Id, "no format is like this")), 200, Id);

        Assert.Equal((0, 1), (server.Store.Only.Rows, server.Store.Only.Rejects));
    }

    [Fact]
    public async Task A_gzip_body_is_stored_as_it_came()
    {
        await using var server = await TestServer.StartAsync();
        var body = TestDeliveries.Gzip(TestDeliveries.Body(Id, "one", "two"));

        var answer = await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, body.Length), "Content-Encoding: gzip"], body);

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Equal((2, body.Length), (server.Store.Only.Records, server.Store.Only.BodyLength));
        Assert.True(server.Store.Only.Delivery.Context.Gzip);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public async Task A_chunked_body_is_stored_whatever_the_size_of_its_chunks(int size)
    {
        await using var server = await TestServer.StartAsync();
        var body = TestDeliveries.Body(Id, new string('x', 3_000), "two");

        var answer = await server.PostAsync(TestServer.Firehose, Unsized(server), TestDeliveries.Chunked(body, size));

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Equal((2, body.Length), (server.Store.Only.Records, server.Store.Only.BodyLength));
    }

    [Fact]
    public async Task A_chunked_body_beyond_its_first_claim_is_stored()
    {
        await using var server = await TestServer.StartAsync();
        var body = TestDeliveries.Body(Id, Enumerable.Range(0, 12).Select(_ => new string('x', 700_000)));

        var answer = await server.PostAsync(TestServer.Firehose, Unsized(server), TestDeliveries.Chunked(body, 1 << 16));

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Equal(body.Length, server.Store.Only.BodyLength);
        Assert.Equal(0, await InFlightBytesAsync(server));
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_answered_503_and_everything_is_free_again()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Ingest = settings.Ingest with { MaxBodyBytes = 1 << 20 } });
        using var http = server.Connect();

        await http.SendHeadAsync("POST", TestServer.Firehose, Unsized(server));
        var sending = http.SendAsync(TestDeliveries.Chunked(new byte[2 << 20], 1 << 16));
        var answer = await http.ReadAnswerAsync();

        Assert.Contains("over the limit of 1MiB", Protocol.AssertAnswer(answer, 503, Id), StringComparison.Ordinal);
        Assert.Equal(0, await InFlightBytesAsync(server));
        await IgnoreAsync(sending);
    }

    [Fact]
    public async Task Ten_thousand_records_in_64_MiB_are_stored_as_one_delivery()
    {
        await using var server = await TestServer.StartAsync();
        var record = Encoding.ASCII.GetBytes(new string('x', 5_010));
        var body = TestDeliveries.Body(Id, Enumerable.Repeat(record, 10_000));
        Assert.InRange(body.Length, 60 << 20, 68 << 20);

        var answer = await server.PostAsync(Id, body);

        Protocol.AssertAnswer(answer, 200, Id);
        Assert.Equal((10_000, 10_000L), (server.Store.Only.Records, server.Store.Only.Items));
        Assert.Equal(Sum(body), server.Store.Only.BodySum);
    }

    [Fact]
    public async Task A_gzip_bomb_is_answered_503_and_takes_no_more_than_the_limit()
    {
        await using var server = await TestServer.StartAsync(settings => settings with { Ingest = settings.Ingest with { MaxBodyBytes = 32 << 20 } });
        var bomb = Bomb(mebibytes: 512);
        await server.PostAsync("before", TestDeliveries.Body("before", "x"));
        GC.Collect();
        var before = Process.GetCurrentProcess().WorkingSet64;

        var answer = await server.PostAsync(TestServer.Firehose, [.. server.Headers(Id, bomb.Length), "Content-Encoding: gzip"], bomb);

        Assert.NotNull(Protocol.AssertAnswer(answer, 503, Id));
        Assert.InRange(Process.GetCurrentProcess().WorkingSet64 - before, long.MinValue, 128L << 20);
        Assert.Equal(0, await InFlightBytesAsync(server));
    }

    [Fact]
    public async Task A_client_that_goes_half_way_leaves_nothing_behind()
    {
        await using var server = await TestServer.StartAsync();
        using (var http = server.Connect())
        {
            await http.SendHeadAsync("POST", TestServer.Firehose, server.Headers(Id, 8 << 20));
            await http.SendAsync(new byte[4 << 20]);
            await UntilAsync(async () => await InFlightBytesAsync(server) > 0);
            http.Reset();
        }

        await UntilAsync(async () => await InFlightBytesAsync(server) == 0);
        Assert.Empty(server.Store.Commits);
        Protocol.AssertAnswer(await server.PostAsync(Id, TestDeliveries.Body(Id, "again")), 200, Id);
    }

    [Fact]
    public async Task A_client_that_ends_its_chunks_wrongly_is_answered_400()
    {
        await using var server = await TestServer.StartAsync();

        var answer = await server.PostAsync(TestServer.Firehose, Unsized(server), "5\r\nabcde\r\nno size\r\n"u8.ToArray());

        Assert.NotNull(Protocol.AssertAnswer(answer, 400, Id));
        Assert.Contains(server.Store.Counts, count => count.Reason == "body_incomplete");
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_in_time_is_answered_408()
    {
        var time = new ManualTime();
        await using var server = await TestServer.StartAsync(time: time);
        using var http = server.Connect();
        await http.SendHeadAsync("POST", TestServer.Firehose, server.Headers(Id, 100));
        await http.SendAsync("{\"requestId\":"u8.ToArray());
        await UntilAsync(async () => await InFlightBytesAsync(server) > 0);

        time.Advance(TimeSpan.FromSeconds(61));

        Assert.Contains("within 1m", Protocol.AssertAnswer(await http.ReadAnswerAsync(), 408, Id), StringComparison.Ordinal);
        Assert.Equal(0, await InFlightBytesAsync(server));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_before_the_body_is_sent()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Connect();

        await http.SendHeadAsync("POST", TestServer.Firehose, server.Headers(Id, 64 << 20, key: "aa_wrong"));

        Protocol.AssertAnswer(await http.ReadAnswerAsync(), 401, Id);
        Assert.Equal(0, await InFlightBytesAsync(server));
    }

    [Fact]
    public async Task A_client_that_waits_before_it_sends_is_told_to_go_on()
    {
        await using var server = await TestServer.StartAsync();
        var body = TestDeliveries.Body(Id, "x");
        using var http = server.Connect();
        await http.SendHeadAsync("POST", TestServer.Firehose, [.. server.Headers(Id, body.Length), "Expect: 100-continue"]);

        Assert.Equal(100, (await http.ReadAnswerAsync()).Status);
        await http.SendAsync(body);

        Protocol.AssertAnswer(await http.ReadAnswerAsync(), 200, Id);
    }

    [Fact]
    public async Task A_connection_is_kept_after_answers_and_after_refusals_of_what_was_read()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Connect();
        foreach (var (id, text, status) in new[] { ("a", "{}", 400), ("b", null, 200), ("a", "none", 400), ("c", null, 200) })
        {
            var body = text is null ? TestDeliveries.Body(id, "x") : Encoding.UTF8.GetBytes(text);
            await http.SendHeadAsync("POST", TestServer.Firehose, server.Headers(id, body.Length));
            await http.SendAsync(body);

            Protocol.AssertAnswer(await http.ReadAnswerAsync(), status, id);
        }
    }

    private static byte[] Bomb(int mebibytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.ASCII.GetBytes($"{{\"requestId\":\"{Id}\",\"timestamp\":1,\"records\":["));
            var blank = new byte[1 << 20];
            blank.AsSpan().Fill((byte)' ');
            for (var count = 0; count < mebibytes; count++)
            {
                gzip.Write(blank);
            }

            gzip.Write("]}"u8);
        }

        return compressed.ToArray();
    }

    private static IEnumerable<string> Unsized(TestServer server) =>
        [.. server.Headers(Id, 0).Where(header => !header.StartsWith("Content-Length", StringComparison.Ordinal)), "Transfer-Encoding: chunked"];

    private static async Task<long> InFlightBytesAsync(TestServer server) => (long)await MetricsText.ReadAsync(server, "cistern_in_flight_bytes");

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), "it did not come to hold within 20 s");
            await Task.Delay(10);
        }
    }

    // The server may close the connection while the rest is still being sent.
    private static async Task IgnoreAsync(Task sending)
    {
        try
        {
            await sending;
        }
        catch (IOException)
        {
        }
    }

    private static int Sum(byte[] body)
    {
        var sum = 0;
        foreach (var value in body)
        {
            sum = (sum * 31) + value;
        }

        return sum;
    }
}

/// <summary>Reads one figure of <c>/metrics</c>.</summary>
internal static class MetricsText
{
    public static async Task<double> ReadAsync(TestServer server, string name)
    {
        var text = (await server.GetAsync("/metrics")).Text;
        var line = Assert.Single(text.Split('\n'), line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return double.Parse(line[name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
