using System.Runtime.InteropServices;
using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Text or bytes as DuckDB's 16-byte strings: up to 12 bytes in place, longer ones in the chunk's arena.</summary>
/// <remarks>
/// Most columns of a log repeat few values, so a small direct-mapped cache of the last ones lets equal long strings share their bytes.
/// It is only a saving: a miss stores the bytes again.
/// </remarks>
internal sealed unsafe class HotText(int capacity, NativeArena arena) : HotColumn
{
    private const int CacheSlots = 64;

    private DuckDbString* _values;
    private DuckDbString* _cache;

    public DuckDbString this[int row] => _values[row];

    public override long Bytes => _values is null ? 0 : (long)Filled * sizeof(DuckDbString);

    public void Fill(int at, int count, ReadOnlySpan<byte> value)
    {
        Ensure();
        new Span<DuckDbString>(_values + at, count).Fill(Intern(value));
        Filled = at + count;
    }

    public override void Append(Column source, RowSelection rows, int at)
    {
        if (source.Count <= rows[0] && rows.IsRun)
        {
            return;
        }

        var from = (TextColumn)source;
        Ensure();
        for (var place = 0; place < rows.Count; place++)
        {
            _values[at + place] = Intern(from[rows[place]]);
        }

        Filled = at + rows.Count;
    }

    public override void AppendKept(HotColumn source, ReadOnlySpan<int> kept, int first, int at)
    {
        var from = (HotText)source;
        Ensure();
        for (var place = 0; place < kept.Length; place++)
        {
            var row = kept[place] - first;
            _values[at + place] = row < from.Filled ? Intern(DuckDbString.BytesOf(from._values + row)) : default;
        }

        Filled = at + kept.Length;
    }

    /// <summary>Appends one value: for the children of maps.</summary>
    public void Add(int at, ReadOnlySpan<byte> value)
    {
        Ensure();
        _values[at] = Intern(value);
        Filled = at + 1;
    }

    public override void Read(VectorWriter vector, int start, int count)
    {
        var filled = Math.Clamp(Filled - start, 0, count);
        if (filled == 0)
        {
            vector.SetAllEmpty();
            return;
        }

        var target = vector.Strings();
        new ReadOnlySpan<DuckDbString>(_values + start, filled).CopyTo(target);
        target[filled..count].Clear();
    }

    public override void Dispose()
    {
        NativeMemory.Free(_values);
        NativeMemory.Free(_cache);
        _values = null;
        _cache = null;
    }

    private DuckDbString Intern(ReadOnlySpan<byte> value)
    {
        if (value.Length <= DuckDbString.MaxInline)
        {
            return DuckDbString.Inline(value);
        }

        var cached = _cache + SlotOf(value);
        if (!DuckDbString.BytesOf(cached).SequenceEqual(value))
        {
            *cached = DuckDbString.External(arena.Copy(value), value.Length);
        }

        return *cached;
    }

    // Values of one column often share their beginning (https://, Mozilla/5.0): the end and the length tell them apart.
    private static int SlotOf(ReadOnlySpan<byte> value)
    {
        var head = MemoryMarshal.Read<ulong>(value);
        var tail = MemoryMarshal.Read<ulong>(value[^8..]);
        var middle = MemoryMarshal.Read<uint>(value[(value.Length >> 1)..]);
        var mixed = (head ^ (tail * 0x9E3779B97F4A7C15) ^ ((ulong)middle << 17) ^ (uint)value.Length) * 0xD6E8FEB86659FD93;
        return (int)(mixed >> 58);
    }

    private void Ensure()
    {
        if (_values is null)
        {
            _cache = (DuckDbString*)NativeMemory.AllocZeroed(CacheSlots, (nuint)sizeof(DuckDbString));
            _values = (DuckDbString*)NativeMemory.AllocZeroed((nuint)capacity, (nuint)sizeof(DuckDbString));
        }
    }
}
