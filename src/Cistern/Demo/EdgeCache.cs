namespace Cistern.Demo;

/// <summary>What the edges of the demo have in their caches, and what the origin fails to answer.</summary>
internal sealed class EdgeCache(DemoSite site, Random random, OriginTrouble trouble)
{
    private const double RevalidatedShare = 0.4;

    // For each resource and edge: until when the stored answer is fresh.
    private readonly long[] _freshUntil = new long[site.Resources.Count * Regions.EdgeNames.Length];

    public enum Lookup
    {
        Hit = 1,

        /// <summary>Stale, and the origin said that it did not change.</summary>
        Refreshed = 2,

        Miss = 3,
    }

    public Lookup Find(SiteResource resource, int edge, long time)
    {
        if (resource.CacheMilliseconds == 0)
        {
            return Lookup.Miss;
        }

        ref var freshUntil = ref _freshUntil[(resource.Index * Regions.EdgeNames.Length) + edge];
        if (time < freshUntil)
        {
            return Lookup.Hit;
        }

        var revalidated = freshUntil > 0 && random.NextDouble() < RevalidatedShare;
        freshUntil = time + resource.CacheMilliseconds;
        return revalidated ? Lookup.Refreshed : Lookup.Miss;
    }

    /// <summary>Whether the origin fails this request: while it is in trouble it mostly does.</summary>
    public bool OriginFails(long time) => trouble.IsAt(time) && random.NextDouble() < OriginTrouble.FailingShare;
}
