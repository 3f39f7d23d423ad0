using System.Runtime.InteropServices;
using Cistern.Formats.Columns;
using Cistern.Formats.Text;

namespace Cistern.Formats.MetricStreams;

/// <summary>Dimensions, or additional statistics, of one row: collected in any order, written in the order of their names' bytes, each name once.</summary>
/// <remarks>Texts are copied into one buffer, so that nothing is allocated for a row. Of two values under one name the first counts.</remarks>
internal sealed class NamedValues
{
    /// <summary>CloudWatch knows 30 dimensions and 20 additional statistics; more than this would make putting them in order expensive.</summary>
    public const int CountMax = 256;

    private const int KeptBytes = 64 << 10;

    private readonly Entry[] _entries = new Entry[CountMax];
    private byte[] _text = new byte[4096];
    private int _length;
    private bool _isSorted;

    public int Count { get; private set; }

    /// <summary>There were more than <see cref="CountMax"/>.</summary>
    public bool IsOverfull { get; private set; }

    public void Clear()
    {
        (Count, _length, _isSorted, IsOverfull) = (0, 0, true, false);
        _text = _text.Length > KeptBytes ? new byte[4096] : _text;
    }

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> text)
    {
        if (TryAddName(name))
        {
            ref var entry = ref _entries[Count - 1];
            (entry.ValueStart, entry.ValueLength) = Append(text);
        }
    }

    public void Add(ReadOnlySpan<byte> name, double number)
    {
        if (TryAddName(name))
        {
            _entries[Count - 1].Number = number;
        }
    }

    public void WriteTexts(MapColumn column, int row)
    {
        Sort();
        for (var place = 0; place < Count; place++)
        {
            if (!IsRepeated(place))
            {
                ref readonly var entry = ref _entries[place];
                column.Add(row, NameOf(entry), _text.AsSpan(entry.ValueStart, entry.ValueLength));
            }
        }
    }

    public void WriteNumbers(MapColumn column, int row)
    {
        Sort();
        for (var place = 0; place < Count; place++)
        {
            if (!IsRepeated(place))
            {
                column.Add(row, NameOf(_entries[place]), _entries[place].Number);
            }
        }
    }

    private ReadOnlySpan<byte> NameOf(in Entry entry) => _text.AsSpan(entry.NameStart, entry.NameLength);

    private bool IsRepeated(int place) => !_isSorted && place > 0 && NameOf(_entries[place]).SequenceEqual(NameOf(_entries[place - 1]));

    private bool TryAddName(ReadOnlySpan<byte> name)
    {
        if (Count == CountMax)
        {
            IsOverfull = true;
            return false;
        }

        ref var entry = ref _entries[Count];
        (entry.NameStart, entry.NameLength) = Append(name);
        _isSorted &= Count == 0 || NameOf(_entries[Count - 1]).SequenceCompareTo(NameOf(entry)) < 0;
        Count++;
        return true;
    }

    private (int Start, int Length) Append(ReadOnlySpan<byte> text)
    {
        var room = text.Length * Utf8Text.GrowthMax;
        if (_text.Length - _length < room)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + room));
        }

        var length = Utf8Text.Repair(text, _text.AsSpan(_length));
        _length += length;
        return (_length - length, length);
    }

    // Rows come nearly sorted and with few entries; inserting also keeps the first of two equal names first.
    private void Sort()
    {
        for (var end = 1; !_isSorted && end < Count; end++)
        {
            var entry = _entries[end];
            var place = end;
            for (; place > 0 && NameOf(_entries[place - 1]).SequenceCompareTo(NameOf(entry)) > 0; place--)
            {
                _entries[place] = _entries[place - 1];
            }

            _entries[place] = entry;
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Entry
    {
        public int NameStart;
        public int NameLength;
        public int ValueStart;
        public int ValueLength;
        public double Number;
    }
}
