using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Cistern.Operations;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>GET /api/facets</c>: the most frequent values of fields, with counts.</summary>
internal sealed class FacetsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    // More would be quicker still, but all their values are held in memory at once.
    private const int FieldsOfStatement = 8;

    private static readonly string[] Names = ["signal", "field", "from", "to", "tz", "where", "limit"];

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        if (Read(context.Request.Query, time.GetUtcNow(), out var question) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var (started, rowsRead, classified) = (Stopwatch.GetTimestamp(), 0L, default(Classified));
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("facets"u8);
        foreach (var fields in question.Fields.Chunk(FieldsOfStatement))
        {
            using var result = await store.QueryAsync(ToSql(question, fields), context.RequestAborted);
            Write(body, fields, result);
            (rowsRead, classified) = (Math.Max(rowsRead, result.SnapshotRows), classified + result.Classified);
        }

        body.Writer.WriteEndArray();
        body.BeginMeta(store.Traits, rowsRead, Stopwatch.GetElapsedTime(started), question.Period, classified);
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static QueryProblem? Read(IQueryCollection query, DateTimeOffset now, out FacetQuestion question)
    {
        var given = new QueryParameters(query);
        var (signal, period, limit) = (Signals.All[0], default(Period)!, 0);
        FilterNode filter = new AllOf([]);
        var fields = new List<QueryField>();
        var problem = QueryParameters.Check(query, Names, ["field"])
            ?? Signals.Find(given["signal"], out signal)
            ?? PeriodReader.Read(given["from"], given["to"], given["tz"], now, out period)
            ?? FilterParser.Parse(given["where"], signal, now, out filter)
            ?? ReadFields(signal, given.List("field"), fields)
            ?? given.Number("limit", QueryBounds.FacetValuesDefault, QueryBounds.FacetValuesMax, out limit);
        question = new(signal, period, filter, fields, limit);
        return problem;
    }

    private static QueryProblem? ReadFields(Signal signal, IReadOnlyList<string> names, List<QueryField> fields)
    {
        if (names.Count is 0 or > QueryBounds.NamesMax)
        {
            return new(QueryFault.ParameterInvalid, $"cannot count the values of {names.Count} fields: name 1 to {QueryBounds.NamesMax} as field=status&field=host");
        }

        foreach (var name in names)
        {
            if (!signal.TryField(name, out var field) || !field.IsDimension)
            {
                var known = signal.Fields.Where(candidate => candidate.IsDimension).Select(candidate => candidate.Name);
                return new(QueryFault.NameUnknown, $"cannot count the values of '{name}': signal {signal.Name} has no dimension of that name{Nearest.Hint(name, known, "; /api/catalogue lists them")}");
            }

            fields.Add(field);
        }

        return null;
    }

    // The values of several fields are counted in one pass over the rows. Each row of the result belongs to one field: the others are NULL in it.
    private StoreQuery ToSql(FacetQuestion question, QueryField[] fields)
    {
        var (signal, period) = (question.Signal, question.Period);
        var scope = new SqlScope(store.Dialect, Zones.Pieces(period.Zone, period.From, period.To));
        var values = fields.Select((field, place) => $"{field.Sql(scope)} AS v{place}");
        var names = Enumerable.Range(0, fields.Length).Select(place => $"v{place}").ToArray();
        var all = string.Join(", ", names);
        var where = $"{scope.Column("time")} >= {scope.Parameter(period.From)} AND {scope.Column("time")} < {scope.Parameter(period.To)} AND {new FilterSql(signal, scope).Write(question.Filter)}";

        // The measure's columns keep their names, so that its SQL holds over the inner SELECT.
        var picked = $"SELECT {string.Join(", ", values.Concat(signal.MeasuredColumns.Select(scope.Column)))} FROM {scope.Column(signal.Name)} WHERE {where}";
        var counted = $"SELECT {all}, GROUPING({all}) AS field, {signal.Measures[0].Sql(store.Dialect)} AS n\nFROM ({picked}) AS picked\nGROUP BY GROUPING SETS ({string.Join(", ", names.Select(name => $"({name})"))})";
        var ranked = $"SELECT *, row_number() OVER (PARTITION BY field ORDER BY n DESC, {all}) AS place FROM ({counted}) AS counted";
        var sql = $"SELECT {all}, field, n FROM ({ranked}) AS ranked WHERE place <= {question.Limit} ORDER BY field, place";
        return new(sql, scope.Parameters, [signal.Name], period.Range, QueryPool.Panels, new(settings.PanelTime, (long)question.Limit * fields.Length));
    }

    private static void Write(AnswerBody body, QueryField[] fields, IQueryResult result)
    {
        var more = result.Read();
        for (var place = 0; place < fields.Length; place++)
        {
            body.Writer.WriteStartObject();
            body.Writer.WriteString("field"u8, fields[place].Name);
            body.Writer.WriteString("type"u8, CatalogueNames.Of(fields[place].Kind));
            body.Writer.WriteStartArray("values"u8);
            for (; more && FieldOf(result, fields.Length) == place; more = result.Read())
            {
                WriteValue(body, result[place], result[fields.Length + 1]);
            }

            body.Writer.WriteEndArray();
            body.Writer.WriteEndObject();
        }
    }

    // GROUPING has a bit for each field, the first the highest; only that of the field that the row counts is 0.
    private static int FieldOf(IQueryResult result, int fields)
    {
        var grouped = ~Convert.ToInt64(result[fields], CultureInfo.InvariantCulture) & ((1L << fields) - 1);
        return fields - 1 - BitOperations.Log2((ulong)grouped);
    }

    private static void WriteValue(AnswerBody body, object? value, object? count)
    {
        body.Writer.WriteStartObject();
        body.Writer.WritePropertyName("value"u8);
        JsonValues.Write(body.Writer, value);
        body.Writer.WritePropertyName("count"u8);
        JsonValues.Write(body.Writer, count);
        body.Writer.WriteEndObject();
    }

    private sealed record FacetQuestion(Signal Signal, Period Period, FilterNode Filter, IReadOnlyList<QueryField> Fields, int Limit);
}
