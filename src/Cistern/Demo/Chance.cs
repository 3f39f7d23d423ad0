using System.Globalization;

namespace Cistern.Demo;

/// <summary>Chance that depends on a seed, a name and a moment alone: a minute can be made without those before it, and is the same in every run.</summary>
internal static class Chance
{
    public static Random Of(int seed, string name, long moment) => new((int)Hash(seed, name, moment));

    /// <summary>Hexadecimal digits, as ids of tasks, instances and log streams have them.</summary>
    /// <param name="digits">At most 32.</param>
    public static string Hex(int seed, string name, long moment, int digits) =>
        string.Create(CultureInfo.InvariantCulture, $"{Hash(seed, name, moment):x16}{Hash(~seed, name, moment):x16}")[..digits];

    // FNV over the name, then splitmix's finish, so that neighbouring minutes and seeds have nothing in common.
    public static ulong Hash(int seed, string name, long moment)
    {
        var hash = name.Aggregate(14_695_981_039_346_656_037, (value, letter) => (value ^ letter) * 1_099_511_628_211);
        return Finish(Finish(hash ^ (ulong)moment) + (uint)seed);
    }

    /// <summary>Most are near the mean, few are far above.</summary>
    public static double Tail(this Random random, double mean) => -Math.Log(1 - random.NextDouble()) * mean;

    public static string Uuid(this Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    public static T Among<T>(this Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];

    private static ulong Finish(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
