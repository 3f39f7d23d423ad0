using System.Buffers.Text;
using System.IO.Compression;
using System.Text;

namespace Cistern.Delivery.Http;

/// <summary>Writes the body of a delivery as Firehose does: one JSON object, records in base64, perhaps gzip around it.</summary>
/// <remarks>One delivery at a time: <see cref="Begin"/>, <see cref="Add"/> for each record, <see cref="Finish"/>. Not thread-safe.</remarks>
internal sealed class EnvelopeWriter(bool gzip, CompressionLevel level = CompressionLevel.Fastest) : IDisposable
{
    public const int RecordBytesMax = 1_024_000;
    public const int RecordsMax = 10_000;
    public const long DeliveryBytesMax = 64L << 20;

    // Small pieces are gathered here, because each write to a gzip stream costs a call into zlib.
    private readonly byte[] _scratch = new byte[48 << 10];
    private int _used;
    private MemoryStream _body = new();
    private Stream _target = Stream.Null;
    private string _requestId = "";
    private DateTimeOffset _madeAt;

    public int Records { get; private set; }

    public long RecordBytes { get; private set; }

    public void Begin(string requestId, DateTimeOffset madeAt, int expectedBytes = 0)
    {
        _body = new MemoryStream(expectedBytes);
        _target = gzip ? new GZipStream(_body, level, leaveOpen: true) : _body;
        (_requestId, _madeAt, Records, RecordBytes) = (requestId, madeAt, 0, 0);
        Write(Encoding.UTF8.GetBytes($$"""{"requestId":"{{requestId}}","timestamp":{{madeAt.ToUnixTimeMilliseconds()}},"records":["""));
    }

    public void Add(ReadOnlySpan<byte> record)
    {
        Write(Records == 0 ? "{\"data\":\""u8 : ",{\"data\":\""u8);
        WriteBase64(record);
        Write("\"}"u8);
        Records++;
        RecordBytes += record.Length;
    }

    public OutgoingDelivery Finish()
    {
        Write("]}"u8);
        Flush();
        if (gzip)
        {
            _target.Dispose();
        }

        return new OutgoingDelivery
        {
            RequestId = _requestId,
            Body = _body.GetBuffer().AsMemory(0, (int)_body.Length),
            Gzip = gzip,
            Records = Records,
            RecordBytes = RecordBytes,
            MadeAt = _madeAt,
        };
    }

    public void Dispose()
    {
        _target.Dispose();
        _body.Dispose();
    }

    // In steps of three bytes, so that no step but the last needs padding.
    private void WriteBase64(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = (_scratch.Length - _used) / 4 * 3;
            if (room < Math.Min(bytes.Length, 3 << 10))
            {
                Flush();
                continue;
            }

            var step = bytes.Length <= room ? bytes.Length : room;
            Base64.EncodeToUtf8(bytes[..step], _scratch.AsSpan(_used), out _, out var written);
            _used += written;
            bytes = bytes[step..];
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _scratch.Length - _used)
        {
            Flush();
        }

        bytes.CopyTo(_scratch.AsSpan(_used));
        _used += bytes.Length;
    }

    private void Flush()
    {
        _target.Write(_scratch, 0, _used);
        _used = 0;
    }
}
