namespace Cistern.Delivery.Api.Operations;

/// <summary>What a stream may be put each second. AWS sets it by region; ours has none unless it is asked for.</summary>
internal sealed record PutQuota(long Records, long Requests, long Bytes)
{
    private static readonly string[] LargeRegions = ["us-east-1", "us-west-2", "eu-west-1"];

    /// <summary>What AWS allows for direct puts.</summary>
    public static PutQuota Of(string region) => LargeRegions.Contains(region)
        ? new PutQuota(500_000, 2_000, 5 << 20)
        : new PutQuota(100_000, 1_000, 1 << 20);
}

/// <summary>How much of its quota a stream has used in the current second.</summary>
internal sealed class PutQuotaUse(PutQuota quota, TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _second;
    private long _records;
    private long _requests;
    private long _bytes;

    public PutQuota Quota => quota;

    /// <summary>Takes what is left of the second for a request.</summary>
    /// <returns>How many of its records, from the first on, may be stored.</returns>
    public int Take(IReadOnlyList<ReadOnlyMemory<byte>> records)
    {
        lock (_lock)
        {
            if (time.GetUtcNow().ToUnixTimeSeconds() is var second && second != _second)
            {
                (_second, _records, _requests, _bytes) = (second, 0, 0, 0);
            }

            if (_requests >= quota.Requests)
            {
                return 0;
            }

            _requests++;
            var taken = 0;
            while (taken < records.Count && _records < quota.Records && (_bytes == 0 || _bytes + records[taken].Length <= quota.Bytes))
            {
                _records++;
                _bytes += records[taken++].Length;
            }

            return taken;
        }
    }
}
