using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Cistern.Query.Api;

/// <summary>How a value of the store is written in JSON: integers beyond 2^53 as text, NaN as null, times in ISO 8601, bytes in base64.</summary>
internal static class JsonValues
{
    // The largest whole number below which a double, and so JavaScript, knows every one.
    private const long SafeMax = 1L << 53;

    public static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case bool truth: writer.WriteBooleanValue(truth); break;
            case string text: writer.WriteStringValue(text); break;
            case double number: WriteNumber(writer, number); break;
            case float number: WriteNumber(writer, number); break;
            case decimal number: writer.WriteNumberValue(number); break;
            case int whole: writer.WriteNumberValue(whole); break;
            case long whole: WriteWhole(writer, whole); break;
            case Int128 whole: WriteWhole(writer, whole); break;
            case BigInteger whole: WriteWhole(writer, whole); break;
            case DateTimeOffset moment: writer.WriteStringValue(Time(moment)); break;
            case byte[] bytes: writer.WriteBase64StringValue(bytes); break;
            case IReadOnlyList<KeyValuePair<string, object?>> map: WriteMap(writer, map); break;
            case IReadOnlyList<object?> list: WriteList(writer, list); break;
            default: writer.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }

    /// <summary>ISO 8601 in UTC: milliseconds always, microseconds where there are any.</summary>
    public static string Time(DateTimeOffset moment) => moment.UtcDateTime.ToString(
        moment.UtcTicks % TimeSpan.TicksPerMillisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss.fff'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteNullValue();
        }
    }

    private static void WriteWhole(Utf8JsonWriter writer, BigInteger whole)
    {
        if (BigInteger.Abs(whole) <= SafeMax)
        {
            writer.WriteNumberValue((long)whole);
        }
        else
        {
            writer.WriteStringValue(whole.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteMap(Utf8JsonWriter writer, IReadOnlyList<KeyValuePair<string, object?>> map)
    {
        writer.WriteStartObject();
        foreach (var (key, value) in map)
        {
            writer.WritePropertyName(key);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, IReadOnlyList<object?> list)
    {
        writer.WriteStartArray();
        foreach (var value in list)
        {
            Write(writer, value);
        }

        writer.WriteEndArray();
    }
}
