using System.Diagnostics;
using Cistern.Ingest.Keys;

namespace Cistern.Tests.Ingest;

/// <summary>One key floods. The small version of the measurement that the benchmark does on a quiet machine.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class FairnessTests
{
    private const int Floods = 6;
    private const int FloodBytes = 32 << 20;

    [Fact]
    public async Task A_key_that_floods_slows_no_other_much_and_makes_none_refused()
    {
        await using var server = await TestServer.StartAsync();
        var flooder = server.NewKey(new NewKey { Name = "flooder" });
        var alone = await MeasureAsync(server, "alone");

        using var stop = new CancellationTokenSource();
        var most = 0.0;
        var floods = Enumerable.Range(0, Floods).Select(number => FloodAsync(server, flooder, number, stop.Token)).ToArray();
        while (await MetricsText.ReadAsync(server, "cistern_in_flight_bytes") < FloodBytes)
        {
            await Task.Delay(10);
        }

        var flooded = await MeasureAsync(server, "flooded");
        most = Math.Max(most, await MetricsText.ReadAsync(server, "cistern_in_flight_bytes"));
        await stop.CancelAsync();
        await Task.WhenAll(floods).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.All(flooded, answer => Assert.Equal(200, answer.Status));
        Assert.InRange(most, 0, 192L << 20);

        // Both processors also make and send the flood here, so that the bound is not the threefold of the benchmark: without fairness a
        // delivery waits for several 32 MiB bodies, which is seconds.
        Assert.True(Percentile95(flooded) < TimeSpan.FromSeconds(1) + (3 * Percentile95(alone)), $"95th percentile {Percentile95(flooded)} against {Percentile95(alone)}");
    }

    private static async Task<List<(int Status, TimeSpan Taken)>> MeasureAsync(TestServer server, string name)
    {
        var answers = new List<(int, TimeSpan)>();
        for (var number = 0; number < 40; number++)
        {
            var id = $"{name}-{number}";
            var started = Stopwatch.GetTimestamp();
            var answer = await server.PostAsync(id, TestDeliveries.Body(id, new string('x', 20_000)));
            answers.Add((answer.Status, Stopwatch.GetElapsedTime(started)));
        }

        return answers;
    }

    private static async Task FloodAsync(TestServer server, string key, int sender, CancellationToken stop)
    {
        for (var number = 0; !stop.IsCancellationRequested; number++)
        {
            var id = $"flood-{sender}-{number}";
            var answer = await server.PostAsync(id, TestDeliveries.Body(id, Enumerable.Repeat(new byte[100_000], FloodBytes * 3 / 4 / 100_000)), key);
            Assert.Contains(answer.Status, new[] { 200, 503 });
        }
    }

    private static TimeSpan Percentile95(List<(int Status, TimeSpan Taken)> answers) => answers.Select(answer => answer.Taken).Order().ElementAt(answers.Count * 95 / 100);
}
