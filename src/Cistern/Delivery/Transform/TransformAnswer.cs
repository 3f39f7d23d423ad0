using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Cistern.Formats.Deliveries;

namespace Cistern.Delivery.Transform;

/// <summary>Judges what a function answered, record by record, by Firehose's rules for broken answers too.</summary>
/// <remarks>
/// The way of an answer: (1) an invocation that failed fails every record, and is tried again; (2) what is not JSON with an array of records has returned no record id
/// at all: every record fails, and trying again is no use; (3) each object in the array is matched by its id, strangers are ignored; (4) an id that came twice fails
/// whatever its objects say, an id that did not come is missing. Of a member that is there twice the last counts, as with most JSON readers.
/// A payload is a stranger's: its size is bounded, it is read without recursion, and no text of it is copied but ids of a usual length and data.
/// </remarks>
internal static class TransformAnswer
{
    private const int DepthMax = 64;
    private const int EscapeBytes = 6;

    private static readonly RecordVerdict Missing = RecordVerdict.Failed(TransformErrors.MissingRecordId, TransformErrors.MissingRecordIdText);
    private static readonly RecordVerdict Twice = RecordVerdict.Failed(TransformErrors.DuplicatedRecordId, TransformErrors.DuplicatedRecordIdText);
    private static readonly RecordVerdict SetFailed = RecordVerdict.Failed(TransformErrors.ProcessingFailedStatus, TransformErrors.ProcessingFailedText);
    private static readonly RecordVerdict NoData = RecordVerdict.Failed(TransformErrors.InvalidReturnFormat, TransformErrors.NoDataText);
    private static readonly RecordVerdict UnknownResult = RecordVerdict.Failed(TransformErrors.InvalidReturnFormat, TransformErrors.UnknownResultText);
    private static readonly RecordVerdict NotBase64 = RecordVerdict.Failed(TransformErrors.JsonMappingException, TransformErrors.NotBase64Text);

    private enum ResultText
    {
        Unknown = 0,
        Ok = 1,
        Dropped = 2,
        ProcessingFailed = 3,
    }

    private enum DataState
    {
        Absent = 0,
        Decoded = 1,
        Broken = 2,
    }

    public static TransformVerdict Judge(IReadOnlyList<StreamRecord> records, FunctionAnswer answer)
    {
        if (answer.ErrorCode is { } code)
        {
            return Failed(records, code, answer.Message);
        }

        return answer.Payload.Length <= TransformBatch.BytesMax
            ? new TransformVerdict(IsRetried: false, Judge(records, answer.Payload.Span))
            : Failed(records, TransformErrors.FunctionError, TransformErrors.FunctionFailed($"Its response is over {TransformBatch.BytesMax} bytes.").Message);
    }

    private static TransformVerdict Failed(IReadOnlyList<StreamRecord> records, string code, string message)
    {
        var verdicts = new RecordVerdict[records.Count];
        Array.Fill(verdicts, RecordVerdict.Failed(code, message));
        return new TransformVerdict(IsRetried: true, verdicts);
    }

    private static RecordVerdict[] Judge(IReadOnlyList<StreamRecord> records, ReadOnlySpan<byte> payload)
    {
        var places = new Dictionary<string, int>(records.Count, StringComparer.Ordinal);
        for (var place = 0; place < records.Count; place++)
        {
            places.Add(RecordIds.Of(records[place]), place);
        }

        var verdicts = new RecordVerdict[records.Count];
        Array.Fill(verdicts, Missing);
        try
        {
            var json = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = DepthMax });
            ReadAnswer(ref json, places, verdicts);
        }
        catch (JsonException)
        {
            Array.Fill(verdicts, Missing); // What came before the fault was no answer either.
        }

        return verdicts;
    }

    private static void ReadAnswer(ref Utf8JsonReader json, Dictionary<string, int> places, RecordVerdict[] verdicts)
    {
        var isObject = json.Read() && json.TokenType == JsonTokenType.StartObject;
        while (isObject && json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isRecords = JsonText.Is(ref json, "records"u8);
            json.Read();
            if (isRecords)
            {
                Array.Fill(verdicts, Missing);
                ReadRecords(ref json, places, verdicts);
            }
            else
            {
                json.Skip();
            }
        }

        // To the end, so that text behind the object is found out.
        while (json.Read())
        {
            json.Skip();
        }
    }

    private static void ReadRecords(ref Utf8JsonReader json, Dictionary<string, int> places, RecordVerdict[] verdicts)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return;
        }

        var seen = new bool[verdicts.Length];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType != JsonTokenType.StartObject)
            {
                json.Skip();
                continue;
            }

            var (place, verdict) = ReadRecord(ref json, places);
            if (place >= 0)
            {
                verdicts[place] = seen[place] ? Twice : verdict;
                seen[place] = true;
            }
        }
    }

    private static (int Place, RecordVerdict Verdict) ReadRecord(ref Utf8JsonReader json, Dictionary<string, int> places)
    {
        var place = -1;
        var result = ResultText.Unknown;
        var state = DataState.Absent;
        byte[] data = [];
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonText.Is(ref json, "recordId"u8))
            {
                json.Read();
                place = ReadPlace(ref json, places);
            }
            else if (JsonText.Is(ref json, "result"u8))
            {
                json.Read();
                result = ReadResult(ref json);
            }
            else if (JsonText.Is(ref json, "data"u8))
            {
                json.Read();
                state = ReadData(ref json, ref data);
            }
            else
            {
                json.Read();
            }

            json.Skip();
        }

        return (place, VerdictOf(result, state, data));
    }

    private static RecordVerdict VerdictOf(ResultText result, DataState state, byte[] data) => result switch
    {
        ResultText.Dropped => RecordVerdict.Dropped,
        ResultText.ProcessingFailed => SetFailed,
        ResultText.Unknown => UnknownResult,
        ResultText.Ok => state switch
        {
            DataState.Decoded => RecordVerdict.Ok(data),
            DataState.Broken => NotBase64,
            DataState.Absent => NoData,
        },
    };

    private static int ReadPlace(ref Utf8JsonReader json, Dictionary<string, int> places)
    {
        // Longer than any id of ours, even if each character is an escape: a stranger.
        if (json.TokenType != JsonTokenType.String || json.ValueSpan.Length > RecordIds.CharactersMax * EscapeBytes || !JsonText.TryGet(ref json, out var id))
        {
            return -1;
        }

        return places.TryGetValue(id, out var place) ? place : -1;
    }

    private static ResultText ReadResult(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            return ResultText.Unknown;
        }

        return JsonText.Is(ref json, "Ok"u8) ? ResultText.Ok
            : JsonText.Is(ref json, "Dropped"u8) ? ResultText.Dropped
            : JsonText.Is(ref json, "ProcessingFailed"u8) ? ResultText.ProcessingFailed
            : ResultText.Unknown;
    }

    private static DataState ReadData(ref Utf8JsonReader json, ref byte[] data)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            return json.TokenType == JsonTokenType.Null ? DataState.Absent : DataState.Broken;
        }

        if (!json.ValueIsEscaped)
        {
            return Decode(json.ValueSpan, ref data);
        }

        // Some writers escape '+' and '/'.
        var text = ArrayPool<byte>.Shared.Rent(json.ValueSpan.Length);
        try
        {
            return JsonText.TryCopy(ref json, text, out var length) ? Decode(text.AsSpan(0, length), ref data) : DataState.Broken;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    private static DataState Decode(ReadOnlySpan<byte> text, ref byte[] data)
    {
        data = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var isWhole = Base64.DecodeFromUtf8(text, data, out _, out var length) == OperationStatus.Done;
        Array.Resize(ref data, length);
        return isWhole ? DataState.Decoded : DataState.Broken;
    }
}
