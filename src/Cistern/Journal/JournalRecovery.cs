namespace Cistern.Journal;

/// <summary>What a journal's folder holds after a start, checked from the first byte to the last.</summary>
/// <remarks>
/// (1) Read the header of each file. One that was never written whole belongs to a file that never got an entry.
/// (2) Follow the chain of files back from the last one. A file outside the chain is an attempt that failed before its first entry: it goes.
/// (3) Check the entries. In every file but the last all bytes up to the end that the next file names had been synced: a fault there is damage.
/// (4) In the last file a fault is the torn tail of a group that was not synced, and is cut, unless a later entry proves that it had been.
/// (5) Make what is left durable: it may so far be in the memory of the system only.
/// </remarks>
internal sealed class JournalRecovery(IDisk disk, string folder, JournalHeaderVisitor visit)
{
    private readonly SortedDictionary<long, long> _lengths = [];
    private readonly Dictionary<long, JournalFileHeader> _headers = [];
    private readonly Dictionary<long, string> _unbegun = [];

    // Where the last group begins: behind it nothing proves yet that it was synced.
    private long _unprovenStart;

    /// <summary>The files of the journal, oldest first.</summary>
    public List<JournalFile> Files { get; } = [];

    /// <summary>The highest number that a file has or had.</summary>
    public long HighestNumber { get; private set; }

    public JournalTornTail? TornTail { get; private set; }

    public void Run()
    {
        ListFiles();
        ReadHeaders();
        var chain = FollowChain();
        RemoveAttempts(chain);
        for (var place = 0; place < chain.Count - 1; place++)
        {
            CheckClosed(_headers[chain[place]], _headers[chain[place + 1]]);
        }

        if (chain.Count > 0)
        {
            CheckLast(_headers[chain[^1]]);
            SecureLast();
        }
    }

    private string PathOf(long number) => Path.Combine(folder, JournalFormat.FileName(number));

    private void ListFiles()
    {
        foreach (var entry in disk.List(folder))
        {
            if (!entry.IsFolder && JournalFormat.TryParseFileName(entry.Name, out var number))
            {
                _lengths.Add(number, entry.Bytes);
                HighestNumber = Math.Max(HighestNumber, number);
            }
        }
    }

    private void ReadHeaders()
    {
        foreach (var (number, length) in _lengths)
        {
            if (ReadHeader(number, out var header) is not { } fault)
            {
                _headers.Add(number, header);
            }
            else if (length > JournalFileHeader.Bytes)
            {
                throw new JournalDamagedException(PathOf(number), 0, fault); // Entries follow only a header that was synced.
            }
            else
            {
                _unbegun.Add(number, fault);
            }
        }
    }

    private string? ReadHeader(long number, out JournalFileHeader header)
    {
        using var reader = disk.OpenRead(PathOf(number));
        Span<byte> bytes = stackalloc byte[JournalFileHeader.Bytes];
        var fault = JournalFileHeader.Read(bytes[..reader.Read(0, bytes)], out header);
        return fault is null && header.Number != number ? $"its header says that it is file {header.Number}" : fault;
    }

    private List<long> FollowChain()
    {
        var chain = new List<long>();
        var number = _headers.Keys.DefaultIfEmpty().Max();
        while (_headers.TryGetValue(number, out var header))
        {
            chain.Add(number);
            number = header.PreviousNumber;
        }

        if (_unbegun.TryGetValue(number, out var fault))
        {
            throw new JournalDamagedException(PathOf(number), 0, fault); // A next file names only one whose header was synced.
        }

        chain.Reverse();
        return chain;
    }

    private void RemoveAttempts(List<long> chain)
    {
        foreach (var number in _lengths.Keys.Except(chain).ToList())
        {
            if (_lengths[number] > JournalFileHeader.Bytes)
            {
                var missing = _headers[chain[0]].PreviousNumber;
                throw new JournalDamagedException(PathOf(missing), 0, $"the file is missing, but {JournalFormat.FileName(number)} is there");
            }

            disk.Delete(PathOf(number));
        }
    }

    private void CheckClosed(JournalFileHeader file, JournalFileHeader next)
    {
        using var reader = new JournalFileReader(disk, PathOf(file.Number), file.Salt, next.PreviousEnd, file.FirstSequence);
        while (!reader.AtEnd)
        {
            if (reader.Read(keepBody: false) is { } fault)
            {
                throw new JournalDamagedException(PathOf(file.Number), reader.Offset, fault);
            }

            visit(reader.Entry.Sequence, reader.Header);
        }

        if (reader.NextSequence != next.FirstSequence)
        {
            throw new JournalDamagedException(
                PathOf(next.Number), 0, $"it begins with entry {next.FirstSequence}, but the file before ends before entry {reader.NextSequence}");
        }

        Add(file, reader);
    }

    private void CheckLast(JournalFileHeader file)
    {
        using var reader = new JournalFileReader(disk, PathOf(file.Number), file.Salt, _lengths[file.Number], file.FirstSequence);
        var group = 0L;
        while (!reader.AtEnd)
        {
            var offset = reader.Offset;
            if (reader.Read(keepBody: false) is { } fault)
            {
                CutTail(file, reader, fault);
                break;
            }

            (_unprovenStart, group) = reader.Entry.GroupStart == group ? (_unprovenStart, group) : (offset, reader.Entry.GroupStart);
            visit(reader.Entry.Sequence, reader.Header);
        }

        Add(file, reader);
    }

    private void CutTail(JournalFileHeader file, JournalFileReader reader, string fault)
    {
        var path = PathOf(file.Number);
        if (reader.LaterEntryProvesThatThisWasSynced())
        {
            throw new JournalDamagedException(path, reader.Offset, fault);
        }

        TornTail = new JournalTornTail(path, reader.Offset, _lengths[file.Number] - reader.Offset, fault);
    }

    private void Add(JournalFileHeader file, JournalFileReader reader) =>
        Files.Add(new JournalFile(PathOf(file.Number), file.Number, file.Salt, file.FirstSequence, reader.Offset, reader.NextSequence));

    // A process that was killed leaves bytes that only the system's memory holds; if a sync had failed before, the system even takes them for
    // clean and would never write them. So the group that nothing proves is written once more in place (the same bytes) and synced.
    private void SecureLast()
    {
        var last = Files[^1];
        using var file = disk.OpenAppend(last.Path);
        if (file.Length > last.End)
        {
            file.Truncate(last.End);
        }

        RewriteUnproven(file, last);
        file.Sync();
        disk.SyncDirectory(folder);
    }

    private void RewriteUnproven(IDiskFile file, JournalFile last)
    {
        using var reader = disk.OpenRead(last.Path);
        var buffer = new byte[Math.Min(1 << 20, last.End - _unprovenStart)];
        for (var at = _unprovenStart; at < last.End;)
        {
            var count = reader.Read(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, last.End - at)));
            if (count == 0)
            {
                throw new JournalDamagedException(last.Path, at, "the file became shorter while it was read");
            }

            file.Rewrite(at, buffer.AsMemory(0, count));
            at += count;
        }
    }
}
