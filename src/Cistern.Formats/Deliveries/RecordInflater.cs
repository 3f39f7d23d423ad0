using System.Buffers;
using System.IO.Compression;

namespace Cistern.Formats.Deliveries;

/// <summary>Inflates records that are gzip: all members, and once more where gzip was compressed again.</summary>
/// <remarks>
/// What comes out is held whole, because documents of a record are looked at twice, but never more than <see cref="RecordBytesMax"/>: a bomb is stopped
/// there. All records of a delivery together may inflate to a few times the body limit, so that ten thousand bombs cost no more time than two.
/// </remarks>
internal sealed class RecordInflater
{
    /// <summary>The most that one record may inflate to. Firehose's largest records are 1,000 KiB; logs shrink to a tenth, not to a sixtieth.</summary>
    public const int RecordBytesMax = 64 << 20;

    /// <summary>All records of a delivery may inflate to this many times the body limit, bombs and broken ones counted.</summary>
    public const int InflatedBytesPerByte = 2;

    private const int FirstBytes = 64 << 10;
    private const int KeptBytes = 4 << 20;

    // An S3 copy that was compressed twice has two levels. More is nobody's data.
    private const int LevelsMax = 2;

    // The inflater reports broken data with an exception, which costs as much as inflating some kilobytes.
    private const int BrokenBytes = 16 << 10;

    private readonly byte[][] _levels = [[], []];
    private readonly int _recordBytesMax;
    private long _left;

    public RecordInflater(int recordBytesMax = RecordBytesMax) => _recordBytesMax = recordBytesMax;

    private enum Outcome
    {
        Whole = 1,
        Broken = 2,
        TooLarge = 3,
    }

    /// <summary>Begins a delivery.</summary>
    /// <param name="maxInflatedBytes">The body limit.</param>
    public void Begin(long maxInflatedBytes) => _left = maxInflatedBytes > long.MaxValue / InflatedBytesPerByte ? long.MaxValue : maxInflatedBytes * InflatedBytesPerByte;

    /// <summary>Inflates a record that begins as gzip. The content is valid until the next call.</summary>
    /// <param name="reason">Why it could not be inflated; the caller keeps the record as it came.</param>
    public bool TryInflate(ReadOnlyMemory<byte> record, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> reason)
    {
        content = default;
        reason = default;
        var packed = record;
        for (var level = 0; level < LevelsMax; level++)
        {
            var outcome = Inflate(packed, ref _levels[level], out var length);
            if (outcome != Outcome.Whole)
            {
                reason = Explain(outcome);
                return false;
            }

            packed = _levels[level].AsMemory(0, length);
            if (!GzipEnd.IsGzip(packed.Span))
            {
                content = packed.Span;
                return true;
            }
        }

        reason = "record is gzip in gzip in gzip; it is kept as it came: compress it once"u8;
        return false;
    }

    /// <summary>Gives back what the delivery needed beyond the usual.</summary>
    public void End()
    {
        foreach (ref var buffer in _levels.AsSpan())
        {
            buffer = buffer.Length > KeptBytes ? [] : buffer;
        }
    }

    private ReadOnlySpan<byte> Explain(Outcome outcome) => outcome switch
    {
        Outcome.TooLarge when _left <= 0 => "record is gzip, and the delivery's records inflate to more than twice the body limit; it is kept as it came: send smaller batches or raise the limit"u8,
        Outcome.TooLarge => "record is gzip and inflates to more than 64 MiB; it is kept as it came: send smaller records"u8,
        _ => "record begins as gzip and cannot be inflated: cut off, a wrong check sum, or something other than gzip behind it; it is kept as it came"u8,
    };

    private Outcome Inflate(ReadOnlyMemory<byte> packed, ref byte[] buffer, out int length)
    {
        length = 0;
        try
        {
            using var source = new SequenceStream(new ReadOnlySequence<byte>(packed), GzipEnd.Member);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            return Fill(gzip, ref buffer, out length);
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException)
        {
            _left -= BrokenBytes; // The inflater's way to say: not deflate data, or the check sum differs.
            return Outcome.Broken;
        }
    }

    private Outcome Fill(GZipStream gzip, ref byte[] buffer, out int length)
    {
        length = 0;
        var limit = (int)Math.Clamp(_left, 0, _recordBytesMax) + GzipEnd.Text.Length;
        while (true)
        {
            if (length == buffer.Length && !TryGrow(ref buffer, limit))
            {
                _left -= length;
                return Outcome.TooLarge;
            }

            var read = gzip.Read(buffer.AsSpan(length));
            length += read;
            if (read == 0)
            {
                return End(buffer, ref length, limit);
            }
        }
    }

    private Outcome End(byte[] buffer, ref int length, int limit)
    {
        _left -= length;
        if (length > limit)
        {
            return Outcome.TooLarge; // The buffer was larger than the limit already.
        }

        if (!buffer.AsSpan(0, length).EndsWith(GzipEnd.Text))
        {
            _left -= BrokenBytes;
            return Outcome.Broken;
        }

        length -= GzipEnd.Text.Length;
        return Outcome.Whole;
    }

    private static bool TryGrow(ref byte[] buffer, int limit)
    {
        if (buffer.Length > limit)
        {
            return false;
        }

        // One byte more than the limit, so that what is over it is seen to be.
        Array.Resize(ref buffer, (int)Math.Max(Math.Min(buffer.Length * 2L, limit + 1L), Math.Min(FirstBytes, limit + 1L)));
        return true;
    }
}
