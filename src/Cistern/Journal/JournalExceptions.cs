namespace Cistern.Journal;

/// <summary>A journal cannot be opened or read: bytes that had been synced are damaged or missing. A person has to decide.</summary>
internal sealed class JournalDamagedException(string file, long offset, string what) : Exception(
    $"journal file {file} is damaged at byte {offset}: {what}; restore the file from a copy, or, to go on without what it holds, "
    + "move it and every older file of this journal to another folder")
{
    public string File { get; } = file;

    public long Offset { get; } = offset;
}

/// <summary>
/// The journal could not make entries durable. The entries since the last successful sync are withdrawn; a later call tries again.
/// </summary>
internal sealed class JournalUnavailableException(string message, Exception cause) : IOException(message, cause);
