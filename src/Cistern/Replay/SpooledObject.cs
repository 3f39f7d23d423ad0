using System.Security.Cryptography;

namespace Cistern.Replay;

/// <summary>An object that was read once, for its hash, and can be read again: from its file, or from a temporary copy that goes with this.</summary>
/// <param name="Hash">The SHA-256 of the bytes as they are stored.</param>
internal sealed record SpooledObject(Stream Content, byte[] Hash) : IAsyncDisposable
{
    /// <summary>Firehose's own objects end at 128 MiB of records.</summary>
    public const long BytesMax = 2L << 30;

    /// <exception cref="InvalidDataException">The object is too large.</exception>
    public static async Task<SpooledObject> OpenAsync(ReplayObject source, CancellationToken cancel)
    {
        if (source.Bytes > BytesMax)
        {
            throw new InvalidDataException($"it has {source.Bytes} bytes, at most {BytesMax} are read");
        }

        var stream = await source.Open(cancel);
        if (!stream.CanSeek)
        {
            await using (stream)
            {
                return await CopyAsync(stream, cancel);
            }
        }

        try
        {
            var hash = await SHA256.HashDataAsync(stream, cancel);
            stream.Position = 0;
            return new SpooledObject(stream, hash);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Content.DisposeAsync();

    private static async Task<SpooledObject> CopyAsync(Stream stream, CancellationToken cancel)
    {
        var path = Path.Combine(Path.GetTempPath(), $"cistern-replay-{Guid.NewGuid():N}");
        var copy = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 17, FileOptions.DeleteOnClose);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[1 << 17];
            while (await stream.ReadAsync(buffer, cancel) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                await copy.WriteAsync(buffer.AsMemory(0, read), cancel);
                if (copy.Position > BytesMax)
                {
                    throw new InvalidDataException($"it has over {BytesMax} bytes");
                }
            }

            copy.Position = 0;
            return new SpooledObject(copy, hash.GetHashAndReset());
        }
        catch
        {
            await copy.DisposeAsync();
            throw;
        }
    }
}
