using System.Diagnostics;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Benching;

/// <summary>What one phase of sending reached. Answer times are seconds.</summary>
internal sealed record BenchPhase(long Rows, TimeSpan Elapsed, int GivenUp, double Median, double P95)
{
    public double RowsPerSecond => Rows / Elapsed.TotalSeconds;
}

/// <summary>Sends ready-made deliveries over several connections, as fast as they are answered or at a rate.</summary>
internal sealed class BenchLoad(FirehoseSender sender, int rowsPerDelivery, TimeProvider time)
{
    public async Task<BenchPhase> RunAsync(ArraySegment<OutgoingDelivery> bodies, int connections, double? rowsPerSecond, TimeSpan limit, CancellationToken cancel)
    {
        var statistics = new Sending.SendStatistics(time);
        var clock = Stopwatch.StartNew();
        var next = -1;
        async Task SendAsync()
        {
            for (int place; clock.Elapsed < limit && (place = Interlocked.Increment(ref next)) < bodies.Count;)
            {
                if (rowsPerSecond is { } rate && TimeSpan.FromSeconds(place * (double)rowsPerDelivery / rate) - clock.Elapsed is { Ticks: > 0 } early)
                {
                    await Task.Delay(early, cancel);
                }

                statistics.Add(bodies[place], await sender.SendAsync(bodies[place], cancel));
            }
        }

        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(SendAsync, cancel)));
        return new BenchPhase(statistics.Deliveries * rowsPerDelivery, clock.Elapsed, (int)statistics.GivenUp, statistics.Quantile(0.5), statistics.Quantile(0.95));
    }
}
