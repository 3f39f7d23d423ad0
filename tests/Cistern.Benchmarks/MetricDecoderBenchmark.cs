using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Cistern.Formats.Deliveries;

namespace Cistern.Benchmarks;

/// <summary>A delivery of 4,000 metrics from the body to columns, against the least that anyone could do: inflate it and decode its base64.</summary>
[MemoryDiagnoser]
public class MetricDecoderBenchmark
{
    private readonly DeliveryDecoder _decoder = new();
    private readonly DecodedDelivery _into = new();
    private readonly byte[] _inflated = new byte[16 << 20];
    private readonly byte[] _record = new byte[1 << 20];
    private byte[] _body = [];
    private Range[] _data = [];
    private DeliveryContext _context = null!;

    /// <summary>JSON with 100 metrics a record, or OpenTelemetry 1.0 with 200.</summary>
    [Params("json", "otlp")]
    public string Format { get; set; } = "";

    [Params(false, true)]
    public bool Gzip { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var plain = Format == "json" ? MetricBodies.Json() : MetricBodies.Otlp();
        _data = [.. EnvelopeBenchmark.FindData(plain)];
        _body = Gzip ? BenchmarkBodies.Gzip(plain) : plain;
        _context = new DeliveryContext { Route = DeliveryRoute.Metrics, Framing = DeliveryFraming.Envelope, RequestId = BenchmarkBodies.RequestId, Gzip = Gzip };
    }

    /// <summary>Inflate and base64 alone; where the records are is known beforehand.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = MetricBodies.Metrics)]
    public int Floor()
    {
        ReadOnlySpan<byte> text = Gzip ? Inflate() : _body;
        var total = 0;
        foreach (var data in _data)
        {
            Base64.DecodeFromUtf8(text[data], _record, out _, out var written);
            total += written;
        }

        return total;
    }

    [Benchmark(OperationsPerInvoke = MetricBodies.Metrics)]
    public int Decode()
    {
        _into.Clear();
        var fault = _decoder.Decode(_context, new ReadOnlySequence<byte>(_body), _into);
        return fault is null && _into.Metrics.RowCount == MetricBodies.Metrics && _into.Items == MetricBodies.Metrics
            ? _into.Metrics.RowCount
            : throw new InvalidOperationException(_decoder.Detail ?? "not every metric became a row");
    }

    private Span<byte> Inflate()
    {
        using var gzip = new GZipStream(new MemoryStream(_body), CompressionMode.Decompress);
        var length = gzip.ReadAtLeast(_inflated, _inflated.Length, throwOnEndOfStream: false);
        return _inflated.AsSpan(0, length);
    }
}
