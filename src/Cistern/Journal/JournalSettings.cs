using System.Buffers;

namespace Cistern.Journal;

internal sealed record JournalSettings
{
    /// <summary>A file that has reached this gets no further group; it is over it by at most one group.</summary>
    public long MaxFileBytes { get; init; } = 64L << 20;

    /// <summary>The sequence of the first entry of a journal that has no file yet. The owner knows it if sequences are remembered elsewhere.</summary>
    public long FirstSequence { get; init; } = 1;
}

/// <summary>Called for each entry when a journal opens. The header is valid during the call only.</summary>
internal delegate void JournalHeaderVisitor(long sequence, ReadOnlySpan<byte> header);

/// <summary>Called for each entry that is read. Header and body are valid during the call only.</summary>
internal delegate void JournalEntryVisitor(long sequence, ReadOnlySpan<byte> header, ReadOnlySequence<byte> body);

/// <summary>What was cut from the end of the last file when the journal opened: bytes of a group that was never synced as a whole.</summary>
internal sealed record JournalTornTail(string File, long Offset, long Bytes, string Reason);

/// <summary>One file of an open journal.</summary>
/// <param name="End">Where its entries end: what is behind is ignored.</param>
/// <param name="NextSequence">The sequence behind its last entry.</param>
internal sealed record JournalFile(string Path, long Number, uint Salt, long FirstSequence, long End, long NextSequence)
{
    public bool HasEntries => NextSequence > FirstSequence;
}
