namespace Cistern.Demo;

/// <summary>A country that people visit from.</summary>
/// <param name="ZoneHours">Its usual distance from UTC; a day's rhythm needs no better.</param>
/// <param name="Asns">Networks of its large providers.</param>
/// <param name="Edges">Edge locations that answer there.</param>
/// <param name="Ipv6Share">How many of its people come by IPv6.</param>
internal sealed record Region(string Country, double Weight, double ZoneHours, int[] Asns, int[] Edges, double Ipv6Share)
{
    public byte[] CountryBytes { get; } = System.Text.Encoding.ASCII.GetBytes(Country);
}

internal static class Regions
{
    /// <summary>Edge locations by index; the cache of the demo keeps what each has.</summary>
    public static readonly byte[][] EdgeNames = Array.ConvertAll<string, byte[]>(
    [
        "IAD89-P2", "SFO53-P7", "ORD58-P4", "FRA60-P3", "LHR61-P5", "CDG52-P1", "AMS58-P3", "NRT57-C1", "SIN52-P1", "BOM78-P9", "SYD62-P2", "GRU3-P4", "YTO50-P2", "ICN57-P5",
    ], System.Text.Encoding.ASCII.GetBytes);

    public static readonly Region[] All =
    [
        new("US", 30, -6, [7922, 7018, 701, 20115, 21928], [0, 1, 2], 0.5),
        new("DE", 11, 1, [3320, 3209, 6805], [3], 0.6),
        new("IN", 10, 5.5, [55836, 45609, 24560], [9], 0.7),
        new("GB", 7, 0, [2856, 5089, 5607], [4], 0.4),
        new("FR", 6, 1, [3215, 12322, 5410], [5], 0.7),
        new("JP", 5, 9, [4713, 2516, 17676], [7], 0.5),
        new("CA", 4, -5, [577, 812, 6327], [12], 0.4),
        new("NL", 4, 1, [1136, 33915], [6], 0.3),
        new("BR", 4, -3, [28573, 27699, 18881], [11], 0.5),
        new("PL", 3, 1, [5617, 12741], [3], 0.2),
        new("AU", 3, 10, [1221, 4804, 7545], [10], 0.3),
        new("SG", 2, 8, [9506, 4773], [8], 0.2),
        new("KR", 2, 9, [4766, 3786], [13], 0.1),
        new("UA", 2, 2, [13188, 15895], [3], 0.1),
        new("SE", 2, 1, [3301, 1257], [6], 0.2),
        new("ES", 2, 1, [3352, 12479], [5], 0.1),
    ];

    // People read documentation at work, and a little in the evening.
    private static readonly double[] _byHour =
        [0.12, 0.08, 0.06, 0.05, 0.05, 0.08, 0.18, 0.4, 0.8, 1.15, 1.3, 1.25, 1.0, 1.1, 1.3, 1.3, 1.2, 1.0, 0.75, 0.6, 0.55, 0.5, 0.38, 0.22];

    private const double WeekendFactor = 0.45;

    /// <summary>How busy a country is at a moment, against its average of a working day.</summary>
    public static double Activity(Region region, DateTimeOffset moment)
    {
        var local = moment.UtcDateTime.AddHours(region.ZoneHours);
        var weekend = local.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;
        var next = _byHour[(local.Hour + 1) % 24];
        var here = _byHour[local.Hour];
        return (here + ((next - here) * local.Minute / 60)) * (weekend ? WeekendFactor : 1);
    }
}
