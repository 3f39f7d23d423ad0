namespace Cistern.Demo;

/// <summary>What the edges of the demo have in their caches, and when the origin is in trouble.</summary>
internal sealed class EdgeCache(DemoSite site, Random random, int seed)
{
    private const long IncidentSlotMilliseconds = 6 * 3600_000L;
    private const double IncidentShare = 0.75;
    private const double RevalidatedShare = 0.4;

    // For each resource and edge: until when the stored answer is fresh.
    private readonly long[] _freshUntil = new long[site.Resources.Count * Regions.EdgeNames.Length];

    private long _slot;
    private long _incidentStart;
    private long _incidentEnd;

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

    /// <summary>Whether the origin fails this request: for some minutes in every six hours it mostly does.</summary>
    public bool OriginFails(long time)
    {
        if (time / IncidentSlotMilliseconds is var slot && slot != _slot)
        {
            var chance = new Random(HashCode(seed, slot));
            _slot = slot;
            _incidentStart = (slot * IncidentSlotMilliseconds) + (long)(chance.NextDouble() * (IncidentSlotMilliseconds - 600_000));
            _incidentEnd = _incidentStart + 120_000 + chance.Next(240_000);
        }

        return time >= _incidentStart && time < _incidentEnd && random.NextDouble() < IncidentShare;
    }

    // Not System.HashCode: that differs from process to process, and a seed must give the same day each time.
    private static int HashCode(int seed, long slot) => (int)(((uint)seed * 0x9E3779B1u) ^ ((uint)slot * 0x85EBCA77u));
}
