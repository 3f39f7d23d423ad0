using Cistern.Formats.Deliveries;

namespace Cistern.Formats.MetricStreams;

/// <summary>Sets aside what cannot be read of one record. Once it was much, neighbours are kept together: a reject for every two bytes would take fifty times their size.</summary>
internal sealed class MetricRejects
{
    /// <summary>Rejects of a record that are kept one by one.</summary>
    public const int SingleMax = 1000;

    private RecordSink _sink = null!;
    private int _singles;
    private int _start;
    private int _end;
    private int _item;

    private static ReadOnlySpan<byte> Signal => "metrics"u8;

    /// <summary>Items of the record so far, rows and others.</summary>
    public int Items { get; private set; }

    public void Begin(RecordSink sink) => (_sink, _singles, _start, _end, Items) = (sink, 0, 0, 0, 0);

    /// <summary>A row was ended. What lies behind it is no neighbour of what lies before it.</summary>
    public void CountRow(ReadOnlySpan<byte> record)
    {
        Flush(record);
        Items++;
        _sink.CountRow();
    }

    /// <summary>Sets a part of the record aside.</summary>
    public void Add(ReadOnlySpan<byte> record, int start, int length, ReadOnlySpan<byte> reason)
    {
        var item = Items++;
        if (_singles < SingleMax)
        {
            _singles++;
            _sink.Reject(Signal, reason, record.Slice(start, length), item);
            return;
        }

        (_start, _item) = _end == 0 ? (start, item) : (_start, _item);
        _end = start + length;
    }

    /// <summary>Sets aside what a record holds from a place on; all of it if nothing was read before.</summary>
    public void AddRest(ReadOnlySpan<byte> record, int start, ReadOnlySpan<byte> reason)
    {
        Flush(record);
        _sink.Reject(Signal, reason, record[start..], start == 0 ? null : Items);
        Items++;
    }

    /// <summary>Writes the neighbours that were held back, if there are any, as one reject.</summary>
    public void Flush(ReadOnlySpan<byte> record)
    {
        if (_end == 0)
        {
            return;
        }

        _sink.Reject(Signal, "items that cannot be read, kept together because the record has more than 1,000 of them; see the record's first rejects for reasons"u8, record[_start.._end], _item);
        (_start, _end) = (0, 0);
    }
}
