using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Cistern.Formats.Text;

namespace Cistern.Formats.ErrorObjects;

/// <summary>Reads the lines of the objects in which Firehose keeps records that failed.</summary>
/// <remarks>
/// <para>
/// A line is a JSON document (several behind each other are read too), in the order, case and kinds of value of any destination: numbers may be texts, names differ
/// in case, and members that are not known are skipped.
/// </para>
/// <para>
/// AWS prints samples in which the quotes within <c>errorMessage</c> are not escaped. What is no JSON is therefore cut: base64 holds no quote, so the record itself
/// is found for certain between <c>"rawData":"</c> and the next one; what is told of the message is a guess.
/// </para>
/// <para>Input is untrusted: whatever the bytes, nothing is thrown, and nothing grows beyond the line. Not thread-safe.</para>
/// </remarks>
public sealed class ErrorObjectReader
{
    public const int MessageBytesMax = 4096;

    private const int ShortTextBytesMax = 1024;

    private byte[] _data = [];
    private byte[] _text = [];

    /// <summary>Reads the document that a line begins with.</summary>
    /// <param name="line">What is left of the line; afterwards what is behind the document. Empty when nothing is left.</param>
    /// <param name="record">Its data is valid until the next call.</param>
    /// <param name="reason">Why there is none, if the line was not empty. The rest of the line is then given up.</param>
    public bool TryRead(ref ReadOnlySpan<byte> line, out ErrorRecord? record, out string reason)
    {
        (record, reason) = (null, "");
        line = line.Trim(" \t\r\n"u8);
        if (line.IsEmpty)
        {
            return false;
        }

        var document = line;
        var members = default(ErrorMembers);
        var isJson = TryScan(document, ref members, out var length);
        line = isJson ? line[length..].Trim(" \t\r\n"u8) : default;
        if (!isJson)
        {
            members = default;
            Cut(document, ref members);
        }

        if (!members.HasRawData)
        {
            reason = isJson ? "it has no rawData, so it is no record of an error object" : "it is neither JSON nor does it have a rawData";
            line = default;
            return false;
        }

        if (!TryDecode(members.RawData, isJson, out var data))
        {
            reason = "its rawData is not base64";
            return false; // The documents behind it may be whole.
        }

        record = new ErrorRecord
        {
            Data = data,
            ErrorCode = ToText(members.Code, ShortTextBytesMax, isJson),
            ErrorMessage = ToText(members.Message, MessageBytesMax, isJson),
            Attempts = ErrorMembers.Number(members.Attempts),
            Arrived = ErrorMembers.Time(members.Arrived),
            AttemptEnded = ErrorMembers.Time(members.Ended),
            LambdaArn = ToText(members.LambdaArn, ShortTextBytesMax, isJson),
            WasCut = !isJson,
        };
        return true;
    }

    private static bool TryScan(ReadOnlySpan<byte> text, ref ErrorMembers members, out int length)
    {
        length = 0;
        var scanner = new JsonScanner(text);
        if (!scanner.TrySkip((byte)'{'))
        {
            return false;
        }

        var isFirst = true;
        while (!scanner.TrySkip((byte)'}'))
        {
            if (!(isFirst || scanner.TrySkip((byte)',')) || !scanner.TryReadName(out var name, out _) || !scanner.TryReadValue(out var value))
            {
                return false;
            }

            members.Set(name, value is [(byte)'"', .., (byte)'"'] ? value[1..^1] : value);
            isFirst = false;
        }

        length = scanner.Place;
        return true;
    }

    private static void Cut(ReadOnlySpan<byte> text, ref ErrorMembers members)
    {
        // The true one stands at the very beginning, or behind all messages.
        var isFirst = text.StartsWith("{\"rawData\":\""u8);
        var start = isFirst ? text.IndexOf("\"rawData\":\""u8) : text.LastIndexOf("\"rawData\":\""u8);
        if (start < 0)
        {
            return;
        }

        var raw = text[(start + "\"rawData\":\""u8.Length)..];
        if (raw.IndexOf((byte)'"') is not (>= 0 and var end))
        {
            return; // The line is cut off.
        }

        members.SetRawData(raw[..end]);
        members.Code = TextBehind(text, "rrorCode\":\""u8);
        members.Message = MessageIn(text);
        members.Attempts = NumberBehind(text, "\"attemptsMade\":"u8);
        members.Arrived = NumberBehind(text, "\"arrivalTimestamp\":"u8);
        members.Ended = NumberBehind(text, "\"attemptEndingTimestamp\":"u8);
        var arn = TextBehind(text, "\"lambdaArn\":\""u8);
        members.LambdaArn = arn.IsEmpty ? TextBehind(text, "\"lambdaARN\":\""u8) : arn;
    }

    private static ReadOnlySpan<byte> TextBehind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var start = text.IndexOf(name);
        var value = start < 0 ? default : text[(start + name.Length)..];
        return value.IndexOf((byte)'"') is >= 0 and var end ? value[..end] : default;
    }

    private static ReadOnlySpan<byte> NumberBehind(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        var start = text.IndexOf(name);
        var value = start < 0 ? default : text[(start + name.Length)..].TrimStart(" \""u8);
        return value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var end ? value[..end] : value;
    }

    // Up to the member that stands behind a message in one order or the other.
    private static ReadOnlySpan<byte> MessageIn(ReadOnlySpan<byte> text)
    {
        var start = text.IndexOf("rrorMessage\":\""u8);
        if (start < 0)
        {
            return default;
        }

        var message = text[(start + "rrorMessage\":\""u8.Length)..];
        var end = message.LastIndexOf("\",\"attemptEndingTimestamp\""u8);
        end = end >= 0 ? end : message.LastIndexOf("\",\"attemptsMade\""u8);
        return end >= 0 ? message[..end] : message[..Math.Max(message.IndexOf((byte)'"'), 0)];
    }

    private bool TryDecode(ReadOnlySpan<byte> base64, bool isJson, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (isJson && base64.Contains((byte)'\\'))
        {
            base64 = Unescape(base64); // Some writers escape every '/'.
        }

        var most = Base64.GetMaxDecodedFromUtf8Length(base64.Length);
        Grow(ref _data, most);
        if (Base64.DecodeFromUtf8(base64, _data, out _, out var length) != OperationStatus.Done)
        {
            return false;
        }

        data = _data.AsMemory(0, length);
        return true;
    }

    private string ToText(ReadOnlySpan<byte> raw, int bytesMax, bool isJson)
    {
        var text = raw[..Math.Min(raw.Length, bytesMax)];
        return Encoding.UTF8.GetString(isJson && text.Contains((byte)'\\') ? Unescape(CutEscape(text)) : text);
    }

    // A text that was cut short may end within an escape, which is six bytes at most.
    private static ReadOnlySpan<byte> CutEscape(ReadOnlySpan<byte> text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = text[at] == '\\' ? JsonEscapes.LengthOf(text[at..]) : 1;
            if (length == 0 || at + length > text.Length)
            {
                return text[..at];
            }

            at += length;
        }

        return text;
    }

    private Span<byte> Unescape(ReadOnlySpan<byte> raw)
    {
        Grow(ref _text, raw.Length);
        return _text.AsSpan(0, JsonEscapes.Unescape(raw, _text));
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            buffer = new byte[Math.Max(length, Math.Min(buffer.Length * 2L, Array.MaxLength))];
        }
    }
}
