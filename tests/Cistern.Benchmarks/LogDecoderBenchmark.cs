using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Cistern.Formats.Deliveries;

namespace Cistern.Benchmarks;

/// <summary>A delivery of 4,000 log events from the body to columns, against the least that anyone could do: decode the base64 and inflate.</summary>
[MemoryDiagnoser]
public class LogDecoderBenchmark
{
    private readonly DeliveryDecoder _decoder = new();
    private readonly DecodedDelivery _into = new();
    private readonly byte[] _record = new byte[1 << 20];
    private readonly byte[] _inflated = new byte[1 << 20];
    private readonly DeliveryContext _context = new() { Route = DeliveryRoute.Logs, Framing = DeliveryFraming.Envelope, RequestId = BenchmarkBodies.RequestId, Region = "eu-west-2" };
    private byte[] _body = [];
    private Range[] _data = [];

    [Params(LogMessages.Text, LogMessages.Json)]
    public LogMessages Messages { get; set; }

    [Params(false, true)]
    public bool Gzip { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _body = LogBodies.Make(Messages, Gzip);
        _data = [.. EnvelopeBenchmark.FindData(_body)];
    }

    /// <summary>Base64 and inflate alone; where the records are is known beforehand.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = LogBodies.Events)]
    public int Floor()
    {
        var total = 0;
        foreach (var data in _data)
        {
            Base64.DecodeFromUtf8(_body.AsSpan(data), _record, out _, out var written);
            total += Gzip ? Inflate(written) : written;
        }

        return total;
    }

    [Benchmark(OperationsPerInvoke = LogBodies.Events)]
    public int Decode()
    {
        _into.Clear();
        var fault = _decoder.Decode(_context, new ReadOnlySequence<byte>(_body), _into);
        return fault is null && _into.Logs.RowCount == LogBodies.Events ? _into.Logs.RowCount : throw new InvalidOperationException(_decoder.Detail);
    }

    private int Inflate(int length)
    {
        using var gzip = new GZipStream(new MemoryStream(_record, 0, length), CompressionMode.Decompress);
        return gzip.ReadAtLeast(_inflated, _inflated.Length, throwOnEndOfStream: false);
    }
}
