using Cistern.Delivery.Http;

namespace Cistern.Demo;

/// <summary>What one of the demo's delivery streams brings, in the order of time: as deliveries, or as the records that somebody would put into it.</summary>
/// <param name="gzip">Deliveries are compressed.</param>
internal abstract class RecordFeed(DemoStream stream, TimeProvider time, bool gzip = true) : IDisposable
{
    private readonly EnvelopeWriter _envelope = new(gzip);

    public DemoStream Stream => stream;

    /// <summary>The next delivery with what happened before a moment, or null if there is no more.</summary>
    public OutgoingDelivery? Next(DateTimeOffset until)
    {
        _envelope.Begin(Guid.NewGuid().ToString(), time.GetUtcNow());
        return Fill(until, record => _envelope.Add(record)) ? _envelope.Finish() : null;
    }

    /// <summary>The next records of what happened before a moment; empty if there are no more.</summary>
    public IReadOnlyList<byte[]> NextRecords(DateTimeOffset until)
    {
        var records = new List<byte[]>();
        Fill(until, record => records.Add(record.ToArray()));
        return records;
    }

    public void Dispose() => _envelope.Dispose();

    /// <summary>Hands out records of what happened before a moment, a bounded number; false if there are none.</summary>
    protected abstract bool Fill(DateTimeOffset until, AddRecord add);
}

/// <param name="record">Valid during the call.</param>
internal delegate void AddRecord(ReadOnlySpan<byte> record);
