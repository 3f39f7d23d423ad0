using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>Stores again what the journal holds behind the segments.</summary>
internal sealed class JournalReplay(JournalLog journal, StoreRecovery recovery, DataFolder folder)
{
    public void Run(long position)
    {
        using var note = ReplayNote.Open(folder.Replaying);
        if (journal.NextSequence > position + 1)
        {
            // So that a note stands for as short as decoding takes, and not for the compiler's time too.
            WarmUp.Once();
            journal.ReadFrom(position + 1, journal.NextSequence, (sequence, header, body) => Store(sequence, header, body, note));
        }

        note.Remove();
    }

    private void Store(long sequence, ReadOnlySpan<byte> header, System.Buffers.ReadOnlySequence<byte> body, ReplayNote note)
    {
        if (note.EndsTheProgram(sequence))
        {
            recovery.SetAside(sequence, header, body);
        }
        else
        {
            recovery.Replay(sequence, header, body, note);
        }
    }
}
