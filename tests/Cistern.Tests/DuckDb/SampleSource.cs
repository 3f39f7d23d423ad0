using System.Runtime.InteropServices;
using Cistern.DuckDb;

namespace Cistern.Tests.DuckDb;

/// <summary>Rows whose every value follows from the row's number, held in one block of native memory that texts point into.</summary>
internal sealed unsafe class SampleSource : IScanSource, IDisposable
{
    // Either side of the 12 bytes that a text may have in place, and one that needs a block of its own when it is copied.
    private static readonly int[] _lengths = [0, 12, 13, 10_000];

    private readonly byte* _text = (byte*)NativeMemory.Alloc(10_000);
    private int _open;

    public SampleSource(int rows)
    {
        RowCount = rows;
        for (var place = 0; place < 10_000; place++)
        {
            _text[place] = (byte)('a' + (place % 26));
        }
    }

    public IReadOnlyList<ScanColumn> Columns { get; } =
    [
        new("number", DuckDbScanType.Int64),
        new("small", DuckDbScanType.Int32),
        new("flag", DuckDbScanType.Boolean),
        new("ratio", DuckDbScanType.Double),
        new("time", DuckDbScanType.Timestamp),
        new("text", DuckDbScanType.Varchar),
        new("bytes", DuckDbScanType.Blob),
        new("texts", DuckDbScanType.MapVarcharVarchar),
        new("ratios", DuckDbScanType.MapVarcharDouble),
        new("nothing", DuckDbScanType.Varchar),
        new("no_map", DuckDbScanType.MapVarcharDouble),
        new("empty", DuckDbScanType.Varchar),
        new("empty_map", DuckDbScanType.MapVarcharVarchar),
        new("same", DuckDbScanType.Varchar),
    ];

    public long RowCount { get; }

    public int MaxThreads { get; init; } = 1;

    /// <summary>Runs before a chunk is filled, with the first row's number.</summary>
    public Action<long> BeforeChunk { get; init; } = static _ => { };

    /// <summary>Columns that any pass asked for.</summary>
    public SortedSet<string> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>Passes begun and not disposed.</summary>
    public int Open => _open;

    public void Dispose() => NativeMemory.Free(_text);

    public IScan Begin(ReadOnlySpan<int> projection)
    {
        Interlocked.Increment(ref _open);
        foreach (var place in projection)
        {
            Asked.Add(Columns[place].Name);
        }

        return new Pass(this, projection.ToArray());
    }

    /// <summary>What a row is, as <see cref="Databases.Text"/> shows it.</summary>
    public static string[] Expected(long row)
    {
        var text = string.Concat(Enumerable.Range(0, _lengths[row % 4]).Select(place => (char)('a' + (place % 26))));
        var isNull = row % 5 == 0;
        return
        [
            $"{row}",
            isNull ? "NULL" : $"{-(int)row}",
            isNull ? "NULL" : $"{row % 2 == 1}",
            isNull ? "NULL" : Databases.Text(row / 4.0),
            isNull ? "NULL" : Databases.Text(DateTimeOffset.UnixEpoch.AddMicroseconds(row * 1_000_003)),
            isNull ? "NULL" : text,
            isNull ? "NULL" : Convert.ToHexString(Databases.Utf8(text)),
            $"{{{string.Join(", ", Enumerable.Range(0, (int)(row % 3)).Select(entry => $"key number {entry}={(entry == 1 ? "NULL" : $"v{row}")}"))}}}",
            $"{{{string.Join(", ", Enumerable.Range(0, (int)(row % 2)).Select(entry => $"r={Databases.Text(row / 8.0)}"))}}}",
            "NULL",
            "NULL",
            "",
            "{}",
            "the same for all rows",
        ];
    }

    private sealed class Pass(SampleSource source, int[] projection) : IScan
    {
        private long _next;

        public bool Fill(ChunkWriter chunk)
        {
            var start = Interlocked.Add(ref _next, chunk.Capacity) - chunk.Capacity;
            if (start >= source.RowCount)
            {
                return false;
            }

            source.BeforeChunk(start);
            chunk.Count = (int)Math.Min(chunk.Capacity, source.RowCount - start);
            for (var column = 0; column < projection.Length; column++)
            {
                Fill(chunk[column], projection[column], start, chunk.Count);
            }

            return true;
        }

        public void Dispose() => Interlocked.Decrement(ref source._open);

        private void Fill(VectorWriter vector, int place, long start, int count)
        {
            if (place is > 0 and < 7)
            {
                SetNulls(vector, start, count);
            }

            for (var index = 0; index < count && place < 7; index++)
            {
                SetValue(vector, place, index, start + index);
            }

            switch (place)
            {
                case 7:
                    SetTexts(vector, start, count);
                    break;
                case 8:
                    SetRatios(vector, start, count);
                    break;
                case 9 or 10:
                    vector.SetAllNull();
                    break;
                case 11 or 12:
                    vector.SetAllEmpty();
                    break;
                case 13:
                    vector.SetConstantText("the same for all rows"u8);
                    break;
            }
        }

        private static void SetNulls(VectorWriter vector, long start, int count)
        {
            var valid = vector.EnsureValidity();
            for (var index = 0; index < count; index++)
            {
                if ((start + index) % 5 == 0)
                {
                    valid[index >> 6] &= ~(1UL << (index & 63));
                }
            }
        }

        private void SetValue(VectorWriter vector, int place, int index, long row)
        {
            switch (place)
            {
                case 0:
                    vector.Values<long>()[index] = row;
                    break;
                case 1:
                    vector.Values<int>()[index] = -(int)row;
                    break;
                case 2:
                    vector.Values<bool>()[index] = row % 2 == 1;
                    break;
                case 3:
                    vector.Values<double>()[index] = row / 4.0;
                    break;
                case 4:
                    vector.Values<long>()[index] = row * 1_000_003;
                    break;
                default:
                    vector.Strings()[index] = DuckDbString.External(source._text, _lengths[row % 4]);
                    break;
            }
        }

        private static void SetTexts(VectorWriter vector, long start, int count)
        {
            SetRows(vector, start, count, perRow: 3);
            var keys = vector.MapKeys.Strings();
            var values = vector.MapValues;
            var entry = 0;
            var valid = values.EnsureValidity();
            foreach (var (row, number) in Entries(start, count, perRow: 3))
            {
                keys[entry] = number == 0 ? KeyNumber0 : KeyNumber1;
                values.Strings()[entry] = DuckDbString.Inline(Databases.Utf8($"v{row}"));
                if (number == 1)
                {
                    valid[entry >> 6] &= ~(1UL << (entry & 63));
                }

                entry++;
            }
        }

        private static void SetRatios(VectorWriter vector, long start, int count)
        {
            SetRows(vector, start, count, perRow: 2);
            var entry = 0;
            foreach (var (row, _) in Entries(start, count, perRow: 2))
            {
                vector.MapKeys.Strings()[entry] = DuckDbString.Inline("r"u8);
                vector.MapValues.Values<double>()[entry++] = row / 8.0;
            }
        }

        private static void SetRows(VectorWriter vector, long start, int count, int perRow)
        {
            var rows = vector.MapRows();
            var entries = 0UL;
            for (var index = 0; index < count; index++)
            {
                var length = (ulong)((start + index) % perRow);
                rows[index] = new DuckDbListEntry(entries, length);
                entries += length;
            }

            vector.ReserveEntries((int)entries);
        }

        private static IEnumerable<(long Row, int Number)> Entries(long start, int count, int perRow)
        {
            for (var row = start; row < start + count; row++)
            {
                for (var number = 0; number < row % perRow; number++)
                {
                    yield return (row, number);
                }
            }
        }

        // Constants of the program: they stay where they are.
        private static DuckDbString KeyNumber0 => External("key number 0"u8);

        private static DuckDbString KeyNumber1 => External("key number 1"u8);

        private static DuckDbString External(ReadOnlySpan<byte> constant) =>
            DuckDbString.External((byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(constant)), constant.Length);
    }
}
