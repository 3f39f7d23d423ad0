using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Formats.Text;

namespace Cistern.Formats.MetricStreams;

/// <summary>One value of an attribute: of several in one message the last counts, as protobuf has it.</summary>
internal readonly ref struct OtlpValue
{
    private readonly int _field;
    private readonly ulong _number;
    private readonly ReadOnlySpan<byte> _bytes;

    public OtlpValue(ReadOnlySpan<byte> message)
    {
        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (fields.Type == TypeOf(fields.Field))
            {
                (_field, _number) = (fields.Field, fields.Number);
                _bytes = fields.Type == WireType.Bytes ? fields.Bytes : default;
            }
        }
    }

    /// <summary>The value is a list of keys and values: this message.</summary>
    public bool IsList(out ReadOnlySpan<byte> list)
    {
        list = _bytes;
        return _field == OtlpFields.ValueList;
    }

    /// <summary>The value as text. AWS sends texts only; another kind is written as JSON writes it, bytes as base64.</summary>
    public ReadOnlySpan<byte> Text() => _field is OtlpFields.ValueString or 0 ? _bytes : Write();

    private static WireType TypeOf(int field) => field switch
    {
        OtlpFields.ValueString or OtlpFields.ValueArray or OtlpFields.ValueList or OtlpFields.ValueBytes => WireType.Bytes,
        OtlpFields.ValueBoolean or OtlpFields.ValueInteger => WireType.Varint,
        OtlpFields.ValueDouble => WireType.Fixed64,
        _ => (WireType)(-1),
    };

    private byte[] Write() => _field switch
    {
        OtlpFields.ValueBoolean => _number == 0 ? "false"u8.ToArray() : "true"u8.ToArray(),
        OtlpFields.ValueInteger => Ascii(((long)_number).ToString(CultureInfo.InvariantCulture)),
        OtlpFields.ValueDouble => Ascii(BitConverter.UInt64BitsToDouble(_number).ToString("R", CultureInfo.InvariantCulture)),
        OtlpFields.ValueBytes => Ascii(Convert.ToBase64String(_bytes)),
        _ => WriteNested(),
    };

    private byte[] WriteNested()
    {
        var target = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
        {
            WriteTo(json);
        }

        return target.WrittenSpan.ToArray();
    }

    private void WriteTo(Utf8JsonWriter json)
    {
        switch (_field)
        {
            case OtlpFields.ValueArray:
                json.WriteStartArray();
                WriteItems(json, isList: false);
                json.WriteEndArray();
                break;
            case OtlpFields.ValueList:
                json.WriteStartObject();
                WriteItems(json, isList: true);
                json.WriteEndObject();
                break;
            case OtlpFields.ValueBoolean or OtlpFields.ValueInteger:
                json.WriteRawValue(Text(), skipInputValidation: true);
                break;
            case OtlpFields.ValueDouble when double.IsFinite(BitConverter.UInt64BitsToDouble(_number)):
                json.WriteRawValue(Text(), skipInputValidation: true);
                break;
            case 0:
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(Repaired(Text()));
                break;
        }
    }

    private void WriteItems(Utf8JsonWriter json, bool isList)
    {
        var fields = new WireReader(_bytes);
        while (fields.Next())
        {
            if (!fields.IsBytes(OtlpFields.ListValues))
            {
                continue;
            }

            var pair = isList ? new OtlpPair(fields.Bytes) : new OtlpPair(default, fields.Bytes);
            if (isList)
            {
                json.WritePropertyName(Repaired(pair.Key));
            }

            new OtlpValue(pair.Value).WriteTo(json);
        }
    }

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static ReadOnlySpan<byte> Repaired(ReadOnlySpan<byte> text)
    {
        var target = new byte[text.Length * Utf8Text.GrowthMax];
        return target.AsSpan(0, Utf8Text.Repair(text, target));
    }
}

/// <summary>A key and the bytes of its value: KeyValue, and StringKeyValue of 0.7.</summary>
internal readonly ref struct OtlpPair
{
    public OtlpPair(ReadOnlySpan<byte> message)
    {
        var fields = new WireReader(message);
        while (fields.Next())
        {
            if (fields.IsBytes(OtlpFields.PairKey))
            {
                Key = fields.Bytes;
            }
            else if (fields.IsBytes(OtlpFields.PairValue))
            {
                Value = fields.Bytes;
            }
        }
    }

    public OtlpPair(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Key = key;
        Value = value;
    }

    public ReadOnlySpan<byte> Key { get; }

    public ReadOnlySpan<byte> Value { get; }
}
