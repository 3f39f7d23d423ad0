namespace Cistern.Delivery.Backup;

/// <summary>Where objects of buckets are kept: a folder, or a service that speaks S3.</summary>
internal interface IObjectStore
{
    /// <summary>Stores an object whole; when it returns without an error the object is durable.</summary>
    Task<ObjectFailure?> PutAsync(NewObject added, CancellationToken cancel);
}

/// <param name="ContentEncoding">The header that goes with it, or null.</param>
internal sealed record NewObject(string Bucket, string Key, ReadOnlyMemory<byte> Body, string? ContentEncoding);

/// <summary>Why an object could not be stored. It is tried again.</summary>
/// <param name="Code">As Firehose names it: <c>S3.AccessDenied</c>, <c>S3.NoSuchBucket</c>, <c>S3.SlowDown</c>, <c>S3.InternalError</c>.</param>
internal sealed record ObjectFailure(string Code, string Message);
