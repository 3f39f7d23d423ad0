using System.Buffers;
using BenchmarkDotNet.Attributes;
using Cistern.Formats.Deliveries;

namespace Cistern.Benchmarks;

/// <summary>The same 1,000 lines with their list configured, known by their count, and with every second one bad: bad lines must not cost more.</summary>
[MemoryDiagnoser]
public class CloudFrontDecoderBenchmark
{
    private readonly DeliveryDecoder _decoder = new();
    private readonly DecodedDelivery _into = new();
    private readonly DeliveryContext _guessed = new() { Route = DeliveryRoute.Any, Framing = DeliveryFraming.Envelope, RequestId = BenchmarkBodies.RequestId };
    private DeliveryContext _configured = null!;
    private byte[] _clean = [];
    private byte[] _dirty = [];

    [GlobalSetup]
    public void Setup()
    {
        (_clean, _dirty) = (BenchmarkBodies.Clean(), BenchmarkBodies.Dirty());
        _configured = _guessed with { CloudFrontFields = "1-46" };
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = BenchmarkBodies.Lines)]
    public long ConfiguredLine() => Decode(_configured, _clean);

    [Benchmark(OperationsPerInvoke = BenchmarkBodies.Lines)]
    public long GuessedLine() => Decode(_guessed, _clean);

    [Benchmark(OperationsPerInvoke = BenchmarkBodies.Lines)]
    public long DirtyLine() => Decode(_configured, _dirty);

    private long Decode(DeliveryContext context, byte[] body)
    {
        _into.Clear();
        var fault = _decoder.Decode(context, new ReadOnlySequence<byte>(body), _into);
        return fault is null && _into.Items == BenchmarkBodies.Lines ? _into.Items : throw new InvalidOperationException(_decoder.Detail);
    }
}
