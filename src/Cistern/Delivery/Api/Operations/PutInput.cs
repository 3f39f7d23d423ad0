using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api.Operations;

/// <summary>The input of <c>PutRecord</c> and <c>PutRecordBatch</c>: read in one pass, with all records decoded into one buffer.</summary>
internal sealed class PutInput
{
    public const int RecordsMax = 500;
    public const int RecordBytesMax = 1_024_000;
    public const int BatchBytesMax = 4 << 20;

    private const int DepthMax = 16;

    // A request of nothing but broken records is answered with the first of them.
    private const int ProblemsMax = 20;

    private readonly byte[] _decoded;
    private readonly List<string> _problems = [];
    private int _used;
    private int _records;

    private PutInput(byte[] decoded, int expected)
    {
        _decoded = decoded;
        Records = new List<ReadOnlyMemory<byte>>(expected);
    }

    public string Stream { get; private set; } = "";

    /// <summary>Within the buffer that was handed in.</summary>
    public List<ReadOnlyMemory<byte>> Records { get; }

    public long Bytes => _used;

    /// <summary>How large the buffer must be for a body.</summary>
    public static int BufferSize(int bodyLength) => Base64.GetMaxDecodedFromUtf8Length(bodyLength) + 3;

    /// <exception cref="ApiException">It cannot be read, or breaks a bound.</exception>
    public static PutInput Read(ReadOnlySpan<byte> body, byte[] buffer, bool batch)
    {
        var input = new PutInput(buffer, batch ? RecordsMax : 1);
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = DepthMax });
        try
        {
            input.ReadRequest(ref reader, batch);
        }
        catch (JsonException error)
        {
            throw InputReader.Unreadable($"cannot read the request as JSON: {error.Message}");
        }
        catch (InvalidOperationException)
        {
            throw InputReader.Unreadable("cannot read the request as JSON: a text holds bytes or escapes that are no characters");
        }

        return input;
    }

    private void ReadRequest(ref Utf8JsonReader reader, bool batch)
    {
        string? stream = null;
        var found = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw InputReader.Unreadable("the request is not a JSON object");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.ValueTextEquals("DeliveryStreamName"u8))
            {
                stream = ReadName(ref reader);
            }
            else if (reader.ValueTextEquals(batch ? "Records"u8 : "Record"u8))
            {
                found |= batch ? ReadRecords(ref reader) : ReadOnly(ref reader);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read();
        Check(stream, found, batch);
    }

    private static string? ReadName(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.String or JsonTokenType.Null ? reader.GetString() : throw InputReader.Unreadable("DeliveryStreamName is not a text");
    }

    private bool ReadRecords(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw InputReader.Unreadable("Records is not a list");
        }

        Clear();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // What is over the limit is counted and not looked at: the answer is about the number alone.
            if (++_records > RecordsMax)
            {
                reader.Skip();
            }
            else
            {
                ReadRecord(ref reader, batch: true);
            }
        }

        return true;
    }

    private bool ReadOnly(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return false;
        }

        Clear();
        _records = 1;
        ReadRecord(ref reader, batch: false);
        return true;
    }

    // A member that is given twice counts as it is given last.
    private void Clear()
    {
        (_used, _records) = (0, 0);
        Records.Clear();
        _problems.Clear();
    }

    private void ReadRecord(ref Utf8JsonReader reader, bool batch)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            AddProblem(InputCheck.MissingProblem(batch ? $"records.{_records}.member" : "record"));
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw InputReader.Unreadable("a record is not a structure");
        }

        var start = _used;
        var found = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var isData = reader.ValueTextEquals("Data"u8);
            reader.Read();
            if (!isData)
            {
                reader.Skip();
            }
            else if (reader.TokenType != JsonTokenType.Null)
            {
                _used = start;
                Decode(ref reader);
                found = true;
            }
        }

        Keep(start, found, batch);
    }

    private void Keep(int start, bool found, bool batch)
    {
        if (!found)
        {
            AddProblem(InputCheck.MissingProblem(DataPath(batch)));
        }
        else if (_used - start > RecordBytesMax)
        {
            // The service shows what its own memory holds.
            var size = _used - start;
            AddProblem(InputCheck.LengthProblem(DataPath(batch), $"java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]", size, 0, RecordBytesMax));
        }

        Records.Add(_decoded.AsMemory(start, _used - start));
    }

    private string DataPath(bool batch) => batch ? $"records.{_records}.member.data" : "record.data";

    private void Decode(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw InputReader.Unreadable("Data is not a text in base64");
        }

        if (reader.ValueIsEscaped)
        {
            DecodeEscaped(ref reader);
        }
        else
        {
            Decode(reader.ValueSpan);
        }
    }

    // Some writers of JSON escape the slash.
    private void DecodeEscaped(ref Utf8JsonReader reader)
    {
        var plain = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            Decode(plain.AsSpan(0, reader.CopyString(plain)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private void Decode(ReadOnlySpan<byte> base64)
    {
        if (Base64.DecodeFromUtf8(base64, _decoded.AsSpan(_used), out _, out var written) != OperationStatus.Done)
        {
            throw InputReader.Unreadable("Data is not base64");
        }

        _used += written;
    }

    private void AddProblem(string problem)
    {
        if (_problems.Count < ProblemsMax)
        {
            _problems.Add(problem);
        }
    }

    private void Check(string? stream, bool found, bool batch)
    {
        if (!found)
        {
            _problems.Insert(0, InputCheck.MissingProblem(batch ? "records" : "record"));
        }
        else if (batch && _records is 0 or > RecordsMax)
        {
            _problems.Insert(0, InputCheck.LengthProblem("records", _records == 0 ? "[]" : null, _records, 1, RecordsMax));
        }

        CheckName(stream);
        InputCheck.Throw(_problems);
        if (batch && _used > BatchBytesMax)
        {
            throw new ApiException(ApiErrors.InvalidArgument("Records size exceeds 4 MB limit"));
        }
    }

    private void CheckName(string? stream)
    {
        Stream = stream ?? "";
        var name = (TextShape)CommonShapes.StreamName;
        if (stream is null)
        {
            _problems.Insert(0, InputCheck.MissingProblem("deliveryStreamName"));
        }
        else if (stream.Length < name.Min || stream.Length > name.Max)
        {
            _problems.Insert(0, InputCheck.LengthProblem("deliveryStreamName", stream, stream.Length, name.Min, name.Max));
        }
        else if (!name.Fits(stream))
        {
            _problems.Insert(0, InputCheck.PatternProblem("deliveryStreamName", stream, name.Pattern!));
        }
    }
}
