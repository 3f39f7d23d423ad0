namespace Cistern.Demo.Origin;

/// <summary>How busy what is behind the site is: its visitors' day, over what goes on day and night.</summary>
internal static class SiteLoad
{
    // Health checks, jobs, and other systems do not sleep.
    private const double Constant = 0.6;

    // The mean of a working day over all countries.
    private const double MeanActivity = 0.64;

    private static readonly double _weights = Regions.All.Sum(region => region.Weight);

    /// <summary>About 1 on the average of a working day.</summary>
    public static double At(long time)
    {
        var moment = DateTimeOffset.FromUnixTimeMilliseconds(time);
        var activity = Regions.All.Sum(region => region.Weight * Regions.Activity(region, moment)) / _weights;
        return Constant + ((1 - Constant) * activity / MeanActivity);
    }
}
