using Cistern.Operations;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary>One page of rows.</summary>
internal sealed record RowsQuestion(
    Signal Signal, Period Period, FilterNode Filter, IReadOnlyList<QueryField> Columns, bool Descending, int Limit, RowsCursor? Cursor)
{
    /// <summary>The columns that order rows before the tie break; they end the result, for the cursor.</summary>
    public static readonly string[] Key = ["time", "received", "delivery_id"];

    /// <summary>Rows of one delivery and time have an order too; whoever reads no second page does not need it.</summary>
    public bool HasTieBreak { get; init; } = true;

    private static readonly string[] Names = ["signal", "from", "to", "tz", "where", "order", "limit", "cursor", "columns"];

    public static QueryProblem? Read(IQueryCollection query, DateTimeOffset now, out RowsQuestion question) =>
        Read(query, now, Names, QueryBounds.PageDefault, QueryBounds.RowsMax, out question);

    /// <summary>Reads a question of an address that shares some of the parameters.</summary>
    /// <param name="names">Every parameter of the address.</param>
    public static QueryProblem? Read(IQueryCollection query, DateTimeOffset now, string[] names, int limitDefault, int limitMax, out RowsQuestion question)
    {
        var given = new QueryParameters(query);
        var (signal, period, columns, limit) = (Signals.All[0], default(Period)!, default(IReadOnlyList<QueryField>)!, 0);
        FilterNode filter = new AllOf([]);
        RowsCursor? cursor = null;
        var descending = given["order"] is null or "-time";
        var problem = QueryParameters.Check(query, names, ["columns"])
            ?? Signals.Find(given["signal"], out signal)
            ?? PeriodReader.Read(given["from"], given["to"], given["tz"], now, out period)
            ?? FilterParser.Parse(given["where"], signal, now, out filter)
            ?? ReadColumns(signal, given.List("columns"), out columns)
            ?? given.Number("limit", limitDefault, limitMax, out limit)
            ?? CheckOrder(given["order"])
            ?? ReadCursor(given["cursor"], descending, out cursor);
        question = new(signal, period, filter, columns, descending, limit, cursor);
        return problem;
    }

    /// <summary>The columns of an answer by their names; all that are stored if none is named.</summary>
    public static QueryProblem? ReadColumns(Signal signal, IReadOnlyList<string> names, out IReadOnlyList<QueryField> columns)
    {
        var fields = new List<QueryField>();
        columns = names.Count == 0 ? [.. signal.Fields.Where(field => !field.Computed)] : fields;
        foreach (var name in names)
        {
            if (!signal.TryField(name, out var field))
            {
                return new(QueryFault.NameUnknown, $"cannot show column '{name}': signal {signal.Name} has none of that name{Nearest.Hint(name, signal.Fields.Select(known => known.Name), "; /api/catalogue lists them")}");
            }

            fields.Add(field);
        }

        return null;
    }

    /// <summary>The statement of a stretch of the period.</summary>
    /// <param name="rows">The most rows that are wanted.</param>
    /// <param name="isFirst">The stretch begins at the cursor; others lie behind it.</param>
    public StoreQuery ToSql(SqlDialect dialect, QuestionLimits settings, TimeRange stretch, int rows, bool isFirst)
    {
        var scope = new SqlScope(dialect, Zones.Pieces(Period.Zone, stretch.From, stretch.To));
        var key = Key.Where(HasColumn).Select(scope.Column).ToArray();
        var selected = Columns.Select((field, place) => $"{field.Shown(scope)} AS c{place}").Concat(key);
        var order = key.Concat(HasTieBreak ? Signal.TieBreak.Select(name => Signal.FieldOf(name).Sql(scope)) : []).Select(column => $"{column}{(Descending ? " DESC" : "")} NULLS LAST");
        var where = $"{key[0]} >= {scope.Parameter(stretch.From)} AND {key[0]} < {scope.Parameter(stretch.To)} AND {new FilterSql(Signal, scope).Write(Filter)}{(isFirst ? After(scope, key) : "")}";
        var given = isFirst ? Cursor!.Given : 0;
        var sql = $"SELECT {string.Join(", ", selected)}\nFROM {scope.Column(Signal.Name)}\nWHERE {where}\nORDER BY {string.Join(", ", order)}\nLIMIT {rows} OFFSET {given}";
        return new(sql, scope.Parameters, [Signal.Name], stretch, QueryPool.Panels, new(settings.PanelTime, rows));
    }

    public bool HasColumn(string name) => Signal.TryField(name, out var field) && !field.Computed;

    // Not before the cursor's key, in the page's direction. The rows of that very key are skipped by the offset.
    private string After(SqlScope scope, string[] key)
    {
        object[] values = [Moments.FromMicroseconds(Cursor!.Time), Moments.FromMicroseconds(Cursor.Received), Cursor.DeliveryId];
        var beyond = Descending ? "<" : ">";
        var places = values.Take(key.Length).Select(scope.Parameter).ToArray();
        var text = $"{key[^1]} {beyond}= {places[^1]}";
        for (var level = key.Length - 2; level >= 0; level--)
        {
            text = $"({key[level]} {beyond} {places[level]} OR ({key[level]} = {places[level]} AND {text}))";
        }

        return $" AND {text}";
    }

    private static QueryProblem? CheckOrder(string? order) => order is null or "time" or "-time"
        ? null
        : new(QueryFault.ParameterInvalid, $"cannot order rows by '{order}': use time or -time, or /api/query to order groups");

    private static QueryProblem? ReadCursor(string? text, bool descending, out RowsCursor? cursor)
    {
        cursor = null;
        return text is null || RowsCursor.TryParse(text, descending, out cursor)
            ? null
            : new(QueryFault.CursorInvalid, "cannot use this cursor: it is not the 'cursor' of a page in the same order; start again without one");
    }
}
