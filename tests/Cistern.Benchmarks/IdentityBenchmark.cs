using System.Buffers;
using BenchmarkDotNet.Attributes;
using Cistern.Formats.Deliveries;
using Cistern.Store.Embedded.Identity;
using Cistern.Store.Identity;

namespace Cistern.Benchmarks;

/// <summary>What it costs a row to be known again: its identity, and a window of identities that is full, so that each new one pushes an old one out.</summary>
/// <remarks>To be held against the time that a row takes in all, which <c>cistern bench</c> gives: it may be a twentieth of that.</remarks>
[MemoryDiagnoser]
public class IdentityBenchmark
{
    private const int Rows = 4_000;
    private const long MaxBytes = 32 << 20;

    private readonly RowIdentity _identity = new(SipKey.CreateRandom());
    private readonly IdentityWindow _window = new(TimeSpan.FromHours(1), MaxBytes);
    private readonly DecodedDelivery _rows = new();
    private long _milliseconds;
    private ulong _round;

    [Params("logs", "metrics")]
    public string Signal { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var isLogs = Signal == "logs";
        var body = isLogs ? LogBodies.Make(LogMessages.Text, gzip: false) : MetricBodies.Json();
        var context = new DeliveryContext { Route = isLogs ? DeliveryRoute.Logs : DeliveryRoute.Metrics, Framing = DeliveryFraming.Envelope, RequestId = BenchmarkBodies.RequestId };
        var decoder = new DeliveryDecoder();
        if (decoder.Decode(context, new ReadOnlySequence<byte>(body), _rows) is not null || _rows.Rows != Rows)
        {
            throw new InvalidOperationException(decoder.Detail ?? "not every item became a row");
        }

        for (var row = 0; row <= _window.Capacity; row += Rows)
        {
            Remember();
        }
    }

    /// <summary>Two million rows a minute: all identities of a delivery, each of them new.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Remember()
    {
        // The same rows with another number each round, so that none is a repeat; it goes into all bits, because the table takes its places from the upper ones.
        var number = ++_round * 0x9E37_79B9_7F4A_7C15;
        var changed = new UInt128(number, number);
        _milliseconds += Rows * 60_000 / 2_000_000;
        var added = 0;
        var identities = _identity.Of(_rows);
        for (var row = 0; row < identities.Length; row++)
        {
            identities[row] ^= changed;
        }

        for (var row = 0; row < identities.Length; row++)
        {
            if (row % IdentityWindow.PrefetchMax == 0)
            {
                _window.Prefetch(identities.AsSpan(row));
            }

            added += _window.TryAdd(identities[row], _milliseconds) ? 1 : 0;
        }

        return added;
    }
}
