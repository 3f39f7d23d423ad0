using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Query.Model;
using Cistern.Store;
using Cistern.Store.Embedded;
using Cistern.Store.Embedded.Sql;

namespace Cistern.Tests.Query;

/// <summary>The real engine over plain tables with the columns that a user sees. Rows come by INSERT; nothing is committed.</summary>
internal class PlainTablesStore : IStore
{
    private readonly DuckDbInstance _instance;
    private readonly Lazy<SqlGuard> _guard = new(() => new SqlGuard([.. Tables.All.Select(table => table.Name)], TextBound.RowBytes(2)));

    public PlainTablesStore(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["threads"] = "2",
            ["enable_external_access"] = "false",
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
        };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        _instance = DuckDbInstance.Open(all);
        foreach (var table in Tables.All)
        {
            Execute($"CREATE TABLE {table.Name} ({string.Join(", ", UserColumns.Of(table).Select(Definition))})");
        }
    }

    /// <summary>If set, every query fails with it.</summary>
    public StoreQueryException? Failure { get; set; }

    /// <summary>How many queries still succeed before <see cref="Failure"/> is thrown.</summary>
    public int FailureAfter { get; set; }

    public List<StoreQuery> Asked { get; } = [];

    public StoreReadiness Readiness => new(CanStore: false, CanQuery: true, "for reading only");

    public virtual void Execute(string sql)
    {
        using var connection = _instance.Connect();
        connection.Execute(sql);
    }

    public Task<IQueryResult> QueryAsync(StoreQuery query, CancellationToken cancel)
    {
        lock (Asked)
        {
            Asked.Add(query);
        }

        return Failure is null || FailureAfter-- > 0 ? RunAsync(query, cancel) : Task.FromException<IQueryResult>(Failure);
    }

    public virtual SqlDialect Dialect { get; } = new DuckDbDialect();

    public StoreTraits Traits { get; set; } = new();

    public virtual Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel) => Task.FromResult(_guard.Value.Check(sql));

    public ValueTask<CommitResult> CommitAsync(DeliveryCommit delivery, CancellationToken cancel) => ValueTask.FromResult(CommitResult.Unavailable("for reading only"));

    public void Count(string kind, string reason, string stream, string key, long count = 1)
    {
    }

    public StoreStatus GetStatus() => new();

    public virtual ValueTask DisposeAsync()
    {
        if (_guard.IsValueCreated)
        {
            _guard.Value.Dispose();
        }

        _instance.Dispose();
        return ValueTask.CompletedTask;
    }

    protected virtual Task<IQueryResult> RunAsync(StoreQuery query, CancellationToken cancel) => Task.Run(() => RunEmbedded(query, cancel), CancellationToken.None);

    protected IQueryResult RunEmbedded(StoreQuery query, CancellationToken cancel)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(query.Limits.Time);
        var connection = _instance.Connect();
        try
        {
            using var statement = connection.Prepare(query.Sql);
            Bind(statement, query.Parameters);
            return new Rows(connection, statement.Execute(cancel: timeout.Token), query.Limits.Rows);
        }
        catch (Exception failed) when (failed is DuckDbException or OperationCanceledException)
        {
            connection.Dispose();
            throw new StoreQueryException(FaultOf(failed), failed.Message, failed);
        }
    }

    private static StoreQueryFault FaultOf(Exception failed) => failed switch
    {
        OperationCanceledException => StoreQueryFault.TimedOut,
        DuckDbException { Kind: DuckDbErrorKind.Interrupt } => StoreQueryFault.TimedOut,
        DuckDbException { Kind: DuckDbErrorKind.OutOfMemory } => StoreQueryFault.OutOfMemory,
        _ => StoreQueryFault.Invalid,
    };

    private static void Bind(DuckDbStatement statement, IReadOnlyList<object?> parameters)
    {
        for (var index = 0; index < parameters.Count; index++)
        {
            switch (parameters[index])
            {
                case null: statement.BindNull(index + 1); break;
                case bool truth: statement.Bind(index + 1, truth); break;
                case int whole: statement.Bind(index + 1, whole); break;
                case long whole: statement.Bind(index + 1, whole); break;
                case double number: statement.Bind(index + 1, number); break;
                case string text: statement.Bind(index + 1, text); break;
                case DateTimeOffset moment: statement.BindTimestamp(index + 1, Moments.Microseconds(moment)); break;
                default: throw new NotSupportedException($"parameter {index + 1} is a {parameters[index]!.GetType()}");
            }
        }
    }

    private static string Definition(ColumnSpec column) => $"\"{column.Name}\" " + column.Type switch
    {
        ColumnType.Boolean => "BOOLEAN",
        ColumnType.Int32 => "INTEGER",
        ColumnType.Int64 => "BIGINT",
        ColumnType.Double => "DOUBLE",
        ColumnType.Timestamp => "TIMESTAMP",
        ColumnType.Text => "VARCHAR DEFAULT ''",
        ColumnType.Blob => "BLOB DEFAULT ''::BLOB",
        ColumnType.TextMap => "MAP(VARCHAR, VARCHAR) DEFAULT MAP {}",
        ColumnType.DoubleMap => "MAP(VARCHAR, DOUBLE) DEFAULT MAP {}",
    };

    private sealed class Rows : IQueryResult
    {
        private readonly DuckDbConnection _connection;
        private readonly DuckDbResult _result;
        private readonly long _rowsMax;
        private int _row = -1;
        private long _read;

        public Rows(DuckDbConnection connection, DuckDbResult result, long rowsMax)
        {
            (_connection, _result, _rowsMax) = (connection, result, rowsMax);
            Columns = [.. Enumerable.Range(0, result.ColumnCount).Select(column => new ResultColumn(result.ColumnName(column), KindOf(result.ColumnType(column).Id)))];
        }

        public IReadOnlyList<ResultColumn> Columns { get; }

        public long SnapshotRows => 42;

        public object? this[int column] => _result.Vector(column).GetValue(_row);

        public bool Read()
        {
            if (++_row >= _result.ChunkSize)
            {
                _row = 0;
                if (!_result.NextChunk())
                {
                    return false;
                }
            }

            return ++_read <= _rowsMax ? true : throw new StoreQueryException(StoreQueryFault.TooManyRows, $"the result has more than {_rowsMax} rows");
        }

        public void Dispose()
        {
            _result.Dispose();
            _connection.Dispose();
        }

        private static ResultKind KindOf(DuckDbTypeId id) => id switch
        {
            DuckDbTypeId.Boolean => ResultKind.Boolean,
            DuckDbTypeId.TinyInt or DuckDbTypeId.SmallInt or DuckDbTypeId.Integer or DuckDbTypeId.BigInt or DuckDbTypeId.HugeInt
                or DuckDbTypeId.UTinyInt or DuckDbTypeId.USmallInt or DuckDbTypeId.UInteger or DuckDbTypeId.UBigInt => ResultKind.Integer,
            DuckDbTypeId.Float or DuckDbTypeId.Double => ResultKind.Double,
            DuckDbTypeId.Decimal => ResultKind.Decimal,
            DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz => ResultKind.Time,
            DuckDbTypeId.Blob => ResultKind.Bytes,
            DuckDbTypeId.List => ResultKind.List,
            DuckDbTypeId.Map or DuckDbTypeId.Struct => ResultKind.Map,
            _ => ResultKind.Text,
        };
    }
}
