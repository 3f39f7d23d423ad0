namespace Cistern.Tests.Journal;

/// <summary>A file or folder of a <see cref="SimulatedDisk"/>: what a crash would leave of it.</summary>
internal abstract class SimulatedNode;

/// <summary>The content of a file as of its last sync. The content as it is now lies in the real file.</summary>
internal sealed class SimulatedFileNode : SimulatedNode
{
    private const int SectorBytes = 512;

    private byte[] _durable = [];
    private long _dirtyFrom;

    // What was dirty when a sync failed: the system believes that it is clean, so that no later sync writes it.
    private long _lostFrom;
    private long _lostTo;

    public static SimulatedFileNode Durable(byte[] content) => new() { _durable = content, _dirtyFrom = content.Length };

    public void Wrote(long from, long to)
    {
        _dirtyFrom = Math.Min(_dirtyFrom, from);
        if (from <= _lostFrom && to > _lostFrom)
        {
            _lostFrom = to;
        }
    }

    public void Truncated(long length)
    {
        _dirtyFrom = Math.Min(_dirtyFrom, length);
        _lostTo = Math.Min(_lostTo, length);
    }

    public void LoseDirty(long length) => (_lostFrom, _lostTo, _dirtyFrom) = (Math.Min(_dirtyFrom, _lostFrom < _lostTo ? _lostFrom : long.MaxValue), length, length);

    /// <summary>Something else may have written the file.</summary>
    public void WrittenByOthers() => _dirtyFrom = 0;

    public void Sync(Cistern.Journal.IDiskReader file)
    {
        var length = file.Length;
        var from = (int)Math.Min(_dirtyFrom, Math.Min(length, _durable.Length));
        Array.Resize(ref _durable, (int)length);
        var lost = _lostFrom < _lostTo ? _durable[(int)Math.Min(_lostFrom, length)..(int)Math.Min(_lostTo, length)] : [];
        file.Read(from, _durable.AsSpan(from));
        lost.CopyTo(_durable, lost.Length == 0 ? 0 : (int)_lostFrom);
        _dirtyFrom = length;
    }

    /// <summary>What a crash leaves: all that was synced, and by chance none, all, the beginning or any sectors of the rest.</summary>
    public byte[] AfterCrash(byte[] now, Random random) => random.Next(4) switch
    {
        0 => _durable,
        1 => now,
        2 => now[..Math.Max(Math.Min(now.Length, _durable.Length), random.Next(now.Length + 1))],
        _ => MixSectors(now, random),
    };

    private byte[] MixSectors(byte[] now, Random random)
    {
        var mixed = new byte[now.Length];
        for (var at = 0; at < mixed.Length; at += SectorBytes)
        {
            var source = random.Next(2) == 0 ? now : _durable;
            var count = Math.Min(SectorBytes, Math.Min(mixed.Length, source.Length) - at);
            if (count > 0)
            {
                source.AsSpan(at, count).CopyTo(mixed.AsSpan(at));
            }
        }

        return mixed;
    }
}

/// <summary>A change of the names in a folder; a rename is one change, so that no crash leaves half of it.</summary>
internal sealed record SimulatedNameChange(string? Removed, string? Added, SimulatedNode? Node)
{
    public void ApplyTo(Dictionary<string, SimulatedNode> names)
    {
        if (Removed is not null)
        {
            names.Remove(Removed);
        }

        if (Added is not null)
        {
            names[Added] = Node!;
        }
    }
}

/// <summary>The names in a folder: as they are, and as of its last sync.</summary>
internal sealed class SimulatedFolderNode : SimulatedNode
{
    private readonly List<SimulatedNameChange> _unsynced = [];
    private Dictionary<string, SimulatedNode> _durable = [];

    public Dictionary<string, SimulatedNode> Names { get; } = [];

    public void Change(SimulatedNameChange change)
    {
        change.ApplyTo(Names);
        _unsynced.Add(change);
    }

    public void Sync()
    {
        _durable = new(Names);
        _unsynced.Clear();
    }

    /// <summary>What a crash leaves: all that was synced, and by chance none, all, the first or any of the changes since.</summary>
    public Dictionary<string, SimulatedNode> AfterCrash(Random random)
    {
        var names = new Dictionary<string, SimulatedNode>(_durable);
        var mode = random.Next(4);
        var kept = mode switch
        {
            0 => 0,
            1 => _unsynced.Count,
            _ => random.Next(_unsynced.Count + 1),
        };
        foreach (var (place, change) in _unsynced.Index())
        {
            if (mode == 3 ? random.Next(2) == 0 : place < kept)
            {
                change.ApplyTo(names);
            }
        }

        return names;
    }
}
