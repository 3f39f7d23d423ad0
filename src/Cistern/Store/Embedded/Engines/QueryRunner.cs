using Cistern.DuckDb;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded.Engines;

/// <summary>Runs queries of one pool: a few at once, each over a snapshot, each with a limit on time.</summary>
internal sealed class QueryRunner(Engine engine, ScanRegistry scans, StoreTables tables, RuleStore rules, int concurrency, MemoryWatch? watch = null) : IDisposable
{
    private const string OutOfMemory = "the query needs more memory than it may take; group by less, or ask for a shorter time";

    private readonly SemaphoreSlim _slots = new(concurrency);

    // Each may take what a statement may; so that all together do not take a multiple, one at a time.
    private readonly SemaphoreSlim _large = new(1);

    public async Task<IQueryResult> RunAsync(StoreQuery query, CancellationToken cancel)
    {
        var run = new QueryRun(query.Limits, cancel);
        try
        {
            if (query.Texts is { IsLarge: true })
            {
                await _large.WaitAsync(run.Token);
                run.OnEnd(() => _large.Release());
            }

            await _slots.WaitAsync(run.Token);
            run.OnEnd(() => _slots.Release());
            return await Task.Run(() => Start(query, run), run.Token);
        }
        catch (Exception error)
        {
            run.Dispose();
            throw Translate(error, run, engine);
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _large.Dispose();
    }

    /// <summary>The reason that a caller can act on.</summary>
    public static StoreQueryException Translate(Exception error, QueryRun run, Engine engine)
    {
        switch (error)
        {
            case StoreQueryException translated:
                return translated;
            case OperationCanceledException or DuckDbException { Kind: DuckDbErrorKind.Interrupt } when run.TookTooMuchMemory:
                return new(StoreQueryFault.OutOfMemory, OutOfMemory, error);
            case OperationCanceledException or DuckDbException { Kind: DuckDbErrorKind.Interrupt }:
                return run.TimedOut
                    ? new(StoreQueryFault.TimedOut, $"the query ran longer than {run.Limits.Time.TotalSeconds:0.#} s; ask for less time or fewer columns", error)
                    : new(StoreQueryFault.Canceled, "the query was canceled", error);
            case DuckDbException { Kind: DuckDbErrorKind.OutOfMemory }:
                return new(StoreQueryFault.OutOfMemory, OutOfMemory, error);
            case DuckDbException failure when failure.Message.IndexOf(TableSql.TooLong, StringComparison.Ordinal) is >= 0 and var place:
                return new(StoreQueryFault.OutOfMemory, failure.Message[(place + TableSql.TooLong.Length)..], failure);
            case DuckDbException failure:
                engine.Check();
                return new(StoreQueryFault.Invalid, failure.Message, failure);
            default:
                return new(StoreQueryFault.Unavailable, $"the query engine failed: {error.Message}", error);
        }
    }

    private EmbeddedResult Start(StoreQuery query, QueryRun run)
    {
        var connection = run.Keep(engine.Connect());
        run.InterruptOnCancel(connection);
        watch?.Watch(run);
        var schemas = Tables.All.Where(table => query.Tables.Contains(table.Name)).ToArray();
        Snapshot[] snapshots = [.. tables.Snapshot(schemas, query.Range, query.ReceivedSince).Select(run.Keep)];
        foreach (var snapshot in snapshots)
        {
            CreateView(connection, snapshot, run, query.Texts);
        }

        var statement = run.Keep(connection.Prepare(query.Sql));
        RefuseWhatIsNoQuery(statement);
        Bind(statement, query.Parameters);
        var result = run.Keep(statement.Execute(streaming: true, run.Token));
        var requests = snapshots.FirstOrDefault(snapshot => snapshot.Schema == Tables.Requests);
        return new EmbeddedResult(result, snapshots.Sum(snapshot => snapshot.Rows), run, engine) { Classified = requests?.ClassifiedBy(rules.Current.Version.Number) ?? default };
    }

    private void CreateView(DuckDbConnection connection, Snapshot snapshot, QueryRun run, TextBound? texts)
    {
        var number = scans.Add(new HotScan(snapshot.Schema, snapshot.Hot));
        run.OnEnd(() => scans.Remove(number));
        var stored = TableSql.Stored(snapshot.Schema, snapshot.Hot.Count == 0 && snapshot.Segments.Count > 0 ? null : number, snapshot.Segments);
        connection.Execute($"CREATE TEMP VIEW {TableSql.Quote(snapshot.Schema.Name)} AS {TableSql.Bounded(snapshot.Schema, TableSql.Visible(snapshot.Schema, stored), texts)}");
    }

    // The folder that an engine may read it may also write: COPY would put a file in the place of a live segment.
    private static void RefuseWhatIsNoQuery(DuckDbStatement statement)
    {
        if (statement.StatementType != DuckDbStatementType.Select)
        {
            throw new StoreQueryException(StoreQueryFault.Invalid, $"cannot run a statement of the kind {statement.StatementType}: only SELECT is allowed");
        }
    }

    private static void Bind(DuckDbStatement statement, IReadOnlyList<object?> parameters)
    {
        for (var place = 0; place < parameters.Count; place++)
        {
            Bind(statement, place + 1, parameters[place]);
        }
    }

    private static void Bind(DuckDbStatement statement, int place, object? value)
    {
        switch (value)
        {
            case null: statement.BindNull(place); break;
            case bool truth: statement.Bind(place, truth); break;
            case int number: statement.Bind(place, number); break;
            case long number: statement.Bind(place, number); break;
            case double number: statement.Bind(place, number); break;
            case string text: statement.Bind(place, text); break;
            case byte[] bytes: statement.Bind(place, (ReadOnlySpan<byte>)bytes); break;
            case DateTimeOffset moment: statement.BindTimestamp(place, Micros.Of(moment)); break;
            default: throw new ArgumentException($"parameter {place} is a {value.GetType().Name}, which has no place in a query", nameof(value));
        }
    }
}
