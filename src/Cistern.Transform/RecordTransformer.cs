using System.Buffers;
using System.IO.Compression;
using Cistern.Formats.Deliveries;

namespace Cistern.Transform;

/// <summary>Judges one record: what it holds, whether it is kept, and what goes on of it.</summary>
/// <remarks>
/// CloudFront's real-time lines are judged line by line. Documents of CloudWatch Logs go on as they came, but for control messages. Everything else goes on unchanged:
/// other formats, what is no format at all, and gzip that cannot be inflated; whoever gets it keeps it, and says what is wrong.
/// </remarks>
internal sealed class RecordTransformer(TransformSettings settings)
{
    // Twice this may come out of all records of an event together.
    private const int InflatedBytesMax = 64 << 20;

    private readonly CloudFrontLines _lines = new(settings);
    private readonly RecordInflater _inflater = new();
    private readonly ArrayBufferWriter<byte> _kept = new();

    /// <summary>Begins an event.</summary>
    public void Begin() => _inflater.Begin(InflatedBytesMax);

    /// <param name="data">What goes on, if the result is Ok; valid until the next call.</param>
    /// <param name="reason">Why it failed, if it did.</param>
    public RecordResult Transform(ReadOnlyMemory<byte> record, out ReadOnlyMemory<byte> data, out string reason)
    {
        (data, reason) = (record, "");
        _kept.ResetWrittenCount();
        var isGzip = GzipEnd.IsGzip(record.Span);
        var content = record.Span;
        if (isGzip && !_inflater.TryInflate(record, out content, out _))
        {
            return RecordResult.Ok;
        }

        if (CloudFrontLines.Claims(content))
        {
            var result = _lines.Transform(content, _kept, out reason);
            data = _kept.WrittenMemory;
            return result;
        }

        return LogDocuments.TryCount(content, out var documents, out var controls) ? TransformLogs(content, documents, controls, isGzip, ref data) : RecordResult.Ok;
    }

    private RecordResult TransformLogs(ReadOnlySpan<byte> content, int documents, int controls, bool isGzip, ref ReadOnlyMemory<byte> data)
    {
        if (documents == 0)
        {
            return RecordResult.Dropped;
        }

        // Compressed they are smallest as they came. In clear each document ends its line, so that objects of many records can be read.
        if (controls == 0 && (isGzip || content is [.., (byte)'\n']))
        {
            return RecordResult.Ok;
        }

        LogDocuments.WriteData(content, _kept);
        data = isGzip ? Compress(_kept.WrittenSpan) : _kept.WrittenMemory;
        return RecordResult.Ok;
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return packed.GetBuffer().AsMemory(0, (int)packed.Length);
    }
}
