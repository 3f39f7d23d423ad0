using System.Runtime.InteropServices;
using Cistern.DuckDb;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Hot;

/// <summary>Maps: where each row's entries end, and the entries in blocks that never move.</summary>
/// <remarks>Maps are rare (attributes of a delivery, fields that Cistern does not know), so entries are managed lists of small blocks.</remarks>
internal sealed unsafe class HotMap(ColumnSpec spec, int capacity, NativeArena arena) : HotColumn
{
    private const int BlockEntries = 1024;

    private readonly List<(HotText Keys, HotColumn Values)> _blocks = [];
    private int* _ends;

    public override long Bytes => _ends is null ? 0 : ((long)Filled * sizeof(int)) + (Entries * 32L);

    private int Entries => Filled == 0 ? 0 : _ends[Filled - 1];

    /// <summary>Sets one map for many rows.</summary>
    public void Fill(int at, int count, IReadOnlyDictionary<string, string> map)
    {
        if (map.Count == 0)
        {
            return;
        }

        Span<byte> buffer = stackalloc byte[256];
        for (var row = at; row < at + count; row++)
        {
            StartRow(row);
            foreach (var (key, value) in map)
            {
                AddText(row, Utf8.Bytes(key, buffer[..128]), Utf8.Bytes(value, buffer[128..]));
            }

            Filled = row + 1;
        }
    }

    public override void Append(Column source, RowSelection rows, int at)
    {
        var from = (MapColumn)source;
        for (var place = 0; place < rows.Count; place++)
        {
            var (start, end) = (from[rows[place]].Start.Value, from[rows[place]].End.Value);
            if (start == end)
            {
                continue;
            }

            StartRow(at + place);
            for (var entry = start; entry < end; entry++)
            {
                AddEntry(at + place, from, entry);
            }

            Filled = at + place + 1;
        }
    }

    public override void AppendKept(HotColumn source, ReadOnlySpan<int> kept, int first, int at)
    {
        var from = (HotMap)source;
        for (var place = 0; place < kept.Length; place++)
        {
            var row = kept[place] - first;
            var (start, end) = row >= from.Filled ? (0, 0) : (row == 0 ? 0 : from._ends[row - 1], from._ends[row]);
            if (start == end)
            {
                continue;
            }

            StartRow(at + place);
            for (var entry = start; entry < end; entry++)
            {
                AddEntry(at + place, from, entry);
            }

            Filled = at + place + 1;
        }
    }

    public override void Read(VectorWriter vector, int start, int count)
    {
        var filled = Math.Clamp(Filled - start, 0, count);
        var first = start == 0 || filled == 0 ? 0 : _ends[start - 1];
        var total = filled == 0 ? 0 : _ends[start + filled - 1] - first;
        vector.ReserveEntries(total);
        var lists = vector.MapRows();
        for (var row = 0; row < count; row++)
        {
            var begin = row == 0 ? 0 : row <= filled ? _ends[start + row - 1] - first : total;
            var end = row < filled ? _ends[start + row] - first : begin;
            lists[row] = new DuckDbListEntry((ulong)begin, (ulong)(end - begin));
        }

        for (var entry = 0; entry < total; entry++)
        {
            CopyEntry(vector, first + entry, entry);
        }
    }

    public override void Dispose()
    {
        foreach (var (keys, values) in _blocks)
        {
            keys.Dispose();
            values.Dispose();
        }

        _blocks.Clear();
        NativeMemory.Free(_ends);
        _ends = null;
    }

    private void StartRow(int row)
    {
        if (_ends is null)
        {
            _ends = (int*)NativeMemory.AllocZeroed((nuint)capacity, sizeof(int));
        }

        var entries = Entries;
        for (var gap = Filled; gap <= row; gap++)
        {
            _ends[gap] = entries;
        }
    }

    private void AddEntry(int row, MapColumn from, int entry)
    {
        if (from.Values is TextColumn texts)
        {
            AddText(row, from.Keys[entry], texts[entry]);
            return;
        }

        var (keys, values) = BlockOf(_ends[row]);
        var place = _ends[row] % BlockEntries;
        keys.Add(place, from.Keys[entry]);
        ((HotValues<double>)values).Fill(place, 1, ((ValueColumn<double>)from.Values).Values[entry]);
        _ends[row]++;
    }

    private void AddEntry(int row, HotMap from, int entry)
    {
        var (fromKeys, fromValues) = from._blocks[entry / BlockEntries];
        var (keys, values) = BlockOf(_ends[row]);
        var place = _ends[row] % BlockEntries;
        ReadOnlySpan<int> one = [entry % BlockEntries];
        keys.AppendKept(fromKeys, one, 0, place);
        values.AppendKept(fromValues, one, 0, place);
        _ends[row]++;
    }

    private void AddText(int row, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var (keys, values) = BlockOf(_ends[row]);
        var place = _ends[row] % BlockEntries;
        keys.Add(place, key);
        ((HotText)values).Add(place, value);
        _ends[row]++;
    }

    private (HotText Keys, HotColumn Values) BlockOf(int entry)
    {
        if (entry / BlockEntries == _blocks.Count)
        {
            HotColumn values = spec.Type == ColumnType.TextMap ? new HotText(BlockEntries, arena) : new HotValues<double>(BlockEntries);
            lock (_blocks)
            {
                _blocks.Add((new HotText(BlockEntries, arena), values));
            }
        }

        return _blocks[entry / BlockEntries];
    }

    private void CopyEntry(VectorWriter vector, int entry, int to)
    {
        (HotText Keys, HotColumn Values) block;
        lock (_blocks)
        {
            block = _blocks[entry / BlockEntries];
        }

        vector.MapKeys.Strings()[to] = block.Keys[entry % BlockEntries];
        if (block.Values is HotText texts)
        {
            vector.MapValues.Strings()[to] = texts[entry % BlockEntries];
        }
        else
        {
            vector.MapValues.Values<double>()[to] = ((HotValues<double>)block.Values)[entry % BlockEntries];
        }
    }
}
