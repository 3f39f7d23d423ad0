using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Store.Embedded.Hot;

/// <summary>What is the same for all rows of a delivery; the decoders leave it out.</summary>
/// <param name="Received">Microseconds since 1970.</param>
internal sealed record DeliveryColumns(
    long Received, string DeliveryId, string Stream, string Route, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The version of the rules that classified the rows; 0 if none did.</summary>
    public int Rules { get; init; }
}

/// <summary>Rows of some chunks, as many of each as were published when it was made. Times are microseconds since 1970.</summary>
internal sealed record HotPart(HotChunk Chunk, int Rows);

/// <summary>The rows of a table that are not in a segment yet. One writer; the store's lock guards the list of chunks.</summary>
internal sealed class HotTable(TableSchema schema)
{
    // A string of DuckDB takes 16 bytes beside its text, one of a batch four.
    private const int TextSurplus = 12;

    // A request and a count have a time of their own.
    private readonly bool _timeIsArrival = schema.Name is "rejects" or "deliveries";
    private readonly int _time = schema.PlaceOf("time");
    private readonly int _received = schema.PlaceOf("received");
    private readonly int _deliveryId = Place(schema, "delivery_id");
    private readonly int _stream = Place(schema, "stream");
    private readonly int _route = schema.Name == "rejects" ? schema.PlaceOf("route") : -1;
    private readonly int _attributes = schema.Name == "rejects" ? schema.PlaceOf("attributes") : -1;
    private readonly List<HotChunk> _chunks = [];

    // Bytes of all chunks but the last: they do not change any more.
    private long _fullBytes;

    public TableSchema Schema { get; } = schema;

    public IReadOnlyList<HotChunk> Chunks => _chunks;

    public long Rows { get; private set; }

    public long Bytes => _fullBytes + (_chunks is [.., var last] ? last.Bytes : 0);

    /// <summary>Appends rows of a batch and shows them. <paramref name="kept"/> names them in order; empty means all.</summary>
    public void Append(ColumnBatch batch, ReadOnlySpan<int> kept, DeliveryColumns delivery)
    {
        var total = kept.IsEmpty ? batch.RowCount : kept.Length;
        for (var done = 0; done < total;)
        {
            var chunk = _chunks is [.., { Free: > 0 } last] ? last : AddChunk();
            var count = Math.Min(chunk.Free, total - done);
            chunk.Append(batch, new RowSelection(done, count, kept), delivery.Rules);
            Complete(chunk, count, delivery);
            chunk.Publish(count);
            done += count;
        }

        Rows += total;
    }

    /// <summary>Takes over the rows of another table as they lie in memory, and leaves it empty. They go before the chunk that is being filled.</summary>
    public void Attach(HotTable other)
    {
        Rows += other.Rows;
        _chunks.InsertRange(_chunks is [.., { Free: > 0 }] ? _chunks.Count - 1 : _chunks.Count, other.TakeAll());
        _fullBytes = _chunks.SkipLast(1).Sum(chunk => chunk.Bytes);
    }

    /// <summary>Copies rows of another table, named in ascending order.</summary>
    public void AppendKept(HotTable other, ReadOnlySpan<int> kept)
    {
        var first = 0;
        foreach (var source in other._chunks)
        {
            var end = first + source.Rows;
            while (!kept.IsEmpty && kept[0] < end)
            {
                var chunk = _chunks is [.., { Free: > 0 } last] ? last : AddChunk();
                var count = Math.Min(chunk.Free, CountBelow(kept, end));
                chunk.AppendKept(source, kept[..count], first);
                chunk.Publish(count);
                Rows += count;
                kept = kept[count..];
            }

            first = end;
        }
    }

    private static int CountBelow(ReadOnlySpan<int> rows, int end)
    {
        var place = rows.BinarySearch(end);
        return place >= 0 ? place : ~place;
    }

    /// <summary>Lets go of all rows.</summary>
    public void Release()
    {
        foreach (var chunk in TakeAll())
        {
            chunk.Release();
        }
    }

    /// <summary>The most that the rows of a delivery take in memory.</summary>
    public static long BytesOf(DecodedDelivery rows)
    {
        var bytes = BytesOf(rows.Rejects);
        foreach (var batch in rows.Signals)
        {
            bytes += batch.RowCount == 0 ? 0 : BytesOf(batch);
        }

        return bytes;
    }

    /// <summary>Hands over all chunks: the table is empty then.</summary>
    public IReadOnlyList<HotChunk> TakeAll()
    {
        HotChunk[] taken = [.. _chunks];
        _chunks.Clear();
        (Rows, _fullBytes) = (0, 0);
        return taken;
    }

    private static long BytesOf(ColumnBatch batch)
    {
        var bytes = batch.Bytes;
        foreach (var column in batch.Columns)
        {
            bytes += TextSurplus * column switch
            {
                TextColumn text => (long)text.Count,
                MapColumn map => (long)map.Keys.Count + (map.Values is TextColumn ? map.Values.Count : 0),
                _ => 0,
            };
        }

        return bytes;
    }

    private static int Place(TableSchema schema, string column) => schema.TryPlaceOf(column, out var place) ? place : -1;

    private void Complete(HotChunk chunk, int count, DeliveryColumns delivery)
    {
        var at = chunk.Rows;
        Span<byte> scratch = stackalloc byte[256];
        chunk.Column<HotValues<long>>(_received).Fill(at, count, delivery.Received);
        if (_timeIsArrival)
        {
            chunk.Column<HotValues<long>>(_time).Fill(at, count, delivery.Received);
        }

        FillText(chunk, _deliveryId, delivery.DeliveryId, at, count, scratch);
        FillText(chunk, _stream, delivery.Stream, at, count, scratch);
        FillText(chunk, _route, delivery.Route, at, count, scratch);
        if (_attributes >= 0)
        {
            chunk.Column<HotMap>(_attributes).Fill(at, count, delivery.Attributes);
        }
    }

    private static void FillText(HotChunk chunk, int place, string value, int at, int count, Span<byte> scratch)
    {
        if (place >= 0 && value.Length > 0)
        {
            chunk.Column<HotText>(place).Fill(at, count, Utf8.Bytes(value, scratch));
        }
    }

    private HotChunk AddChunk()
    {
        var chunk = new HotChunk(Schema);
        _fullBytes = Bytes;
        _chunks.Add(chunk);
        return chunk;
    }
}
