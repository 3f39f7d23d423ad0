using Cistern.DuckDb;

namespace Cistern.Store.Embedded.Engines;

/// <summary>Rows of a running query.</summary>
internal sealed class EmbeddedResult : IQueryResult
{
    private readonly DuckDbResult _result;
    private readonly QueryRun _run;
    private readonly Engine _engine;
    private int _row = -1;
    private int _chunkRows;
    private long _read;
    private bool _ended;

    public EmbeddedResult(DuckDbResult result, long snapshotRows, QueryRun run, Engine engine)
    {
        (_result, SnapshotRows, _run, _engine) = (result, snapshotRows, run, engine);
        Columns = [.. Enumerable.Range(0, result.ColumnCount).Select(column => new ResultColumn(result.ColumnName(column), KindOf(result.ColumnType(column))))];
    }

    public IReadOnlyList<ResultColumn> Columns { get; }

    public long SnapshotRows { get; }

    public Classified Classified { get; init; }

    public object? this[int column]
    {
        get
        {
            try
            {
                return _result.Vector(column).GetValue(_row);
            }
            catch (NotSupportedException error)
            {
                throw new StoreQueryException(StoreQueryFault.Invalid, $"column '{Columns[column].Name}' cannot be shown: {error.Message}; cast it to VARCHAR", error);
            }
        }
    }

    public bool Read()
    {
        if (_ended)
        {
            return false;
        }

        try
        {
            return Advance();
        }
        catch (Exception error)
        {
            throw QueryRunner.Translate(error, _run, _engine);
        }
    }

    public void Dispose() => _run.Dispose();

    private bool Advance()
    {
        _row++;
        while (_row >= _chunkRows)
        {
            if (!_result.NextChunk())
            {
                _ended = true;
                return false;
            }

            (_row, _chunkRows) = (0, _result.ChunkSize);
        }

        if (_read++ >= _run.Limits.Rows)
        {
            throw new StoreQueryException(StoreQueryFault.TooManyRows, $"the result has more than {_run.Limits.Rows} rows; add a LIMIT or group further");
        }

        return true;
    }

    private static ResultKind KindOf(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Boolean => ResultKind.Boolean,
        DuckDbTypeId.TinyInt or DuckDbTypeId.SmallInt or DuckDbTypeId.Integer or DuckDbTypeId.BigInt
            or DuckDbTypeId.UTinyInt or DuckDbTypeId.USmallInt or DuckDbTypeId.UInteger or DuckDbTypeId.UBigInt
            or DuckDbTypeId.HugeInt or DuckDbTypeId.UHugeInt => ResultKind.Integer,
        DuckDbTypeId.Float or DuckDbTypeId.Double => ResultKind.Double,
        DuckDbTypeId.Decimal => ResultKind.Decimal,
        DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampS or DuckDbTypeId.TimestampMs or DuckDbTypeId.TimestampNs or DuckDbTypeId.TimestampTz => ResultKind.Time,
        DuckDbTypeId.Blob => ResultKind.Bytes,
        DuckDbTypeId.List or DuckDbTypeId.Array => ResultKind.List,
        DuckDbTypeId.Map or DuckDbTypeId.Struct => ResultKind.Map,
        _ => ResultKind.Text,
    };
}
