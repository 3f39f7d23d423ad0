using Cistern.Store;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Answers and inserts far larger than what either side may hold, a server that dies in one, and a question that is given up.</summary>
public sealed class LargeStreamTests(DebianClickHouse server) : OneServerTests(server)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // Hashes cannot be compressed: eleven bytes a row on the wire.
    private const int HashRows = 3_000_000;
    private const string Hashes = "SELECT number, cityHash64(number) AS hash FROM numbers(3000000)";

    private static readonly Dictionary<string, string> EachBlock = new() { ["min_insert_block_size_rows"] = "1", ["min_insert_block_size_bytes"] = "1" };
    private static readonly Dictionary<string, string> Fast = new() { ["http_zlib_compression_level"] = "1" };

    [Fact]
    public async Task Hundreds_of_megabytes_arrive_whole()
    {
        using var result = await OpenAsync($"SELECT number, '{new string('x', 1000)}' AS text FROM numbers(300000)", Fast);

        var (rows, numbers, texts) = (0L, 0L, 0L);
        while (result.Read())
        {
            (rows, numbers, texts) = (rows + 1, numbers + (long)result[0]!, texts + ((string)result[1]!).Length);
        }

        Assert.Equal((300_000L, 44_999_850_000L, 300_000_000L), (rows, numbers, texts));
    }

    /// <summary>What is not read yet stays with the server: an answer is never held.</summary>
    [Fact]
    public async Task No_more_of_an_answer_is_taken_than_is_read()
    {
        using var connections = new CountedConnections();
        using var answer = await Server.ClientOn(connections.Http).SelectAsync(Hashes, None, new Dictionary<string, string>(Fast) { ["default_format"] = "RowBinary" }, Cancel);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancel);

        await stream.ReadExactlyAsync(new byte[100_000], Cancel);
        var taken = await SettledAsync(() => connections.Received);
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest, Cancel);

        Assert.InRange(taken, 1, 1_000_000);
        Assert.InRange(connections.Received, 20_000_000, 60_000_000);
        Assert.Equal(HashRows * 16L, 100_000 + rest.Length);
    }

    [Fact]
    public async Task A_server_that_dies_in_an_answer_makes_it_an_error()
    {
        using var result = await OpenAsync(Hashes, Fast);
        for (var row = 0; row < 1000; row++)
        {
            Assert.True(result.Read());
        }

        Server.Kill();
        var rows = 1000;
        var error = Assert.Throws<StoreQueryException>(() =>
        {
            while (result.Read())
            {
                rows++;
            }
        });

        Assert.Equal(StoreQueryFault.Unavailable, error.Fault);
        Assert.InRange(rows, 1000, HashRows - 1);
    }

    /// <summary>Whoever gives up is free at once. A server of this age finishes what nobody waits for, until it is told by the statement's id.</summary>
    [Fact]
    public async Task A_question_that_is_given_up_is_ended_by_its_id()
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var settings = new Dictionary<string, string> { ["query_id"] = "given-up", ["max_execution_time"] = "60" };
        var asking = Server.Client.SelectAsync("SELECT sum(cityHash64(number, number + 1)) FROM system.numbers", None, settings, giveUp.Token);
        await WaitAsync(async () => await RunningAsync() == 1);

        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(1, await RunningAsync());
        await Server.Client.RunAsync("KILL QUERY WHERE query_id = 'given-up' SYNC", None, Cancel);

        Assert.Equal(0, await RunningAsync());
    }

    /// <summary>While the server takes nothing, nothing more is made: an insert is never held either.</summary>
    [Fact]
    public async Task A_gigabyte_is_inserted_while_it_is_written()
    {
        await Server.Client.RunAsync("CREATE TABLE gigabyte (text String) ENGINE = Null", None, Cancel);
        await Server.Client.RunAsync("CREATE MATERIALIZED VIEW counted ENGINE = Log AS SELECT count() AS rows, sum(length(text)) AS bytes FROM gigabyte", None, Cancel);
        var block = new Gigabyte();

        Server.Pause();
        Task inserting;
        long taken;
        try
        {
            inserting = Task.Run(() => Server.Client.InsertAsync("INSERT INTO gigabyte FORMAT Native", new BlockContent(block), EachBlock, Cancel), Cancel);
            await WaitAsync(() => Task.FromResult(block.Bytes > 0));
            taken = await SettledAsync(() => block.Bytes);
        }
        finally
        {
            Server.Resume();
        }

        await inserting;

        Assert.InRange(taken, 1, 30_000_000);
        Assert.Equal($"{Gigabyte.AllRows}\t{Gigabyte.AllRows * Gigabyte.RowBytes}", await AskAsync(Server.Client, "SELECT sum(rows), sum(bytes) FROM counted"));
    }

    private Task<long> RunningAsync() => NumberAsync(Server.Client, "SELECT count() FROM system.processes WHERE query_id = 'given-up'");

    private static async Task WaitAsync(Func<Task<bool>> holds)
    {
        var waited = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(waited.Elapsed < Limit, "not within a minute");
            await Task.Delay(20, Cancel);
        }
    }

    // What a count is when it has not changed for a while.
    private static async Task<long> SettledAsync(Func<long> count)
    {
        for (var last = count(); ; last = count())
        {
            await Task.Delay(Quiet, Cancel);
            if (count() == last)
            {
                return last;
            }
        }
    }

    /// <summary>Many blocks in one insert; the first cannot be compressed, so that they fill what lies between client and server.</summary>
    private sealed class Gigabyte : INativeBlock
    {
        public const long RowBytes = 10_000;
        public const long AllRows = Blocks * BlockRows;

        private const int Blocks = 108;
        private const int BlockRows = 1_000;
        private const int RandomBlocks = 5;

        private long _bytes;

        public int Rows => (int)AllRows;

        public long Bytes => Interlocked.Read(ref _bytes);

        public void Write(NativeWriter writer)
        {
            var random = new byte[1_000_000];
            new Random(8).NextBytes(random);
            for (var block = 0; block < Blocks; block++)
            {
                writer.VarInt(1);
                writer.VarInt(BlockRows);
                writer.Text("text");
                writer.Text("String");
                for (var row = 0; row < BlockRows; row++)
                {
                    writer.Text(random.AsSpan(block < RandomBlocks ? row % 100 * (int)RowBytes : 0, (int)RowBytes));
                    Interlocked.Add(ref _bytes, RowBytes);
                }
            }
        }
    }
}
