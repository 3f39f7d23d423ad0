using System.Globalization;

namespace Cistern.Tests.Journal;

/// <summary>How often a simulation runs, and with which seeds. A failure prints its seed.</summary>
/// <remarks>
/// <c>CISTERN_ROUNDS</c> multiplies the rounds (a long run overnight: 1000); <c>CISTERN_SEED</c> runs exactly one round with that seed.
/// Without it each run takes new seeds, so that every run looks somewhere else.
/// </remarks>
internal static class SimulationRounds
{
    public static void Run(int rounds, Action<int> round)
    {
        if (Environment.GetEnvironmentVariable("CISTERN_SEED") is { Length: > 0 } seed)
        {
            RunOne(int.Parse(seed, CultureInfo.InvariantCulture), round);
            return;
        }

        var factor = Environment.GetEnvironmentVariable("CISTERN_ROUNDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 1;
        var first = Random.Shared.Next();
        for (var place = 0L; place < (long)rounds * factor; place++)
        {
            RunOne((int)((first + place) & int.MaxValue), round);
        }
    }

    public static async Task RunAsync(int rounds, Func<int, Task> round)
    {
        List<int> seeds = [];
        Run(rounds, seeds.Add);
        foreach (var seed in seeds)
        {
            try
            {
                await round(seed);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"failed with CISTERN_SEED={seed}: {e.Message}", e);
            }
        }
    }

    private static void RunOne(int seed, Action<int> round)
    {
        try
        {
            round(seed);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"failed with CISTERN_SEED={seed}: {e.Message}", e);
        }
    }
}
