using System.Globalization;
using System.Text;

namespace Cistern.Store.ClickHouse.Http;

/// <summary>Values of a statement as ClickHouse takes them: the type that stands in the statement, and the text that stands in the request (its escaped TSV).</summary>
internal static class ClickHouseValues
{
    /// <summary>No parameters, or no settings.</summary>
    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The type of a parameter, such as <c>Int64</c> in <c>{p1:Int64}</c>.</summary>
    /// <exception cref="ArgumentException">No parameter of ours is of that kind.</exception>
    public static string TypeOf(object? value) => value switch
    {
        null => "Nullable(String)",
        bool => "Bool",
        int => "Int32",
        long => "Int64",
        double => "Float64",
        string => "String",
        DateTimeOffset => "DateTime64(6,'UTC')",
        _ => throw new ArgumentException($"a parameter cannot be a {value.GetType().Name}", nameof(value)),
    };

    public static string TextOf(object? value) => value switch
    {
        null => "\\N",
        bool truth => truth ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        long number => number.ToString(CultureInfo.InvariantCulture),
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        double number => double.IsNaN(number) ? "nan" : number.ToString("R", CultureInfo.InvariantCulture),
        string text => Escape(text),
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => throw new ArgumentException($"a parameter cannot be a {value.GetType().Name}", nameof(value)),
    };

    // A parameter is read as a field of TSV: what would end it, or begin an escape, is escaped.
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\\' => escaped.Append("\\\\"),
                '\t' => escaped.Append("\\t"),
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\0' => escaped.Append("\\0"),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }
}
