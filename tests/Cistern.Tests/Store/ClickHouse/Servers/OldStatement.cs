using System.Globalization;
using System.Text.RegularExpressions;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Statements of production in the syntax of 2018.</summary>
internal static partial class OldStatement
{
    // A type as inserts and statements name it, and what has the same bytes.
    private static readonly (string Now, string Then)[] Types =
    [
        ("DateTime64(6, 'UTC')", "Int64"),
        ("Nullable(Bool)", "Nullable(UInt8)"),
        ("LowCardinality(String)", "String"),
        ("UInt128", "FixedString(16)"),
    ];

    /// <summary>The statement with its parameters in it; empty if there is nothing that an old server could do.</summary>
    public static string Of(string sql, IReadOnlyDictionary<string, string> query)
    {
        // Columns are there from the beginning, retention is not kept, and the views show maps.
        if (sql.StartsWith("ALTER TABLE", StringComparison.Ordinal) || sql.StartsWith("CREATE OR REPLACE VIEW", StringComparison.Ordinal))
        {
            return "";
        }

        var text = Parameter().Replace(sql, match => Literal(match.Groups["type"].Value, query[$"param_{match.Groups["name"].Value}"]));
        text = Call(text, "fromUnixTimestamp64Micro", argument => argument[..argument.LastIndexOf(',')]);
        text = Call(text, "toUInt128", argument => $"toFixedString(unhex('{Hex(argument.Trim('\''))}'), 16)");
        text = Call(text, "reinterpretAsUInt128", argument => $"toFixedString({argument}, 16)");
        text = OfATime().Replace(text, match => $"{match.Groups["function"].Value}(toDateTime(intDiv({match.Groups["column"].Value}, 1000000)))");
        text = text.Replace("GROUP BY 1", "GROUP BY toDate(toDateTime(intDiv(time, 1000000)))", StringComparison.Ordinal)
            .Replace(", comment FROM system.tables", ", '' AS comment FROM system.tables", StringComparison.Ordinal)
            .Replace("CREATE OR REPLACE TABLE", "CREATE TABLE IF NOT EXISTS", StringComparison.Ordinal);
        if (text.StartsWith("CREATE TABLE", StringComparison.Ordinal))
        {
            text = TableSettings().Replace(LeftOut().Replace(Codec().Replace(text, ""), ""), "").Replace(",\n)", "\n)", StringComparison.Ordinal);
        }

        return TypeThen(text)!;
    }

    /// <summary>The type that has the same bytes; null if there is none.</summary>
    public static string? TypeThen(string type) => type.StartsWith("Map(", StringComparison.Ordinal) ? null : Types.Aggregate(type, (changed, pair) => changed.Replace(pair.Now, pair.Then, StringComparison.Ordinal));

    /// <summary>What production would be told: which of its types a column stands for is seen by its name.</summary>
    public static string TypeNow(string type, string name) => name is "time" or "received" && type == "Int64" ? "DateTime64(6, 'UTC')" : type.Replace("FixedString(16)", "UInt128", StringComparison.Ordinal);

    // What travels as a parameter is escaped as TSV is, which a literal is too, but for the quote.
    private static string Literal(string type, string value) => type switch
    {
        "String" => $"'{value.Replace("'", "\\'", StringComparison.Ordinal)}'",
        _ when type.StartsWith("DateTime64", StringComparison.Ordinal) => ((DateTimeOffset.Parse($"{value}Z", CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture),
        _ => value,
    };

    // Every call of a function, by what its argument becomes.
    private static string Call(string text, string function, Func<string, string> replace)
    {
        for (var start = text.IndexOf($"{function}(", StringComparison.Ordinal); start >= 0; start = text.IndexOf($"{function}(", StringComparison.Ordinal))
        {
            var (open, end) = (start + function.Length, start + function.Length);
            for (var depth = 0; depth > 0 || end == open; end++)
            {
                depth += text[end] switch { '(' => 1, ')' => -1, _ => 0 };
            }

            text = $"{text[..start]}{replace(text[(open + 1)..(end - 1)])}{text[end..]}";
        }

        return text;
    }

    private static string Hex(string digits)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, UInt128.Parse(digits, CultureInfo.InvariantCulture));
        return Convert.ToHexString(bytes);
    }

    [GeneratedRegex(@"\{(?<name>\w+):(?<type>(?:[^{}'()]|\([^)]*\))+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\b(?<function>toStartOfHour|toDate)\((?<column>time|received)\)")]
    private static partial Regex OfATime();

    [GeneratedRegex(@" CODEC\((?:[^()]|\([^()]*\))*\)")]
    private static partial Regex Codec();

    // A line each.
    [GeneratedRegex(@"\n(?:  INDEX |[^\n]* Map\()[^\n]*")]
    private static partial Regex LeftOut();

    [GeneratedRegex(@"(?:\nTTL [^\n]*)?\nSETTINGS .*$", RegexOptions.Singleline)]
    private static partial Regex TableSettings();
}
