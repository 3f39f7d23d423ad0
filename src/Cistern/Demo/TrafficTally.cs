using System.Runtime.InteropServices;

namespace Cistern.Demo;

/// <summary>What the edge answered in each minute, counted as its log was written, so that its metrics say the same. Safe to share.</summary>
internal sealed class TrafficTally
{
    private const long Minute = 60_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, EdgeMinute> _minutes = [];

    public void Add(LoggedRequest request)
    {
        lock (_gate)
        {
            ref var minute = ref CollectionsMarshal.GetValueRefOrAddDefault(_minutes, request.Time / Minute, out _);
            minute.Requests++;
            minute.Bytes += request.BytesSent;
            minute.ClientErrors += request.Status is >= 400 and < 500 ? 1 : 0;
            minute.ServerErrors += request.Status >= 500 ? 1 : 0;
        }
    }

    /// <summary>The minute that begins at a moment; nothing if nobody came.</summary>
    public EdgeMinute In(long minute)
    {
        lock (_gate)
        {
            return _minutes.GetValueOrDefault(minute / Minute);
        }
    }
}

internal record struct EdgeMinute(int Requests, long Bytes, int ClientErrors, int ServerErrors);
