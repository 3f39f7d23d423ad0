using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Query.Api;

/// <summary>Values as CSV writes them (RFC 4180).</summary>
internal static class CsvText
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteLine(IBufferWriter<byte> buffer, IEnumerable<string> fields)
    {
        Encoding.UTF8.GetBytes(string.Join(',', fields), buffer);
        buffer.Write("\r\n"u8);
    }

    /// <summary>A value as a field. NULL is nothing at all, the empty text a pair of quotes: the only way that CSV has to tell them apart.</summary>
    /// <param name="guarded">A text that a spreadsheet would run as a formula gets an apostrophe in front.</param>
    public static string Field(object? value, bool guarded) => value switch
    {
        null => "",
        string text => Quoted(guarded ? Guarded(text) : text),
        double number when !double.IsFinite(number) => "",
        bool truth => truth ? "true" : "false",
        DateTimeOffset moment => JsonValues.Time(moment),
        byte[] bytes => guarded ? Guarded(Convert.ToBase64String(bytes)) : Convert.ToBase64String(bytes),
        IReadOnlyList<object?> or IReadOnlyList<KeyValuePair<string, object?>> => Quoted(JsonText(value)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(value.ToString() ?? ""),
    };

    private static string Guarded(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{text}" : text;

    private static string Quoted(string text) => text.Length > 0 && text.AsSpan().IndexOfAny("\",\r\n") < 0
        ? text
        : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string JsonText(object value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, Relaxed);
        JsonValues.Write(writer, value);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
