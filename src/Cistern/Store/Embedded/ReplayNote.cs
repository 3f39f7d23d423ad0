using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Cistern.Store.Embedded;

/// <summary>Notes in a small file which journal entry a start decodes, so that one which ends the program each time does not keep it from starting for ever.</summary>
/// <remarks>
/// <para>A program may also end at that moment because somebody kills it. One death says nothing, and nobody's kills meet the same entry again and again: an entry is
/// decoded in a millisecond, and a note stands for no longer. So an entry is only blamed when three starts in a row have ended in it.</para>
/// <para>Not synced: the note only has to outlive the process.</para>
/// </remarks>
internal sealed class ReplayNote : IDisposable
{
    /// <summary>Starts that end while they decode an entry, until it is set aside.</summary>
    public const int DeathsMax = 3;

    private const int Bytes = 16;

    private readonly string _path;
    private readonly long _suspect;
    private readonly long _deaths;
    private SafeFileHandle? _file;

    private ReplayNote(string path, long suspect, long deaths) => (_path, _suspect, _deaths) = (path, suspect, deaths);

    /// <summary>Reads the note that the last start has left, if any.</summary>
    public static ReplayNote Open(string path)
    {
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        return bytes.Length == Bytes
            ? new ReplayNote(path, BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(8)))
            : new ReplayNote(path, 0, 0);
    }

    /// <summary>Decoding the entry has ended the program too often.</summary>
    public bool EndsTheProgram(long sequence) => sequence == _suspect && _deaths >= DeathsMax;

    /// <summary>From here on the end of the program is blamed on this entry.</summary>
    public void Begin(long sequence) => Write(sequence, sequence == _suspect ? _deaths + 1 : 1);

    /// <summary>The entry is decoded. What is known of a later one stays known.</summary>
    public void End(long sequence)
    {
        var isAhead = sequence < _suspect;
        Write(isAhead ? _suspect : 0, isAhead ? _deaths : 0);
    }

    /// <summary>All is decoded.</summary>
    public void Remove()
    {
        Dispose();
        File.Delete(_path);
    }

    public void Dispose() => _file?.Dispose();

    private void Write(long sequence, long deaths)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], deaths);
        try
        {
            _file ??= File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write);
            RandomAccess.Write(_file, bytes, 0);
        }
        catch (IOException)
        {
            // The disk is full. To start without a note is better than not to start, because only a running program tells why it takes nothing.
        }
    }
}
