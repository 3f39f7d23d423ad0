using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using Cistern.Delivery;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Operations;
using Cistern.Delivery.Metrics;
using Cistern.Journal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Benchmarks;

/// <summary>PutRecordBatch of 500 records of 500 bytes from the body to the answer, without socket and disk, against the least that anyone could do: decode its base64.</summary>
[MemoryDiagnoser]
public class PutBenchmark
{
    private const int Records = 500;
    private const int RecordBytes = 500;

    private readonly Caller _caller = new("us-east-1", FirehoseOptions.DefaultAccount);
    private readonly ArrayBufferWriter<byte> _answer = new(256 << 10);
    private readonly byte[] _record = new byte[RecordBytes];
    private byte[] _body = [];
    private Range[] _data = [];
    private string _folder = "";
    private PutOperations _puts = null!;

    [GlobalSetup]
    public void Setup()
    {
        var text = new string[Records];
        for (var record = 0; record < Records; record++)
        {
            Random.Shared.NextBytes(_record);
            text[record] = $$"""{"Data": "{{Convert.ToBase64String(_record)}}"}""";
        }

        _body = Encoding.UTF8.GetBytes($$"""{"DeliveryStreamName": "bench", "Records": [{{string.Join(", ", text)}}]}""");
        _data = [.. FindData()];
        _folder = Directory.CreateTempSubdirectory("cistern-bench-").FullName;
        var metrics = new StreamMetrics(TimeProvider.System);
        var delivery = new CountingDelivery();
        var catalogue = StreamCatalogue.Open(new FirehoseFolder(_folder), new FileDisk(), delivery, new CatalogueOptions { TransitionTime = TimeSpan.Zero }, TimeProvider.System, NullLogger<StreamCatalogue>.Instance);
        catalogue.Add(Stream());
        _puts = new PutOperations(catalogue, delivery, metrics, ArrayPool<byte>.Create(), enforceQuotas: false, TimeProvider.System);
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    /// <summary>Base64 alone; where the records are is known beforehand.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Records)]
    public int Floor()
    {
        var total = 0;
        foreach (var data in _data)
        {
            Base64.DecodeFromUtf8(_body.AsSpan(data), _record, out _, out var written);
            total += written;
        }

        return total;
    }

    [Benchmark(OperationsPerInvoke = Records)]
    public async Task<int> Put()
    {
        _answer.ResetWrittenCount();
        await _puts.RunAsync(batch: true, _caller, _body, _answer, CancellationToken.None);
        return _answer.WrittenCount;
    }

    private DeliveryStream Stream()
    {
        var bucket = new JsonObject { ["RoleARN"] = "arn:aws:iam::111122223333:role/own", ["BucketARN"] = "arn:aws:s3:::own-bucket" };
        return new DeliveryStream
        {
            Id = _caller.Stream("bench"),
            Type = DeliveryStream.DirectPut,
            Created = DateTimeOffset.UtcNow,
            Destination = DestinationConfiguration.Create(DestinationTypes.S3, bucket),
        };
    }

    private IEnumerable<Range> FindData()
    {
        var opening = "\"Data\": \""u8.ToArray();
        for (var at = 0; _body.AsSpan(at).IndexOf(opening) is >= 0 and var found;)
        {
            var start = at + found + opening.Length;
            at = start + _body.AsSpan(start).IndexOf((byte)'"');
            yield return start..at;
        }
    }

    /// <summary>Takes records and gives ids of the service's length.</summary>
    private sealed class CountingDelivery : IDeliveryService
    {
        private readonly string _id = new('0', 160);

        public void Start(StreamPlan plan)
        {
        }

        public void Update(StreamPlan plan)
        {
        }

        public Task DeleteAsync(string arn) => Task.CompletedTask;

        public ValueTask<PutOutcome> PutAsync(string arn, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancel)
        {
            var ids = new string[records.Count];
            Array.Fill(ids, _id);
            return ValueTask.FromResult(new PutOutcome(PutRefusal.None, ids));
        }

        public StreamStatus? StatusOf(string arn) => null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
