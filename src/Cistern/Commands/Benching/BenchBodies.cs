using System.IO.Compression;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Benching;

/// <summary>Deliveries that are made before the clock runs, every row another one.</summary>
internal static class BenchBodies
{
    /// <summary>Makes deliveries on as many threads as the machine has processors.</summary>
    public static OutgoingDelivery[] Make(BenchSignal signal, bool gzip, int deliveries, int seed, TimeProvider time)
    {
        var bodies = new OutgoingDelivery[deliveries];
        var threads = Environment.ProcessorCount;
        Parallel.For(0, threads, thread => Fill(bodies, thread, threads, signal, gzip, seed + thread, time));
        return bodies;
    }

    private static void Fill(OutgoingDelivery[] bodies, int first, int step, BenchSignal signal, bool gzip, int seed, TimeProvider time)
    {
        using var envelope = new EnvelopeWriter(gzip, CompressionLevel.Fastest);
        var fill = signal.Open(seed, time.GetUtcNow().AddHours(-1));
        for (var place = first; place < bodies.Length; place += step)
        {
            envelope.Begin(Guid.NewGuid().ToString(), time.GetUtcNow());
            fill(envelope);
            bodies[place] = envelope.Finish();
        }
    }
}
