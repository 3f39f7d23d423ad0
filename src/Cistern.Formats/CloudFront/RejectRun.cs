using Cistern.Formats.Deliveries;

namespace Cistern.Formats.CloudFront;

/// <summary>Joins bad lines that follow each other once a record has had many: a reject a line of two bytes would take fifty times its size.</summary>
internal sealed class RejectRun
{
    /// <summary>Bad lines of a record that are kept one by one.</summary>
    public const int SingleMax = 1000;

    private int _singles;
    private int _start;
    private int _end;
    private int _item;

    public void Begin() => (_singles, _start, _end) = (0, 0, 0);

    /// <summary>Joins a line to the run. False if it shall be kept by itself.</summary>
    public bool TryAdd(ReadOnlySpan<byte> record, int place, int length, int item)
    {
        if (_singles < SingleMax)
        {
            _singles++;
            return false;
        }

        if (_end > 0 && record[_end..place].ContainsAnyExcept("\r\n "u8))
        {
            return false; // A good line lies between: the caller ends the run, and this one stands alone.
        }

        (_start, _item) = _end == 0 ? (place, item) : (_start, _item);
        _end = place + length;
        return true;
    }

    /// <summary>Writes the run, if there is one, as one reject.</summary>
    public void Flush(ReadOnlySpan<byte> record, ReadOnlySpan<byte> signal, RecordSink sink)
    {
        if (_end == 0)
        {
            return;
        }

        sink.Reject(signal, "lines that cannot be read, kept together because the record has more than 1,000 of them; see the record's first rejects for reasons"u8, record[_start.._end], _item);
        (_start, _end) = (0, 0);
    }
}
