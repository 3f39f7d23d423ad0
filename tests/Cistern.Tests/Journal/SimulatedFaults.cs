using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>What shall go wrong on a <see cref="SimulatedDisk"/>. Reading never fails.</summary>
internal sealed class SimulatedFaults
{
    /// <summary>How many operations were asked for that change the disk.</summary>
    public long Operations { get; private set; }

    /// <summary>The operation with this number fails, once.</summary>
    public long? FailAt { get; set; }

    /// <summary>The operation with this number fails, and all after it.</summary>
    public long? FailFrom { get; set; }

    /// <summary>The power goes in the middle of the operation with this number: nothing works until the disk is crashed.</summary>
    public long? CrashAt { get; set; }

    /// <summary>The share of operations that fail by chance.</summary>
    public double FailureRate { get; set; }

    /// <summary>How many bytes fit on the disk.</summary>
    public long? SpaceBytes { get; set; }

    /// <summary>Only operations that this accepts fail; all do if it is not set.</summary>
    public Func<string, string, bool>? Where { get; set; }

    /// <summary>Nothing shall go wrong any more.</summary>
    public void Heal() => (FailAt, FailFrom, CrashAt, FailureRate, SpaceBytes, Where) = (null, null, null, 0, null, null);

    /// <summary>Counts an operation; true if it shall fail.</summary>
    internal bool Next(string operation, string path, Random random, out bool crash)
    {
        Operations++;
        crash = Operations == CrashAt;
        var chance = FailureRate > 0 && random.NextDouble() < FailureRate;
        return crash || ((Operations == FailAt || Operations >= FailFrom || chance) && Where?.Invoke(operation, path) is not false);
    }

    internal static DiskException Broken(string operation, string path) => new(operation, path, "input/output error (simulated)", code: 5);

    internal static DiskException Full(string operation, string path) => new(operation, path, "no space left on device (simulated)", code: 28);
}
