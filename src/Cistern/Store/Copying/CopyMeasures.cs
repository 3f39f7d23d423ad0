using Cistern.Formats.Columns;

namespace Cistern.Store.Copying;

/// <summary>Which two sums of a table are compared besides the rows, and how each engine computes them.</summary>
/// <param name="First">The name of the first sum, for people.</param>
/// <param name="Second">The name of the second sum; empty if there is one only.</param>
/// <param name="FirstTerm">What is added up of a row, in SQL that both engines understand but for <c>{bytes}</c>, the length of a text or blob.</param>
/// <param name="SecondTerm">The same of the second sum.</param>
internal sealed record CopyMeasures(string First, string Second, string FirstTerm, string SecondTerm)
{
    private static readonly Dictionary<string, CopyMeasures> ByTable = new(StringComparer.Ordinal)
    {
        ["requests"] = new("bytes_sent", "weight", "bytes_sent", "coalesce(weight, 1)"),
        ["logs"] = new("bytes of message", "", "{bytes}(message)", "0"),
        ["metrics"] = new("count", "sum", "\"count\"", "\"sum\""),
        ["rejects"] = new("bytes of data", "", "{bytes}(data)", "0"),
        ["deliveries"] = new("rows", "bytes", "\"rows\"", "\"bytes\""),
        ["events"] = new("count", "", "\"count\"", "0"),
    };

    // A day is rounded down also before 1970, where whole numbers are divided towards zero.
    private const string MicrosOfDay = "86400000000";

    public static CopyMeasures Of(TableSchema table) => ByTable[table.Name];

    /// <summary>The expressions of a group and its totals for the embedded store's engine.</summary>
    public static string OfSource(TableSchema table) => Of(table).Select(table, "epoch_us({0})", "//", "DOUBLE", table.Name == "rejects" ? "octet_length" : "strlen");

    /// <summary>The same for ClickHouse.</summary>
    public static string OfTarget(TableSchema table) => Of(table).Select(table, "toUnixTimestamp64Micro({0})", "DIV", "Float64", "length");

    private string Select(TableSchema table, string micros, string divide, string number, string bytes)
    {
        var (received, time) = (micros.Replace("{0}", "received", StringComparison.Ordinal), micros.Replace("{0}", "\"time\"", StringComparison.Ordinal));
        string Sum(string term) => $"coalesce(sum(CAST({term.Replace("{bytes}", bytes, StringComparison.Ordinal)} AS {(number == "DOUBLE" ? number : $"Nullable({number})")})), 0)";
        return $"{received} AS arrived, stream, {IdOf(table)} AS id, ({time} - CASE WHEN {time} < 0 THEN {MicrosOfDay} - 1 ELSE 0 END) {divide} {MicrosOfDay} AS day, count(*) AS number, {Sum(FirstTerm)} AS sum_1, {Sum(SecondTerm)} AS sum_2";
    }

    /// <summary>The column that tells groups of one moment and stream apart.</summary>
    public static string IdOf(TableSchema table) => table.TryPlaceOf("delivery_id", out _) ? "delivery_id" : "\"key\"";
}
