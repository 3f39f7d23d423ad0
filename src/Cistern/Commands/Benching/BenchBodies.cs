using System.IO.Compression;
using Cistern.Delivery.Http;
using Cistern.Demo;

namespace Cistern.Commands.Benching;

/// <summary>Deliveries that are made before the clock runs: simulated requests as real-time lines of 46 fields, gzip, every request id different.</summary>
internal static class BenchBodies
{
    public const int LinesPerDelivery = 1_000;

    /// <summary>Makes deliveries on as many threads as the machine has processors.</summary>
    public static OutgoingDelivery[] Make(int deliveries, int seed, TimeProvider time)
    {
        var bodies = new OutgoingDelivery[deliveries];
        var threads = Environment.ProcessorCount;
        Parallel.For(0, threads, thread => Fill(bodies, thread, threads, seed + thread, time));
        return bodies;
    }

    private static void Fill(OutgoingDelivery[] bodies, int first, int step, int seed, TimeProvider time)
    {
        using var envelope = new EnvelopeWriter(gzip: true, CompressionLevel.Fastest);
        var traffic = new DemoTraffic(seed, time.GetUtcNow().AddHours(-1), rate: 20_000);
        var line = new byte[RealtimeLine.BytesMax];
        for (var place = first; place < bodies.Length; place += step)
        {
            envelope.Begin(Guid.NewGuid().ToString(), time.GetUtcNow());
            while (envelope.Records < LinesPerDelivery)
            {
                envelope.Add(line.AsSpan(0, traffic.WriteNext(line)));
            }

            bodies[place] = envelope.Finish();
        }
    }
}
