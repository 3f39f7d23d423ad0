namespace Cistern.Demo;

/// <summary>When the site's origin is in trouble: for some minutes in every six hours. What the edge logs, what the origin logs and what is measured tell of the same minutes.</summary>
internal sealed class OriginTrouble(int seed)
{
    /// <summary>How much of what is asked then fails.</summary>
    public const double FailingShare = 0.75;

    private const long SlotMilliseconds = 6 * 3600_000L;

    // Asked for mostly in the order of time. Replaced as a whole, so that several threads may ask.
    private Span _last = new(-1, 0, 0);

    /// <summary>Whether it is at a moment, in milliseconds since 1970.</summary>
    public bool IsAt(long time)
    {
        var slot = time / SlotMilliseconds;
        var span = _last;
        if (span.Slot != slot)
        {
            _last = span = In(slot);
        }

        return time >= span.Start && time < span.End;
    }

    /// <summary>Whether a minute that begins at a moment has any of it.</summary>
    public bool Touches(long minute) => IsAt(minute) || IsAt(minute + 59_999);

    private Span In(long slot)
    {
        // Chance of its own for each slot, so that any moment can be asked for without those before it.
        var chance = new Random(HashCode(seed, slot));
        var start = (slot * SlotMilliseconds) + (long)(chance.NextDouble() * (SlotMilliseconds - 600_000));
        return new Span(slot, start, start + 120_000 + chance.Next(240_000));
    }

    // Not System.HashCode: that differs from process to process, and a seed must give the same day each time.
    private static int HashCode(int seed, long slot) => (int)(((uint)seed * 0x9E3779B1u) ^ ((uint)slot * 0x85EBCA77u));

    private sealed record Span(long Slot, long Start, long End);
}
