namespace Cistern.Journal;

/// <summary>Reads a journal while it grows. Only durable entries are read, each once, in order; released ones are left out.</summary>
/// <remarks>One user at a time, who may be another one than the journal's writer. A file stays open until the cursor has left it.</remarks>
internal sealed class JournalCursor : IDisposable
{
    private readonly IDisk _disk;
    private readonly JournalLog _journal;
    private JournalFileReader? _reader;
    private long _number;

    public JournalCursor(IDisk disk, JournalLog journal, long nextSequence) => (_disk, _journal, NextSequence) = (disk, journal, nextSequence);

    /// <summary>The sequence that is read next, unless it was released before.</summary>
    public long NextSequence { get; private set; }

    /// <summary>Reads the next entry; false if there is none yet.</summary>
    /// <exception cref="JournalDamagedException">The entry is damaged; the cursor stays before it.</exception>
    public bool TryRead(JournalEntryVisitor visit)
    {
        NextSequence = Math.Max(NextSequence, _journal.FirstSequence);
        if (NextSequence >= _journal.DurableEnd || !FindReader())
        {
            return false;
        }

        var reader = _reader!;
        while (reader.NextSequence < NextSequence)
        {
            Check(reader.Skip());
        }

        Check(reader.Read(keepBody: true));
        NextSequence++;
        visit(reader.Entry.Sequence, reader.Header, reader.Body);
        return true;
    }

    public void Dispose() => _reader?.Dispose();

    // A reader knows the end that its file had when it was made.
    private bool FindReader()
    {
        if (_reader is { AtEnd: false } && _reader.NextSequence <= NextSequence)
        {
            return true;
        }

        if (_journal.FileOf(NextSequence) is not { } file)
        {
            return false;
        }

        var goesOn = _reader is not null && _number == file.Number && _reader.NextSequence <= NextSequence;
        var (start, sequence) = goesOn ? (_reader!.Offset, _reader.NextSequence) : (JournalFileHeader.Bytes, file.FirstSequence);
        _reader?.Dispose();
        _reader = new JournalFileReader(_disk, file.Path, file.Salt, file.End, sequence, start);
        _number = file.Number;
        return true;
    }

    private void Check(string? fault)
    {
        if (fault is not null)
        {
            throw new JournalDamagedException(_journal.FileOf(NextSequence)?.Path ?? "", _reader!.Offset, fault);
        }
    }
}
