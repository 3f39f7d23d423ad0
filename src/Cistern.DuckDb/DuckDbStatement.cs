using System.Buffers;
using System.Text;
using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A prepared statement. Parameters count from 1, as in <c>$1</c>.</summary>
public sealed unsafe class DuckDbStatement : IDisposable
{
    private readonly DuckDbConnection _connection;
    private readonly PreparedHandle _handle;

    internal DuckDbStatement(DuckDbConnection connection, PreparedHandle handle) => (_connection, _handle) = (connection, handle);

    public int ParameterCount => (int)Api.ParameterCount(_handle);

    public DuckDbStatementType StatementType => Api.StatementType(_handle);

    public void BindNull(int parameter) => Check(parameter, Api.BindNull(_handle, Place(parameter)));

    public void Bind(int parameter, bool value) => Check(parameter, Api.BindBoolean(_handle, Place(parameter), value));

    public void Bind(int parameter, int value) => Check(parameter, Api.BindInt32(_handle, Place(parameter), value));

    public void Bind(int parameter, long value) => Check(parameter, Api.BindInt64(_handle, Place(parameter), value));

    public void Bind(int parameter, double value) => Check(parameter, Api.BindDouble(_handle, Place(parameter), value));

    public void Bind(int parameter, decimal value) => Check(parameter, Api.BindDecimal(_handle, Place(parameter), DecimalText.ToNative(value)));

    public void Bind(int parameter, string value)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        BindText(parameter, buffer.AsSpan(0, Encoding.UTF8.GetBytes(value, buffer)));
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Binds a BLOB.</summary>
    public void Bind(int parameter, ReadOnlySpan<byte> value)
    {
        fixed (byte* data = NotNull(value))
        {
            Check(parameter, Api.BindBlob(_handle, Place(parameter), data, (ulong)value.Length));
        }
    }

    /// <summary>Binds a VARCHAR that is UTF-8 already.</summary>
    public void BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* text = NotNull(utf8))
        {
            Check(parameter, Api.BindText(_handle, Place(parameter), text, (ulong)utf8.Length));
        }
    }

    /// <summary>Binds a TIMESTAMP.</summary>
    /// <param name="parameter">Its place, from 1.</param>
    /// <param name="microseconds">Since 1970-01-01 UTC.</param>
    public void BindTimestamp(int parameter, long microseconds) => Check(parameter, Api.BindTimestamp(_handle, Place(parameter), microseconds));

    /// <summary>Runs the statement.</summary>
    /// <param name="streaming">
    /// False: the result is complete when this returns. True: rows are made as they are read, so that a result may be larger than
    /// memory; the connection can run nothing else until the result is disposed.
    /// </param>
    /// <param name="cancel">Stops the statement, for a streaming result until it is disposed.</param>
    /// <exception cref="DuckDbException">The statement failed, or <see cref="DuckDbConnection.Interrupt"/> stopped it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> stopped it.</exception>
    public DuckDbResult Execute(bool streaming = false, CancellationToken cancel = default)
    {
        cancel.ThrowIfCancellationRequested();
        var interruption = cancel.UnsafeRegister(static connection => ((DuckDbConnection)connection!).Interrupt(), _connection);
        var result = new ResultHandle();
        try
        {
            Run(streaming, result, cancel);
            return new DuckDbResult(result, streaming ? _connection : null, interruption, cancel);
        }
        catch
        {
            // Waits for an interruption under way, so that it cannot hit the connection's next statement.
            interruption.Dispose();
            result.Dispose();
            throw;
        }
    }

    public void Dispose() => _handle.Dispose();

    private void Run(bool streaming, ResultHandle result, CancellationToken cancel)
    {
        var begun = streaming ? Api.PendingPreparedStreaming(_handle, out var pending) : Api.PendingPrepared(_handle, out pending);
        using (pending)
        {
            // To begin a statement clears an earlier interruption; one that comes later stays until the statement ends.
            cancel.ThrowIfCancellationRequested();
            if (begun != NativeState.Success)
            {
                throw DuckDbException.FromText(Utf8.Read(Api.PendingError(pending)));
            }

            if (Api.ExecutePending(pending, result) != NativeState.Success)
            {
                var error = DuckDbResult.ErrorOf(result);
                throw error.Kind == DuckDbErrorKind.Interrupt && cancel.IsCancellationRequested
                    ? new OperationCanceledException(error.Message, error, cancel)
                    : error;
            }
        }
    }

    private static ulong Place(int parameter) => parameter > 0 ? (ulong)parameter : throw NoSuchParameter(parameter);

    private void Check(int parameter, NativeState state)
    {
        if (state != NativeState.Success)
        {
            var error = Utf8.Read(Api.PrepareError(_handle));
            throw error.Length > 0 ? DuckDbException.FromText(error) : NoSuchParameter(parameter);
        }
    }

    private static DuckDbException NoSuchParameter(int parameter) =>
        new(DuckDbErrorKind.InvalidInput, $"cannot bind parameter {parameter}: the statement has no such parameter (they count from 1)");

    // The library takes a null pointer for a fault, also where the length is 0.
    private static ReadOnlySpan<byte> NotNull(ReadOnlySpan<byte> value) => value.IsEmpty ? "\0"u8 : value;
}
