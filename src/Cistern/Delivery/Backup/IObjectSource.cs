namespace Cistern.Delivery.Backup;

/// <summary>Where objects of buckets are read: the other side of <see cref="IObjectStore"/>.</summary>
internal interface IObjectSource
{
    /// <summary>A page of the objects whose keys begin with a prefix, in the order of their keys.</summary>
    /// <param name="after">Objects with this key and smaller ones are left out; null begins at the first.</param>
    /// <exception cref="ObjectStoreException">The bucket is not there, or cannot be read.</exception>
    Task<ObjectPage> ListAsync(string bucket, string prefix, string? after, CancellationToken cancel);

    /// <summary>The bytes of an object as they are stored; nothing is inflated.</summary>
    /// <exception cref="ObjectStoreException">The object is not there, or cannot be read. Reading on may throw an <see cref="IOException"/>.</exception>
    Task<Stream> OpenAsync(string bucket, string key, CancellationToken cancel);
}

/// <param name="Next">What to give as <c>after</c> for the next page; null if this is the last.</param>
internal sealed record ObjectPage(IReadOnlyList<StoredObject> Objects, string? Next);

/// <param name="Bytes">Its length as it is stored.</param>
internal sealed record StoredObject(string Key, long Bytes);

/// <summary>A bucket or an object could not be read.</summary>
internal sealed class ObjectStoreException(ObjectFailure failure, Exception? cause = null) : IOException(failure.Message, cause)
{
    public ObjectFailure Failure { get; } = failure;
}
