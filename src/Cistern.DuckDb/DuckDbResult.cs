using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>The rows of a statement, chunk by chunk.</summary>
/// <remarks>Used by one thread at a time. A <see cref="VectorReader"/> is good until the next chunk is asked for or the result disposed.</remarks>
public sealed unsafe class DuckDbResult : IDisposable
{
    private readonly ResultHandle _handle;
    private readonly CancellationTokenRegistration _interruption;
    private readonly CancellationToken _cancel;
    private readonly string[] _names;
    private readonly DuckDbType[] _types;
    private DuckDbConnection? _streamOf;
    private ChunkHandle? _chunk;

    internal DuckDbResult(ResultHandle handle, DuckDbConnection? streamOf, CancellationTokenRegistration interruption, CancellationToken cancel)
    {
        _handle = handle;
        _streamOf = streamOf;
        _interruption = interruption;
        _cancel = cancel;
        _names = new string[Api.ColumnCount(handle)];
        _types = new DuckDbType[_names.Length];
        for (var column = 0; column < _names.Length; column++)
        {
            _names[column] = Utf8.Read(Api.ColumnName(handle, (ulong)column));
            _types[column] = DuckDbType.Take(Api.ColumnLogicalType(handle, (ulong)column));
        }
    }

    public int ColumnCount => _names.Length;

    /// <summary>Rows that an INSERT, UPDATE, DELETE or COPY wrote; 0 for a query.</summary>
    public long RowsChanged => (long)Api.RowsChanged(_handle);

    /// <summary>Rows of the current chunk; 0 before the first and after the last.</summary>
    public int ChunkSize { get; private set; }

    public string ColumnName(int column) => _names[column];

    public DuckDbType ColumnType(int column) => _types[column];

    /// <summary>Goes to the next chunk with rows; false when there is none.</summary>
    /// <exception cref="DuckDbException">A streaming statement failed or was interrupted.</exception>
    /// <exception cref="OperationCanceledException">A streaming statement was canceled.</exception>
    public bool NextChunk()
    {
        DropChunk();
        var chunk = Fetch();
        while (chunk != 0 && Api.ChunkSize(chunk) == 0)
        {
            Api.DestroyDataChunk(ref chunk);
            chunk = Fetch();
        }

        if (chunk == 0)
        {
            _streamOf = null;
            ThrowIfFailed();
            return false;
        }

        _chunk = new ChunkHandle(chunk);
        ChunkSize = (int)Api.ChunkSize(chunk);
        return true;
    }

    /// <summary>A column of the current chunk.</summary>
    public VectorReader Vector(int column)
    {
        var chunk = _chunk ?? throw new InvalidOperationException("there is no current chunk; call NextChunk first");
        return new VectorReader(Api.ChunkVector(chunk.DangerousGetHandle(), (ulong)CheckColumn(column)), _types[column], ChunkSize);
    }

    public void Dispose()
    {
        _interruption.Dispose();
        DropChunk();
        _handle.Dispose();
        _streamOf?.EndStatement();
        _streamOf = null;
    }

    internal static DuckDbException ErrorOf(ResultHandle result) => new(Api.ResultErrorKind(result), Utf8.Read(Api.ResultError(result)));

    private nint Fetch()
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        var chunk = Api.FetchChunk(*_handle.Result);
        GC.KeepAlive(_handle);
        return chunk;
    }

    private int CheckColumn(int column) => (uint)column < (uint)_types.Length
        ? column
        : throw new ArgumentOutOfRangeException(nameof(column), column, $"the result has {_types.Length} columns");

    private void ThrowIfFailed()
    {
        if (Api.ResultError(_handle) == 0)
        {
            return;
        }

        var error = ErrorOf(_handle);
        throw error.Kind == DuckDbErrorKind.Interrupt && _cancel.IsCancellationRequested
            ? new OperationCanceledException(error.Message, error, _cancel)
            : error;
    }

    private void DropChunk()
    {
        _chunk?.Dispose();
        _chunk = null;
        ChunkSize = 0;
    }
}
