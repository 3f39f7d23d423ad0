namespace Cistern.Demo.Logs;

/// <summary>How much of the past is logged: all of the present, and the less the older it is, so that a month stays under 150,000 events at the default rate.</summary>
/// <remarks>It falls with no step: an hour ago a quarter, a day ago a seventieth, from four days on the least. While the origin was in trouble more is kept, so that it can be found.</remarks>
internal static class LogHistory
{
    private const double HalvedAfterMinutes = 20;
    private const double Least = 1.0 / 300;
    private const double LeastInTrouble = 1.0 / 30;

    /// <param name="age">How long before the demo's start.</param>
    public static double Share(TimeSpan age, bool inTrouble) =>
        age <= TimeSpan.Zero ? 1 : Math.Max(1 / (1 + (age.TotalMinutes / HalvedAfterMinutes)), inTrouble ? LeastInTrouble : Least);
}
