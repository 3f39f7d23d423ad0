using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Formats.Text;

namespace Cistern.Transform;

/// <summary>Writes a line as JSON on one line, with <c>"type":"error"</c> if it is one. Values that the log left out are left out.</summary>
internal sealed class EntryWriter(Output output)
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private byte[] _text = new byte[2048];

    public void Write(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, bool isSuspect, LineFields fields, bool isError, IBufferWriter<byte> target)
    {
        using var json = new Utf8JsonWriter(target, Options);
        json.WriteStartObject();
        if (output == Output.Entries)
        {
            WriteEntry(json, line, ends, fields);
        }
        else
        {
            WriteAll(json, line, ends, isSuspect, fields);
        }

        if (isError)
        {
            json.WriteString("type"u8, "error"u8);
        }

        json.WriteEndObject();
    }

    // Values stay percent-encoded, as CloudFront's own JSON has them.
    private static void WriteAll(Utf8JsonWriter json, ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, bool isSuspect, LineFields fields)
    {
        var listed = fields.Plan.Fields;
        for (var place = 0; place < listed.Length; place++)
        {
            var value = ValueOf(line, ends, place);
            if (!IsLeftOut(value))
            {
                json.WritePropertyName(listed[place].NameUtf8);
                WriteText(json, value, isSuspect);
            }
        }
    }

    private void WriteEntry(Utf8JsonWriter json, ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, LineFields fields)
    {
        foreach (var (name, place) in fields.EntryPlaces)
        {
            var value = place < 0 ? default : ValueOf(line, ends, place);
            if (name == "query_params" && IsLeftOut(value) && fields.StemPlace >= 0)
            {
                value = QueryOf(ValueOf(line, ends, fields.StemPlace)); // In real-time logs the stem has the query too.
            }

            if (!IsLeftOut(value))
            {
                json.WritePropertyName(name);
                WriteValue(json, name, value);
            }
        }
    }

    private void WriteValue(Utf8JsonWriter json, string name, ReadOnlySpan<byte> value)
    {
        switch (name)
        {
            case "timestamp" or "ip" or "method":
                WriteText(json, value, isSuspect: true);
                break;
            case "status" or "bytes_sent" when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                json.WriteNumberValue(number);
                break;
            case "pathname":
                WriteDecoded(json, PathOf(value));
                break;
            default:
                WriteDecoded(json, value);
                break;
        }
    }

    private void WriteDecoded(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (_text.Length < value.Length)
        {
            _text = new byte[value.Length * 2];
        }

        var length = PercentDecoding.Decode(value, _text, out _);
        WriteText(json, _text.AsSpan(0, length), isSuspect: true);
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text, bool isSuspect)
    {
        if (isSuspect && !Ascii.IsValid(text))
        {
            json.WriteStringValue(Encoding.UTF8.GetString(text)); // Bytes that are no text become U+FFFD; the writer would throw.
        }
        else
        {
            json.WriteStringValue(text);
        }
    }

    private static ReadOnlySpan<byte> PathOf(ReadOnlySpan<byte> stem) => stem.IndexOf((byte)'?') is var query and >= 0 ? stem[..query] : stem;

    private static ReadOnlySpan<byte> QueryOf(ReadOnlySpan<byte> stem) => stem.IndexOf((byte)'?') is var query and >= 0 ? stem[(query + 1)..] : default;

    private static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, int place) => line[(place == 0 ? 0 : ends[place - 1] + 1)..ends[place]];

    private static bool IsLeftOut(ReadOnlySpan<byte> value) => value is [] or [(byte)'-'];
}
