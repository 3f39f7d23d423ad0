using System.Buffers.Binary;
using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>Stores again what the journal holds behind the segments.</summary>
/// <remarks>
/// Before each entry its sequence is noted in a small file (not synced: it only has to outlive the process). If a start finds the note
/// of an entry for the second time, decoding that entry ends the process, and it is set aside as a reject instead.
/// </remarks>
internal sealed class JournalReplay(JournalLog journal, StoreRecovery recovery, DataFolder folder)
{
    private const int NoteBytes = 16;

    private string NotePath => Path.Combine(folder.Root, "replaying");

    public void Run(long position)
    {
        if (journal.NextSequence <= position + 1)
        {
            File.Delete(NotePath);
            return;
        }

        var (suspect, attempts) = ReadNote();
        using (var note = File.OpenHandle(NotePath, FileMode.OpenOrCreate, FileAccess.Write))
        {
            journal.ReadFrom(position + 1, journal.NextSequence, (sequence, header, body) =>
            {
                var attempt = sequence == suspect ? attempts + 1 : 1;
                WriteNote(note, sequence, attempt);
                if (attempt > 2)
                {
                    recovery.SetAside(sequence, header, body);
                }
                else
                {
                    recovery.Replay(sequence, header, body);
                }
            });
        }

        File.Delete(NotePath);
    }

    private (long Sequence, long Attempts) ReadNote()
    {
        var bytes = File.Exists(NotePath) ? File.ReadAllBytes(NotePath) : [];
        return bytes.Length == NoteBytes
            ? (BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)))
            : (0, 0);
    }

    private static void WriteNote(Microsoft.Win32.SafeHandles.SafeFileHandle note, long sequence, long attempt)
    {
        Span<byte> bytes = stackalloc byte[NoteBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], attempt);
        try
        {
            RandomAccess.Write(note, bytes, 0);
        }
        catch (IOException)
        {
            // The disk is full. To start without a note is better than not to start, because only a running program tells why it takes nothing.
        }
    }
}
