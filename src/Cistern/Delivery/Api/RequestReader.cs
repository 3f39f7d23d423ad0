using System.Buffers;

namespace Cistern.Delivery.Api;

/// <summary>The body of a request in one pooled array.</summary>
internal readonly struct PooledBody(RequestReader reader, byte[] array, int length) : IDisposable
{
    public ReadOnlyMemory<byte> Bytes => array.AsMemory(0, length);

    public void Dispose() => reader.Return(array);
}

/// <summary>Reads bodies within the limits of size and memory.</summary>
/// <param name="bodyMax">The most that one may have.</param>
/// <param name="inFlightMax">The most that all together may take.</param>
internal sealed class RequestReader(ArrayPool<byte> pool, int bodyMax, long inFlightMax)
{
    // A client that only says how much it will send takes no more than this.
    private const int FirstRoom = 256 << 10;

    private long _inFlight;

    /// <exception cref="ApiException">The body is too large, or too many are on their way.</exception>
    public async ValueTask<PooledBody> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > bodyMax)
        {
            throw new ApiException(ApiErrors.BodyTooLarge(bodyMax));
        }

        var array = Rent((int)Math.Min(request.ContentLength ?? FirstRoom, FirstRoom) + 1);
        var length = 0;
        try
        {
            while (await request.Body.ReadAsync(array.AsMemory(length), cancel) is > 0 and var read)
            {
                length += read;
                if (length > bodyMax)
                {
                    throw new ApiException(ApiErrors.BodyTooLarge(bodyMax));
                }

                if (length == array.Length)
                {
                    array = Grow(array, (int)Math.Min(Math.Max(request.ContentLength ?? 0, array.Length * 2L), bodyMax) + 1);
                }
            }

            return new PooledBody(this, array, length);
        }
        catch
        {
            Return(array);
            throw;
        }
    }

    public void Return(byte[] array)
    {
        Interlocked.Add(ref _inFlight, -array.Length);
        pool.Return(array);
    }

    private byte[] Grow(byte[] array, int size)
    {
        var larger = Rent(size);
        array.CopyTo(larger, 0);
        Return(array);
        return larger;
    }

    private byte[] Rent(int size)
    {
        if (Volatile.Read(ref _inFlight) + size > inFlightMax)
        {
            throw new ApiException(ApiErrors.Unavailable(ApiErrors.SlowDown));
        }

        var array = pool.Rent(size);
        Interlocked.Add(ref _inFlight, array.Length);
        return array;
    }
}
