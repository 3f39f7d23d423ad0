using System.Diagnostics;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>GET /api/facets</c>: the most frequent values of fields, with counts.</summary>
internal sealed class FacetsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    private static readonly DuckDbDialect Dialect = new();
    private static readonly string[] Names = ["signal", "field", "from", "to", "tz", "where", "limit"];

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        if (Read(context.Request.Query, time.GetUtcNow(), out var question) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var (started, rowsRead) = (Stopwatch.GetTimestamp(), 0L);
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("facets"u8);
        foreach (var field in question.Fields)
        {
            using var result = await store.QueryAsync(ToSql(question, field), context.RequestAborted);
            Write(body, field, result);
            rowsRead = Math.Max(rowsRead, result.SnapshotRows);
        }

        body.Writer.WriteEndArray();
        body.BeginMeta(rowsRead, Stopwatch.GetElapsedTime(started), question.Period);
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

    private StoreQuery ToSql(FacetQuestion question, QueryField field)
    {
        var (signal, period) = (question.Signal, question.Period);
        var scope = new SqlScope(Dialect, Zones.Pieces(period.Zone, period.From, period.To));
        var sql = $"SELECT {field.Sql(scope)} AS v, {signal.Measures[0].Sql(Dialect)} AS n\nFROM {scope.Column(signal.Name)}\n"
            + $"WHERE {scope.Column("time")} >= {scope.Parameter(period.From)} AND {scope.Column("time")} < {scope.Parameter(period.To)} AND {new FilterSql(signal, scope).Write(question.Filter)}\n"
            + $"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {question.Limit}";
        return new(sql, scope.Parameters, [signal.Name], period.Range, QueryPool.Panels, new(settings.PanelTime, question.Limit));
    }

    private static void Write(AnswerBody body, QueryField field, IQueryResult result)
    {
        body.Writer.WriteStartObject();
        body.Writer.WriteString("field"u8, field.Name);
        body.Writer.WriteString("type"u8, CatalogueNames.Of(field.Kind));
        body.Writer.WriteStartArray("values"u8);
        while (result.Read())
        {
            body.Writer.WriteStartObject();
            body.Writer.WritePropertyName("value"u8);
            JsonValues.Write(body.Writer, result[0]);
            body.Writer.WritePropertyName("count"u8);
            JsonValues.Write(body.Writer, result[1]);
            body.Writer.WriteEndObject();
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteEndObject();
    }

    private sealed record FacetQuestion(Signal Signal, Period Period, FilterNode Filter, IReadOnlyList<QueryField> Fields, int Limit);
}
