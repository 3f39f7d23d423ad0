using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Cistern.Formats.Deliveries;

namespace Cistern.Benchmarks;

/// <summary>A delivery of 1,000 lines of 46 fields from the body to columns, against the least that anyone could do: inflate it and decode its base64.</summary>
[MemoryDiagnoser]
public class EnvelopeBenchmark
{
    private readonly DeliveryDecoder _decoder = new();
    private readonly DecodedDelivery _into = new();
    private readonly byte[] _inflated = new byte[16 << 20];
    private readonly byte[] _record = new byte[64 << 10];
    private byte[] _body = [];
    private Range[] _data = [];
    private DeliveryContext _context = null!;

    [Params(false, true)]
    public bool Gzip { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var plain = BenchmarkBodies.Clean();
        _data = [.. FindData(plain)];
        _body = Gzip ? BenchmarkBodies.Gzip(plain) : plain;
        _context = new DeliveryContext { Route = DeliveryRoute.CloudFront, Framing = DeliveryFraming.Envelope, RequestId = BenchmarkBodies.RequestId, Gzip = Gzip, CloudFrontFields = "1-46" };
    }

    /// <summary>Inflate and base64 alone; where the records are is known beforehand.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = BenchmarkBodies.Lines)]
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

    [Benchmark(OperationsPerInvoke = BenchmarkBodies.Lines)]
    public int Decode()
    {
        _into.Clear();
        var fault = _decoder.Decode(_context, new ReadOnlySequence<byte>(_body), _into);
        return fault is null && _into.Requests.RowCount == BenchmarkBodies.Lines ? _into.Requests.RowCount : throw new InvalidOperationException(_decoder.Detail);
    }

    private Span<byte> Inflate()
    {
        using var gzip = new GZipStream(new MemoryStream(_body), CompressionMode.Decompress);
        var length = gzip.ReadAtLeast(_inflated, _inflated.Length, throwOnEndOfStream: false);
        return _inflated.AsSpan(0, length);
    }

    internal static IEnumerable<Range> FindData(byte[] body)
    {
        var place = 0;
        while (body.AsSpan(place).IndexOf("{\"data\":\""u8) is var found and >= 0)
        {
            var start = place + found + "{\"data\":\"".Length;
            var length = body.AsSpan(start).IndexOf((byte)'"');
            yield return start..(start + length);
            place = start + length;
        }
    }
}
