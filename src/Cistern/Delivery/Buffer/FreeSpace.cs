using Cistern.Journal;

namespace Cistern.Delivery.Buffer;

/// <summary>The free space of a disk, asked for once a second at most.</summary>
internal sealed class FreeSpace(IDisk disk, string folder, TimeProvider time)
{
    private static readonly TimeSpan _fresh = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _asked;
    private long _bytes;

    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                if (_asked is not { } asked || time.GetElapsedTime(asked) >= _fresh)
                {
                    _bytes = Ask();
                    _asked = time.GetTimestamp();
                }

                return _bytes;
            }
        }
    }

    // A disk that does not answer says so again when something is written.
    private long Ask()
    {
        try
        {
            return disk.FreeBytes(folder);
        }
        catch (DiskException)
        {
            return long.MaxValue;
        }
    }
}
