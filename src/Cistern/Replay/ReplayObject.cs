namespace Cistern.Replay;

/// <summary>An object to replay: a file, or an object of a bucket.</summary>
/// <param name="Name">As a person would name it, for instance <c>s3://bucket/key</c>.</param>
/// <param name="Key">Its key, or the path below the folder that was named.</param>
/// <param name="Bytes">As it is stored.</param>
/// <param name="Open">Its bytes as they are stored. Throws an <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.</param>
internal sealed record ReplayObject(string Name, string Key, long Bytes, Func<CancellationToken, Task<Stream>> Open);
