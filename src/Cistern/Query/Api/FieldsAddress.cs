using System.Diagnostics;
using System.Globalization;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>GET /api/fields</c>: the keys of the signal's maps among the newest rows that a filter lets through.</summary>
internal sealed class FieldsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    // Keys are free: rows whose keys are all different must not fill the memory. Those of the newest rows are known then.
    private const int KeysMax = 10_000;

    private static readonly string[] Names = ["signal", "from", "to", "where", "q", "limit"];

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        if (Read(context.Request.Query, time.GetUtcNow(), out var rows, out var words, out var limit) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var (started, keys) = (Stopwatch.GetTimestamp(), new Dictionary<string, Key>(StringComparer.Ordinal));
        var page = rows.Columns.Count == 0
            ? new RowsPage(0, null, 0)
            : await new RowsPages(store, settings).ReadAsync(rows, row => Count(rows.Columns, row, keys), context.RequestAborted);
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("fields"u8);
        var wanted = keys.Where(key => key.Key.Contains(words, StringComparison.OrdinalIgnoreCase));
        foreach (var (name, key) in wanted.OrderByDescending(key => key.Value.Rows).ThenBy(key => key.Key, StringComparer.Ordinal).Take(limit))
        {
            body.Writer.WriteStartObject();
            body.Writer.WriteString("name"u8, name);
            body.Writer.WriteNumber("rows"u8, key.Rows);
            body.Writer.WriteBoolean("number"u8, key.IsNumber);
            body.Writer.WriteEndObject();
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteNumber("rows"u8, page.Rows);
        body.BeginMeta(store.Traits, page.SnapshotRows, Stopwatch.GetElapsedTime(started), rows.Period, page.Classified);
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static QueryProblem? Read(IQueryCollection query, DateTimeOffset now, out RowsQuestion rows, out string words, out int limit)
    {
        var given = new QueryParameters(query);
        var (signal, period) = (Signals.All[0], default(Period)!);
        FilterNode filter = new AllOf([]);
        (words, limit) = (given["q"] ?? "", 0);
        var problem = QueryParameters.Check(query, Names, [])
            ?? Signals.Find(given["signal"], out signal)
            ?? PeriodReader.Read(given["from"], given["to"], tz: null, now, out period)
            ?? FilterParser.Parse(given["where"], signal, now, out filter)
            ?? given.Number("limit", QueryBounds.LimitDefault, QueryBounds.FacetValuesMax, out limit);
        QueryField[] maps = [.. (signal ?? Signals.All[0]).Fields.Where(field => field.IsMap)];
        rows = new(signal!, period, filter, maps, Descending: true, QueryBounds.FieldRowsMax, Cursor: null) { HasTieBreak = false };
        return problem;
    }

    private static bool Count(IReadOnlyList<QueryField> maps, IQueryResult row, Dictionary<string, Key> keys)
    {
        for (var place = 0; place < maps.Count; place++)
        {
            foreach (var (key, value) in row[place] as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
            {
                Count($"{maps[place].Name}.{key}", value, keys);
            }
        }

        return true;
    }

    private static void Count(string name, object? value, Dictionary<string, Key> keys)
    {
        if (!keys.TryGetValue(name, out var key))
        {
            if (keys.Count == KeysMax)
            {
                return;
            }

            keys[name] = key = new Key();
        }

        key.Rows++;
        key.IsNumber &= value is double || (value is string text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number));
    }

    private sealed class Key
    {
        public long Rows { get; set; }

        /// <summary>Every value that was seen is a number.</summary>
        public bool IsNumber { get; set; } = true;
    }
}
