using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Cistern.Formats.Deliveries;

/// <summary>Hands out a body in pieces through one working buffer, inflating it on the way.</summary>
/// <remarks>
/// <para>The buffer holds what the parser has not consumed yet. It grows only when one token is larger than it, so a delivery of
/// 64 MiB passes through 64 KiB of memory, and a gzip bomb is stopped at the limit without being held.</para>
/// <para>A body that was cut is found by <see cref="GzipEnd"/>.</para>
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The streams live from Open to Close, within one call of the decoder.")]
internal sealed class BodyReader
{
    private const int BufferBytes = 64 << 10;

    // A larger buffer is given back after the delivery, so that pooled decoders do not each keep the largest body they ever met.
    private const int KeptBytes = 4 << 20;

    private byte[] _buffer = new byte[BufferBytes];
    private SequenceStream? _plain;
    private GZipStream? _gzip;
    private long _limit;
    private int _start;
    private int _end;
    private int _held; // Bytes behind _end that may be the text of GzipEnd.

    /// <summary>What is read and not consumed.</summary>
    public ReadOnlySpan<byte> Window => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The window reaches to the end of the body.</summary>
    public bool Ended { get; private set; }

    /// <summary>Bytes handed out so far.</summary>
    public long Total { get; private set; }

    /// <summary>Why reading stopped early.</summary>
    public DeliveryFault? Fault { get; private set; }

    public void Open(ReadOnlySequence<byte> body, bool gzip, long limit)
    {
        _plain = new SequenceStream(body, gzip ? GzipEnd.Member : default);
        _gzip = gzip ? new GZipStream(_plain, CompressionMode.Decompress) : null;
        (_start, _end, _held, _limit) = (0, 0, 0, limit);
        (Ended, Total, Fault) = (false, 0, null);
        if (!gzip && body.Length > limit)
        {
            Fault = DeliveryFault.TooLarge; // Known before a byte is copied.
        }
        else if (gzip && !BeginsAsGzip(body))
        {
            Fault = DeliveryFault.GzipBroken;
        }
    }

    public void Consume(int bytes) => _start += bytes;

    /// <summary>Reads more behind the window. False after a fault; at the end of the body it is true and <see cref="Ended"/> is set.</summary>
    public bool Refill()
    {
        if (Fault is not null || Ended)
        {
            return Fault is null;
        }

        MakeRoom();
        var filled = _end + _held;
        var room = _buffer.Length - filled;
        if (!TryRead(_buffer.AsSpan(filled), out var read))
        {
            return Fail(DeliveryFault.GzipBroken);
        }

        return Take(filled + read) && (read == room || End());
    }

    /// <summary>Reads the rest without looking at it, so that a fault behind what was read is known.</summary>
    public void Drain()
    {
        while (!Ended && Refill())
        {
            Consume(Window.Length);
        }
    }

    /// <summary>Gives back what the delivery needed. The reader can be opened again.</summary>
    public void Close()
    {
        _gzip?.Dispose();
        _plain?.Dispose();
        (_gzip, _plain) = (null, null);
        if (_buffer.Length > KeptBytes)
        {
            _buffer = new byte[BufferBytes];
        }
    }

    private static bool BeginsAsGzip(ReadOnlySequence<byte> body)
    {
        Span<byte> magic = stackalloc byte[2];
        if (body.Length < magic.Length)
        {
            return false;
        }

        body.Slice(0, magic.Length).CopyTo(magic);
        return GzipEnd.IsGzip(magic);
    }

    private bool Take(int filled)
    {
        var held = _gzip is null ? 0 : Math.Min(GzipEnd.Text.Length, filled - _start);
        var end = Math.Max(filled - held, _end);
        Total += end - _end;
        (_end, _held) = (end, filled - end);
        return Total <= _limit || Fail(DeliveryFault.TooLarge);
    }

    private bool End()
    {
        if (_gzip is not null && !_buffer.AsSpan(_end, _held).SequenceEqual(GzipEnd.Text))
        {
            return Fail(DeliveryFault.GzipBroken);
        }

        _held = 0;
        Ended = true;
        return true;
    }

    private bool TryRead(Span<byte> target, out int read)
    {
        try
        {
            // Filled up, because a parser that meets an unfinished token begins it again: only doubling keeps that linear.
            read = ((Stream?)_gzip ?? _plain!).ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
            return true;
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            read = 0; // The inflater's way to say: not deflate data, or the check sum differs.
            return false;
        }
    }

    private void MakeRoom()
    {
        var unread = _end + _held - _start;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, unread).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (unread > _buffer.Length / 2)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Array.MaxLength, _buffer.Length * 2L));
        }
    }

    private bool Fail(DeliveryFault fault)
    {
        Fault = fault;
        return false;
    }
}
