using System.Buffers;
using System.Text;
using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>What the tests of the journal share: entries as text, and a journal opened and read whole.</summary>
internal static class JournalEntries
{
    public static readonly JournalSettings SmallFiles = new() { MaxFileBytes = 512 };

    public static JournalLog Open(IDisk disk, string folder, JournalSettings? settings = null, List<string>? headers = null) => JournalLog.Open(
        disk, folder, settings ?? new(), new Random(1), (sequence, header) => headers?.Add($"{sequence} {Encoding.UTF8.GetString(header)}"));

    /// <summary>Appends an entry whose body is given as text, in two segments.</summary>
    public static long Append(this JournalLog journal, string header, string body) => journal.Append(Encoding.UTF8.GetBytes(header), Split(Encoding.UTF8.GetBytes(body)));

    public static void AppendAndSync(this JournalLog journal, params string[] bodies)
    {
        foreach (var body in bodies)
        {
            journal.Append($"h-{body}", body);
        }

        journal.Sync();
    }

    /// <summary>Every durable entry as "sequence header body".</summary>
    public static List<string> ReadAll(this JournalLog journal, long from = 0, long before = long.MaxValue)
    {
        var entries = new List<string>();
        journal.ReadFrom(from, before, (sequence, header, body) => entries.Add($"{sequence} {Encoding.UTF8.GetString(header)} {Encoding.UTF8.GetString(body)}"));
        return entries;
    }

    public static ReadOnlySequence<byte> Split(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, bytes.Length / 2), null);
        var last = new Segment(bytes.AsMemory(bytes.Length / 2), first);
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> bytes, Segment? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
