using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Transform;

/// <summary>Writes the answer, record by record, and keeps it under Lambda's limit.</summary>
/// <remarks>
/// A record that is kept may be written only if all that come behind it can still be answered at least as failed: for these, room is set aside from the beginning.
/// So a record that is too large fails alone, and smaller ones behind it go on.
/// </remarks>
internal sealed class ResponseWriter : IDisposable
{
    /// <summary>Lambda takes no larger answer.</summary>
    public const int BytesMax = 6 << 20;

    // {"records":[]}
    private const int HeadBytes = 14;

    // {"recordId":"","result":"","data":""},
    private const int RecordBytes = 38;
    private const int ResultBytesMax = 16;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new(64 << 10);
    private readonly Utf8JsonWriter _json;
    private long _used = HeadBytes;
    private long _setAside;

    public ResponseWriter(IEnumerable<EventRecord> records)
    {
        _setAside = records.Sum(record => (long)LeastBytes(record.Id));
        _json = new Utf8JsonWriter(_buffer, Options);
        _json.WriteStartObject();
        _json.WriteStartArray("records"u8);
    }

    /// <summary>Answers for the next record with new data; false if there is no room, and nothing was written.</summary>
    public bool TryAddOk(string id, ReadOnlySpan<byte> data)
    {
        var bytes = LeastBytes(id) + ((data.Length + 2L) / 3 * 4);
        if (_used + bytes + _setAside - LeastBytes(id) > BytesMax)
        {
            return false;
        }

        Begin(id, bytes, "Ok"u8);
        _json.WriteBase64String("data"u8, data);
        _json.WriteEndObject();
        return true;
    }

    /// <summary>Answers for the next record with <c>Dropped</c> or <c>ProcessingFailed</c>; of these Firehose needs no data.</summary>
    public void Add(string id, RecordResult result)
    {
        Begin(id, LeastBytes(id), result == RecordResult.Dropped ? "Dropped"u8 : "ProcessingFailed"u8);
        _json.WriteEndObject();
    }

    public ReadOnlyMemory<byte> Finish()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    public void Dispose() => _json.Dispose();

    private void Begin(string id, long bytes, ReadOnlySpan<byte> result)
    {
        _used += bytes;
        _setAside -= LeastBytes(id);
        _json.WriteStartObject();
        _json.WriteString("recordId"u8, id);
        _json.WriteString("result"u8, result);
    }

    private static int LeastBytes(string id) => RecordBytes + ResultBytesMax + JsonEncodedText.Encode(id, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;
}
