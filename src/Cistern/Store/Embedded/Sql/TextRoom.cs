using System.Collections.Frozen;
using System.Text.Json;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Embedded.Sql;

/// <summary>Finds how long the texts may be that a statement reads, so that what it makes of them stays within its memory.</summary>
/// <param name="rowBytes">What its expressions may hold for each row of a step.</param>
internal sealed class TextRoom(double rowBytes)
{
    // Below this a statement would fail on any path; it is refused, whatever the store holds.
    private const double ShortestBytes = 128;

    // No value is as long: a delivery is smaller.
    private const double AnyBytes = 1L << 32;

    // To find which columns matter takes a walk for each; of a larger statement, all of them do.
    private const int TreeCharactersMax = 200_000;

    private const int StepsOfHalf = 64;

    // A URL, a header, a message or bytes that could not be read; names, addresses and ids are shorter, and shall not take the room of those.
    private static readonly FrozenSet<string> s_long = FrozenSet.Create(
        "path", "query", "user_agent", "referer", "x_forwarded_for", "cs_cookie", "cs_accept", "cs_headers", "cs_header_names", "viewer_request_log_data",
        "viewer_response_log_data", "message", "fields", "data", "reason", "attributes");

    private static readonly double[] s_lengths =
        [.. Enumerable.Range(0, (13 * StepsOfHalf) + 1).Select(step => Math.Floor((1 << 20) * Math.Pow(2, -step / (double)StepsOfHalf)))];

    /// <summary>Null if no length is short enough.</summary>
    public TextBound? Find(JsonElement statement, IReadOnlyCollection<string> tables)
    {
        if (Fits(statement, (_, _) => AnyBytes))
        {
            return new(FrozenDictionary<string, long>.Empty, IsLarge(statement, AnyBytes));
        }

        if (!Fits(statement, (_, column) => Share(column, ShortestBytes)))
        {
            return null;
        }

        var length = Longest(statement);
        var all = statement.GetRawText().Length > TreeCharactersMax;
        var columns = Tables.All.Where(table => tables.Contains(table.Name))
            .SelectMany(table => UserColumns.Of(table).Where(HoldsText).Select(column => (Table: table.Name, Column: column)))
            .Where(found => all || !FitsWithAny(statement, length, found.Table, found.Column))
            .ToFrozenDictionary(found => $"{found.Table}.{found.Column.Name}", found => (long)Share(found.Column, length));
        return new(columns, IsLarge(statement, length));
    }

    private static double Share(ColumnSpec column, double length) => s_long.Contains(column.Name) ? length : Math.Min(length, Math.Max(2 * ShortestBytes, length / 8));

    // The lengths get shorter; so does what is made of them.
    private double Longest(JsonElement statement)
    {
        var (low, high) = (0, s_lengths.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Fits(statement, (_, column) => Share(column, s_lengths[middle])) ? (low, middle) : (middle + 1, high);
        }

        return s_lengths[low];
    }

    // A column that is only counted, compared or cut may be of any length.
    private bool FitsWithAny(JsonElement statement, double length, string table, ColumnSpec column) =>
        Fits(statement, (otherTable, other) => otherTable == table && other.Name == column.Name ? AnyBytes : Share(other, length));

    private bool Fits(JsonElement statement, Func<string, ColumnSpec, double> bytes) => new TextEstimate(bytes).BytesOf(statement) <= rowBytes;

    private bool IsLarge(JsonElement statement, double length) => new TextEstimate((_, column) => Share(column, length)).BytesOf(statement) > rowBytes / 8;

    private static bool HoldsText(ColumnSpec column) => column.Type is ColumnType.Text or ColumnType.Blob or ColumnType.TextMap or ColumnType.DoubleMap;
}
