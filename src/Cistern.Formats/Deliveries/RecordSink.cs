using Cistern.Formats.Columns;

namespace Cistern.Formats.Deliveries;

/// <summary>Where rows and rejects of a delivery go, and how many bytes they may take.</summary>
internal sealed class RecordSink
{
    private const int ItemsBetweenChecks = 128;

    // A reject counts as many items as it has of these.
    private const int RejectedBytesPerItem = 16 << 10;

    private static readonly int RecordIndex = Tables.Rejects.PlaceOf("record_index");
    private static readonly int ItemIndex = Tables.Rejects.PlaceOf("item_index");
    private static readonly int SignalName = Tables.Rejects.PlaceOf("signal");
    private static readonly int Reason = Tables.Rejects.PlaceOf("reason");
    private static readonly int Data = Tables.Rejects.PlaceOf("data");

    private DecodedDelivery _into = null!;
    private int _record;
    private int _unchecked;

    public ColumnBatch Requests => _into.Requests;

    public ColumnBatch Logs => _into.Logs;

    public ColumnBatch Metrics => _into.Metrics;

    /// <summary>The most bytes that rows and rejects may take.</summary>
    public long MaxBytes { get; private set; }

    /// <summary>They take more: stop decoding. Looked at now and then, so they may already take somewhat more.</summary>
    public bool IsOverLimit { get; private set; }

    public void Begin(DecodedDelivery into, long maxBytes) => (_into, MaxBytes, IsOverLimit, _unchecked) = (into, maxBytes, false, 0);

    public void BeginRecord(int index) => _record = index;

    /// <summary>A row was ended.</summary>
    public void CountRow() => CountItem(1);

    /// <summary>A control message was met, which becomes no row.</summary>
    public void CountControl()
    {
        _into.Controls++;
        _into.Items++;
    }

    /// <param name="item">The item's place in its record; null if the record as a whole is meant.</param>
    public void Reject(ReadOnlySpan<byte> signal, ReadOnlySpan<byte> reason, ReadOnlySpan<byte> data, int? item)
    {
        var rejects = _into.Rejects;
        var row = rejects.RowCount;
        rejects.Values<int>(RecordIndex).Set(row, _record);
        if (item is { } place)
        {
            rejects.Values<int>(ItemIndex).Set(row, place);
        }

        rejects.Text(SignalName).Set(row, signal);
        rejects.Text(Reason).Set(row, reason);
        rejects.Text(Data).Set(row, data);
        rejects.EndRow();
        CountItem(1 + (data.Length / RejectedBytesPerItem));
    }

    private void CountItem(int weight)
    {
        _into.Items++;
        _unchecked += weight;
        if (_unchecked >= ItemsBetweenChecks)
        {
            _unchecked = 0;
            Check();
        }
    }

    private void Check()
    {
        IsOverLimit = _into.Bytes > MaxBytes;
        if (_into.Full is not null && _into.HeldBytes > DecodedDelivery.FullBytes)
        {
            _into.HandOver();
        }
    }
}
