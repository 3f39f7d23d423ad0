using System.Globalization;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Kinesis;
using Cistern.Journal;
using Cistern.Tests.Delivery.Transform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Delivery.Kinesis;

/// <summary>Against a real service.</summary>
public sealed class KinesisReaderTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-reader-").FullName;
    private readonly List<KinesisRecord> _taken = [];
    private KinesisService _service = null!;

    private IEnumerable<string> Texts => _taken.Select(record => Encoding.UTF8.GetString(record.Data.Span));

    public async ValueTask InitializeAsync() => _service = await KinesisService.StartAsync();

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Everything_in_all_shards_is_read_from_the_oldest_record_on()
    {
        await _service.CreateAsync("logs", 3);
        var texts = Enumerable.Range(0, 60).Select(number => $"line {number}").ToArray();
        await _service.PutAsync("logs", texts);
        using var client = Client("logs");
        var reader = Reader("logs", client);

        await ReadUntilAsync(reader, () => _taken.Count >= 60);

        Assert.Equal(texts.Order(StringComparer.Ordinal), Texts.Order(StringComparer.Ordinal));
        Assert.Equal(3, _taken.Select(record => record.Origin.ShardId).Distinct().Count());
        var one = _taken.Single(record => Encoding.UTF8.GetString(record.Data.Span) == "line 7").Origin;
        Assert.Equal("line 7", one.PartitionKey);
        Assert.Matches("^[0-9]{56}$", one.SequenceNumber);
        Assert.InRange(one.Arrived, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
    }

    [Fact]
    public async Task After_a_restart_nothing_is_left_out_and_nothing_comes_again()
    {
        await _service.CreateAsync("logs", 2);
        await _service.PutAsync("logs", "a", "b", "c", "d");
        using var client = Client("logs");
        await ReadUntilAsync(Reader("logs", client), () => _taken.Count >= 4);

        await _service.PutAsync("logs", "e", "f");
        await _service.KillAsync();
        await _service.StartAgainAsync();
        using var another = Client("logs");
        await ReadUntilAsync(Reader("logs", another), () => _taken.Count >= 6);

        Assert.Equal(["a", "b", "c", "d", "e", "f"], Texts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stop_between_the_sink_and_the_checkpoint_makes_records_come_again_and_loses_none()
    {
        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "a", "b");
        using var client = Client("logs");
        var stopped = new KinesisReader(
            client, Checkpoint("logs"), (records, _) => { _taken.AddRange(records); throw new OperationCanceledException(); }, Reading, TimeProvider.System, new Random(1), NullLogger.Instance);
        await Assert.ThrowsAsync<OperationCanceledException>(() => stopped.ReadOnceAsync(CancellationToken.None));

        await ReadUntilAsync(Reader("logs", client), () => _taken.Count >= 4);

        Assert.Equal(["a", "b", "a", "b"], Texts);
    }

    [Fact]
    public async Task What_the_sink_has_no_room_for_is_read_again_and_in_order()
    {
        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "a", "b", "c", "d", "e");
        using var client = Client("logs");
        var room = new Queue<int>([2, 0, 1]);
        var reader = new KinesisReader(client, Checkpoint("logs"), Take, Reading, TimeProvider.System, new Random(1), NullLogger.Instance);

        await ReadUntilAsync(reader, () => _taken.Count >= 5);

        Assert.Equal(["a", "b", "c", "d", "e"], Texts);

        ValueTask<int> Take(IReadOnlyList<KinesisRecord> records, CancellationToken cancel)
        {
            var count = room.TryDequeue(out var left) ? Math.Min(left, records.Count) : records.Count;
            _taken.AddRange(records.Take(count));
            return ValueTask.FromResult(count);
        }
    }

    [Fact]
    public async Task Children_of_a_shard_are_read_after_it_has_ended()
    {
        await _service.CreateAsync("logs", 1);
        var before = Enumerable.Range(0, 10).Select(number => $"before {number}").ToArray();
        var after = Enumerable.Range(0, 10).Select(number => $"later {number}").ToArray();
        await _service.PutAsync("logs", before);
        await _service.SplitAsync("logs", "shardId-000000000000");
        await _service.PutAsync("logs", after);
        using var client = Client("logs");

        // Few at a time, so that children would get in between if they could.
        var reader = Reader("logs", client, Reading with { RecordsMax = 2 });
        await ReadUntilAsync(reader, () => _taken.Count >= 20);

        Assert.Equal(before, Texts.Take(10));
        Assert.Equal(after.Order(StringComparer.Ordinal), Texts.Skip(10).Order(StringComparer.Ordinal));
        Assert.Equal(3, _taken.Select(record => record.Origin.ShardId).Distinct().Count());

        using var again = Client("logs");
        var restarted = Reader("logs", again);
        await _service.PutAsync("logs", "last");
        await ReadUntilAsync(restarted, () => _taken.Count >= 21);
        Assert.Equal("last", Texts.Last());
        Assert.Equal(21, _taken.Count);
    }

    [Fact]
    public async Task A_service_that_goes_and_comes_back_is_read_on()
    {
        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "a");
        using var client = Client("logs");
        var reader = Reader("logs", client);
        await ReadUntilAsync(reader, () => _taken.Count >= 1);

        await _service.KillAsync();
        KinesisStep step;
        do
        {
            step = await reader.ReadOnceAsync(CancellationToken.None);
            await Task.Delay(10);
        }
        while (step.Failure is null);
        Assert.True(step.Pause > TimeSpan.Zero);

        await _service.StartAgainAsync();
        await _service.PutAsync("logs", "b");
        await ReadUntilAsync(reader, () => _taken.Count >= 2);
        Assert.Equal(["a", "b"], Texts);
    }

    [Fact]
    public async Task A_stream_that_was_made_anew_is_read_from_its_oldest_record()
    {
        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "old");
        using var client = Client("logs");
        await ReadUntilAsync(Reader("logs", client), () => _taken.Count >= 1);

        await _service.DeleteAsync("logs");
        await Task.Delay(1100); // Its sequence numbers hold the second of its making.
        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "new");
        await ReadUntilAsync(Reader("logs", client), () => _taken.Count >= 2);

        Assert.Equal(["old", "new"], Texts);
    }

    [Fact]
    public async Task A_stream_that_is_not_there_yet_is_waited_for()
    {
        using var client = Client("logs");
        var reader = Reader("logs", client);
        var step = await reader.ReadOnceAsync(CancellationToken.None);
        Assert.Contains("ResourceNotFoundException", step.Failure, StringComparison.Ordinal);

        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "a");
        await ReadUntilAsync(reader, () => _taken.Count >= 1);
    }

    [Fact]
    public async Task Joined_records_are_split_if_the_stream_asks_for_it()
    {
        await _service.CreateAsync("logs", 1);
        var joined = AggregatedRecordTests.Join(("k1", "one"), ("k2", "two"));
        await _service.PutAsync("logs", ("key", joined), ("key", Encoding.UTF8.GetBytes("three")));
        using var client = Client("logs");

        await ReadUntilAsync(Reader("logs", client, Reading with { SplitsAggregated = true }), () => _taken.Count >= 3);

        Assert.Equal(["one", "two", "three"], Texts);
        Assert.Equal(["k1", "k2", "key"], _taken.Select(record => record.Origin.PartitionKey));
    }

    [Fact]
    public async Task Large_records_pass()
    {
        await _service.CreateAsync("logs", 1);
        var data = new byte[1_000_000];
        new Random(5).NextBytes(data);
        await _service.PutAsync("logs", ("key", data), ("key", data), ("key", data));
        using var client = Client("logs");

        await ReadUntilAsync(Reader("logs", client), () => _taken.Count >= 3);

        Assert.All(_taken, record => Assert.Equal(data, record.Data.ToArray()));
    }

    [Fact]
    public async Task A_source_is_put_together_of_a_plan_and_reads_on_behind_a_damaged_checkpoint()
    {
        await _service.CreateAsync("logs", 1);
        await _service.PutAsync("logs", "a");
        var path = Path.Combine(_folder, "kinesis.json");
        await File.WriteAllTextAsync(path, "{");
        var plan = TransformSamples.Plan with { Kinesis = new KinesisSourcePlan(KinesisService.Arn("logs").Text) };
        using var source = KinesisSource.Open(
            plan, new KinesisAccess(_service.Url, KinesisService.Credentials), new FileDisk(), path, (records, _) => { _taken.AddRange(records); return ValueTask.FromResult(records.Count); },
            TimeProvider.System, new Random(1), NullLogger.Instance);

        var step = await source.ReadOnceAsync(CancellationToken.None);

        Assert.Equal((1, 1, null), (step.Records, step.Bytes, step.Failure));
        Assert.Contains(_taken[0].Origin.SequenceNumber, await File.ReadAllTextAsync(path), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => KinesisSource.Open(
            TransformSamples.Plan, new KinesisAccess(_service.Url, KinesisService.Credentials), new FileDisk(), path, (_, _) => default, TimeProvider.System, new Random(1), NullLogger.Instance));
    }

    [Fact]
    public async Task A_step_that_is_cancelled_remembers_what_it_took_over()
    {
        await _service.CreateAsync("logs", 4);
        await _service.PutAsync("logs", [.. Enumerable.Range(0, 40).Select(number => $"line {number}")]);
        using var client = Client("logs");
        using var cancel = new CancellationTokenSource();
        var reader = new KinesisReader(client, Checkpoint("logs"), Take, Reading, TimeProvider.System, new Random(1), NullLogger.Instance);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadOnceAsync(cancel.Token));
        Assert.InRange(_taken.Count, 1, 39);

        await ReadUntilAsync(Reader("logs", client), () => _taken.Count >= 40);
        Assert.Equal(40, Texts.Distinct().Count());

        async ValueTask<int> Take(IReadOnlyList<KinesisRecord> records, CancellationToken token)
        {
            _taken.AddRange(records);
            await cancel.CancelAsync();
            return records.Count;
        }
    }

    private static KinesisReading Reading { get; } = new() { IdlePause = TimeSpan.FromMilliseconds(10), BusyPause = TimeSpan.FromMilliseconds(1), ListPause = TimeSpan.FromSeconds(1) };

    private static async Task ReadUntilAsync(KinesisReader reader, Func<bool> isEnough)
    {
        var limit = DateTime.UtcNow + Limit;
        KinesisStep? step = null;
        while (!isEnough())
        {
            Assert.True(DateTime.UtcNow < limit, string.Create(CultureInfo.InvariantCulture, $"not read within {Limit}; the last step: {step}"));
            step = await reader.ReadOnceAsync(CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(step.Pause.TotalMilliseconds, 200)));
        }
    }

    private KinesisClient Client(string stream) => new(_service.Url, KinesisService.Credentials, KinesisService.Arn(stream), TimeProvider.System);

    private KinesisCheckpoint Checkpoint(string stream)
    {
        var checkpoint = KinesisCheckpoint.Open(new FileDisk(), Path.Combine(_folder, "kinesis.json"), KinesisService.Arn(stream).Text, out var ignored);
        Assert.Null(ignored);
        return checkpoint;
    }

    private KinesisReader Reader(string stream, KinesisClient client, KinesisReading? reading = null) => new(
        client, Checkpoint(stream),
        (records, _) =>
        {
            _taken.AddRange(records);
            return ValueTask.FromResult(records.Count);
        },
        reading ?? Reading, TimeProvider.System, new Random(1), NullLogger.Instance);
}
