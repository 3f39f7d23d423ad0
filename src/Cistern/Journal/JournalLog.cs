using System.Buffers;

namespace Cistern.Journal;

/// <summary>An append-only log of entries that survives a crash: what <see cref="Sync"/> returned for is there after the next start.</summary>
/// <remarks>
/// <para>
/// The way of an entry: (1) <see cref="Append"/> sums it up and adds it to the group in memory, (2) <see cref="Sync"/> writes the group with one gathered
/// write and (3) makes it durable with one fdatasync. Only then do its entries count.
/// </para>
/// <para>
/// If (2) or (3) fails, the whole group is withdrawn and its sequences are given out again. A file is never trusted after that: what the
/// system holds in memory and what the disk holds may differ for ever. So the next group goes to a new file whose header says where the entries
/// of the old one end. While no new file can be made (a full disk), each further call tries again.
/// </para>
/// <para>
/// One thread appends and syncs. <see cref="ReadFrom"/>, <see cref="Release"/> and the properties may be used by others at the same time.
/// </para>
/// </remarks>
internal sealed class JournalLog : IDisposable
{
    private readonly IDisk _disk;
    private readonly string _folder;
    private readonly JournalSettings _settings;
    private readonly Random _random;
    private readonly JournalGroup _group = new();
    private readonly Lock _gate = new();
    private readonly Lock _releasing = new();
    private readonly List<JournalFile> _files;
    private IDiskFile? _file;
    private long _lastNumber;
    private long _groupStart;
    private bool _deletedUnsynced;

    private JournalLog(IDisk disk, string folder, JournalSettings settings, Random random, JournalRecovery found)
    {
        (_disk, _folder, _settings, _random) = (disk, folder, settings, random);
        _files = found.Files;
        _lastNumber = found.HighestNumber;
        TornTail = found.TornTail;
        _groupStart = _files.Count == 0 ? settings.FirstSequence : _files[^1].NextSequence;
        NextSequence = _groupStart;
    }

    /// <summary>The sequence that the next entry gets.</summary>
    public long NextSequence { get; private set; }

    /// <summary>The sequence behind the last durable entry.</summary>
    public long DurableEnd
    {
        get
        {
            lock (_gate)
            {
                return _groupStart;
            }
        }
    }

    /// <summary>The first sequence that the files still hold.</summary>
    public long FirstSequence
    {
        get
        {
            lock (_gate)
            {
                return _files.Count == 0 ? _groupStart : _files[0].FirstSequence;
            }
        }
    }

    /// <summary>Bytes of all files.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
            {
                return _files.Sum(file => file.End);
            }
        }
    }

    /// <summary>Bytes of the group that waits for <see cref="Sync"/>.</summary>
    public long PendingBytes => _group.Bytes;

    /// <summary>Why entries cannot be made durable now; null if nothing is known to be wrong. <see cref="Sync"/> tries again.</summary>
    public string? Failure { get; private set; }

    /// <summary>What was cut at the start, if the last process ended in the middle of a group.</summary>
    public JournalTornTail? TornTail { get; }

    /// <summary>Opens the journal in a folder, or begins one. Every entry is checked and its header handed to <paramref name="visit"/>, in order.</summary>
    /// <param name="random">For the salt of new files.</param>
    /// <exception cref="JournalDamagedException">Entries that had been synced are damaged or missing.</exception>
    /// <exception cref="DiskException">The folder cannot be read or written.</exception>
    public static JournalLog Open(IDisk disk, string folder, JournalSettings settings, Random random, JournalHeaderVisitor visit)
    {
        var path = Path.GetFullPath(folder);
        disk.CreateDirectory(path);
        if (Path.GetDirectoryName(path) is { } parent)
        {
            disk.SyncDirectory(parent);
        }

        var recovery = new JournalRecovery(disk, path, visit);
        recovery.Run();
        var journal = new JournalLog(disk, path, settings, random, recovery);
        journal.ContinueOrBegin();
        return journal;
    }

    /// <summary>Reads on from a sequence, entry by entry, as they become durable.</summary>
    public JournalCursor ReadOnFrom(long sequence) => new(_disk, this, sequence);

    /// <summary>Adds an entry to the group. The caller keeps <paramref name="body"/> unchanged until <see cref="Sync"/> or <see cref="Withdraw"/> returns.</summary>
    /// <returns>The entry's sequence: one more than the one before.</returns>
    /// <exception cref="JournalUnavailableException">No file can be written; the entry was not added.</exception>
    public long Append(ReadOnlySpan<byte> header, ReadOnlySequence<byte> body)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(header.Length, JournalFormat.MaxEntryHeaderBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(body.Length, Array.MaxLength);
        if (_group.IsEmpty)
        {
            EnsureFile();
        }

        var salt = _files[^1].Salt;
        Span<byte> prefix = stackalloc byte[JournalEntryPrefix.Bytes];
        new JournalEntryPrefix(header.Length, body.Length, NextSequence, _groupStart, Checksum(salt, header, body)).Write(prefix, salt);
        _group.Add(prefix);
        _group.Add(header);
        _group.Add(body);
        return NextSequence++;
    }

    /// <summary>Makes the group durable. Without a group it only tries to recover from an earlier failure.</summary>
    /// <exception cref="JournalUnavailableException">The group was withdrawn: none of its entries counts.</exception>
    public void Sync()
    {
        if (_group.IsEmpty)
        {
            EnsureFile();
            return;
        }

        try
        {
            _file!.Write(_group.Parts);
            _file.Sync();
        }
        catch (IOException e)
        {
            Abandon();
            throw Unavailable(e);
        }

        Accept();
    }

    /// <summary>Forgets the entries since the last sync; their sequences are given out again.</summary>
    public void Withdraw()
    {
        _group.Clear();
        NextSequence = _groupStart;
    }

    /// <summary>Reads durable entries in order, from one sequence on and before another; those that were released are left out.</summary>
    /// <exception cref="JournalDamagedException">An entry is damaged.</exception>
    public void ReadFrom(long fromSequence, long beforeSequence, JournalEntryVisitor visit)
    {
        JournalFile[] files;
        lock (_gate)
        {
            files = [.. _files.Where(file => file.NextSequence > fromSequence && file.FirstSequence < beforeSequence)];
        }

        foreach (var file in files)
        {
            ReadFile(file, fromSequence, Math.Min(beforeSequence, file.NextSequence), visit);
        }
    }

    /// <summary>The file that holds a durable entry, as far as it is durable now; null if the entry was released or is not there yet.</summary>
    internal JournalFile? FileOf(long sequence)
    {
        lock (_gate)
        {
            return _files.Find(file => sequence >= file.FirstSequence && sequence < file.NextSequence);
        }
    }

    /// <summary>Says that entries up to and with a sequence are not needed any more: files that hold no other go, oldest first.</summary>
    public void Release(long upToSequence)
    {
        lock (_releasing)
        {
            SyncDeletion();
            while (OldestIfCovered(upToSequence) is { } oldest)
            {
                _disk.Delete(oldest.Path);
                _deletedUnsynced = true;
                lock (_gate)
                {
                    _files.RemoveAt(0);
                }

                SyncDeletion();
            }
        }
    }

    /// <summary>Closes the files. Entries that were not synced are gone.</summary>
    public void Dispose() => _file?.Dispose();

    private static uint Checksum(uint salt, ReadOnlySpan<byte> header, ReadOnlySequence<byte> body)
    {
        var checksum = Crc32C.Append(Crc32C.Append(Crc32C.Start, salt), header);
        foreach (var part in body)
        {
            checksum = Crc32C.Append(checksum, part.Span);
        }

        return Crc32C.Finish(checksum);
    }

    private void ContinueOrBegin()
    {
        if (_files.Count == 0)
        {
            BeginFile();
        }
        else
        {
            _file = _disk.OpenAppend(_files[^1].Path);
        }
    }

    private void EnsureFile()
    {
        if (_file is not null && (!_files[^1].HasEntries || _files[^1].End < _settings.MaxFileBytes))
        {
            return;
        }

        try
        {
            BeginFile();
        }
        catch (IOException e)
        {
            throw Unavailable(e);
        }
    }

    // The new file counts, and the old one ends for ever, once header and name are durable; an attempt that fails before leaves at most a file
    // without entries, which the next start removes. A number is never used twice, whatever became of the file that had it.
    private void BeginFile()
    {
        _file?.Dispose();
        _file = null;
        var path = Path.Combine(_folder, JournalFormat.FileName(++_lastNumber));
        var previous = _files.Count == 0 ? null : _files[^1];
        var salt = (uint)_random.NextInt64(1L + uint.MaxValue);
        var header = new JournalFileHeader(salt, _lastNumber, _groupStart, previous?.Number ?? 0, previous?.End ?? 0);
        _file = CreateDurable(path, header);
        lock (_gate)
        {
            _files.Add(new JournalFile(path, _lastNumber, salt, _groupStart, JournalFileHeader.Bytes, _groupStart));
        }

        Failure = null;
    }

    private IDiskFile CreateDurable(string path, JournalFileHeader header)
    {
        IDiskFile? file = null;
        try
        {
            file = _disk.Create(path);
            file.Write([header.ToBytes()]);
            file.Sync();
            _disk.SyncDirectory(_folder);
            return file;
        }
        catch (IOException)
        {
            file?.Dispose();
            Try(() => _disk.Delete(path));
            throw;
        }
    }

    private void Accept()
    {
        lock (_gate)
        {
            var file = _files[^1];
            _files[^1] = file with { End = file.End + _group.Bytes, NextSequence = NextSequence };
            _groupStart = NextSequence;
        }

        _group.Clear();
    }

    // Cutting the old file is a courtesy to whoever looks at it; what counts is the header of the next one.
    private void Abandon()
    {
        Withdraw();
        var file = _file!;
        _file = null;
        Try(() =>
        {
            file.Truncate(_files[^1].End);
            file.Sync();
        });
        file.Dispose();
        Try(BeginFile);
    }

    private JournalUnavailableException Unavailable(IOException cause)
    {
        Failure = _file is null ? cause.Message : null;
        return new JournalUnavailableException($"the journal cannot store entries: {cause.Message}; it tries again with the next one", cause);
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (IOException)
        {
            // The caller reports the failure that came first; the state that this leaves behind is handled where it is met.
        }
    }

    private JournalFile? OldestIfCovered(long upToSequence)
    {
        lock (_gate)
        {
            return _files.Count > 1 && _files[0].NextSequence - 1 <= upToSequence ? _files[0] : null;
        }
    }

    // Each deletion by itself: were two of them to reach the disk in the wrong order, the start would find a hole in the chain of files.
    private void SyncDeletion()
    {
        if (_deletedUnsynced)
        {
            _disk.SyncDirectory(_folder);
            _deletedUnsynced = false;
        }
    }

    private void ReadFile(JournalFile file, long from, long before, JournalEntryVisitor visit)
    {
        using var reader = new JournalFileReader(_disk, file.Path, file.Salt, file.End, file.FirstSequence);
        while (reader.NextSequence < before)
        {
            var wanted = reader.NextSequence >= from;
            var fault = wanted ? reader.Read(keepBody: true) : reader.Skip();
            if (fault is not null)
            {
                throw new JournalDamagedException(file.Path, reader.Offset, fault);
            }

            if (wanted)
            {
                visit(reader.Entry.Sequence, reader.Header, reader.Body);
            }
        }
    }
}
