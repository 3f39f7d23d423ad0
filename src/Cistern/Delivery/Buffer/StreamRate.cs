using Cistern.Delivery.Pipeline;

namespace Cistern.Delivery.Buffer;

/// <summary>Keeps a stream to its rates: each may be used for one second ahead. Safe for several threads.</summary>
internal sealed class StreamRate(RateLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _records = limits.RecordsPerSecond;
    private double _requests = limits.RequestsPerSecond;
    private double _bytes = limits.BytesPerSecond;
    private long _last = time.GetTimestamp();

    /// <summary>How many of the first records may be taken now; they count.</summary>
    public int Take(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        lock (_gate)
        {
            Refill();
            if (_requests < 1)
            {
                return 0;
            }

            _requests--;
            var count = 0;
            while (count < records.Count && _records >= 1 && _bytes >= records[count].Length)
            {
                _records--;
                _bytes -= records[count++].Length;
            }

            return count;
        }
    }

    private void Refill()
    {
        var now = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_last, now).TotalSeconds;
        _last = now;
        _records = Math.Min(limits.RecordsPerSecond, _records + (seconds * limits.RecordsPerSecond));
        _requests = Math.Min(limits.RequestsPerSecond, _requests + (seconds * limits.RequestsPerSecond));

        // A record of the largest size must fit even if a second's share is less.
        _bytes = Math.Min(Math.Max(limits.BytesPerSecond, Http.EnvelopeWriter.RecordBytesMax), _bytes + (seconds * limits.BytesPerSecond));
    }
}
