using System.Buffers;
using BenchmarkDotNet.Attributes;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Benchmarks;

/// <summary>What the rules cost a row, against decoding it: with the user agents of a site, and with more of them than any site has.</summary>
/// <remarks>Deliveries of 1,000 lines come one behind the other, so that with 300,000 user agents each is seen again only after all others.</remarks>
[MemoryDiagnoser]
public class EnrichmentBenchmark
{
    private const int DeliveriesMin = 4;

    private readonly DeliveryDecoder _decoder = new();
    private readonly EnrichingDecoder _enriching = new(RuleStore.Own);
    private readonly DecodedDelivery _into = new();
    private EnrichingDecoder _judging = null!;
    private readonly DeliveryContext _context = new() { Route = DeliveryRoute.Any, Framing = DeliveryFraming.Envelope, RequestId = BenchmarkBodies.RequestId, CloudFrontFields = "1-46" };
    private byte[][] _bodies = [];
    private int _next;

    [Params(300, 300_000)]
    public int UserAgents { get; set; }

    /// <summary>Bodies come compressed, as Firehose sends them when it is told to, or plain.</summary>
    [Params(false, true)]
    public bool Gzip { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var count = Math.Max(DeliveriesMin, UserAgents / BenchmarkBodies.Lines);
        _judging = new EnrichingDecoder(WithRobots());
        _bodies = [.. Enumerable.Range(0, count).Select(number => BenchmarkBodies.WithUserAgents(number * BenchmarkBodies.Lines, UserAgents)).Select(body => Gzip ? BenchmarkBodies.Gzip(body) : body)];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = BenchmarkBodies.Lines)]
    public long Decode()
    {
        _into.Clear();
        return Check(_decoder.Decode(_context with { Gzip = Gzip }, Next(), _into));
    }

    [Benchmark(OperationsPerInvoke = BenchmarkBodies.Lines)]
    public long DecodeAndEnrich()
    {
        _into.Clear();
        return Check(_enriching.Decode(_context with { Gzip = Gzip }, Next(), _into));
    }

    /// <summary>The same with a robots.txt of the site: one row of eight is a bot's, and each of those that is a page is judged.</summary>
    [Benchmark(OperationsPerInvoke = BenchmarkBodies.Lines)]
    public long DecodeAndJudge()
    {
        _into.Clear();
        return Check(_judging.Decode(_context with { Gzip = Gzip }, Next(), _into));
    }

    // A robots.txt as long as those of shops are.
    private static RuleStore WithRobots()
    {
        var folder = Directory.CreateTempSubdirectory("cistern-benchmark-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "robots"));
        string[] rules = ["User-agent: GPTBot", .. Enumerable.Range(0, 60).Select(number => $"Disallow: /closed-{number}/*/print$"), "Disallow: /*?sort="];
        File.WriteAllLines(Path.Combine(folder, "robots", "www.example.com@20200101T000000Z.txt"), rules);
        var store = new RuleStore(folder, NullLogger.Instance);
        Directory.Delete(folder, recursive: true);
        return store;
    }

    private ReadOnlySequence<byte> Next()
    {
        _next = (_next + 1) % _bodies.Length;
        return new ReadOnlySequence<byte>(_bodies[_next]);
    }

    private long Check(DeliveryFault? fault)
    {
        ColumnBatch rows = _into.Requests;
        return fault is null && rows.RowCount == BenchmarkBodies.Lines ? rows.RowCount : throw new InvalidOperationException($"{fault}");
    }
}
