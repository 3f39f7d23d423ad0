using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cistern.DuckDb.Native;

// One safe handle a kind of native object. The library counts references itself (a statement keeps its connection, a connection its
// database), so that the order in which finalizers run does not matter.

/// <summary><c>duckdb_database</c>.</summary>
internal sealed class DatabaseHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.Close(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_config</c>.</summary>
internal sealed class ConfigHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.DestroyConfig(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_connection</c>.</summary>
internal sealed class ConnectionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.Disconnect(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_extracted_statements</c>.</summary>
internal sealed class ExtractedHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.DestroyExtracted(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_prepared_statement</c>.</summary>
internal sealed class PreparedHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.DestroyPrepare(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_pending_result</c>.</summary>
internal sealed class PendingHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.DestroyPending(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_data_chunk</c>, with at most 2,048 rows.</summary>
internal sealed class ChunkHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ChunkHandle(nint chunk)
        : base(ownsHandle: true) => SetHandle(chunk);

    protected override bool ReleaseHandle()
    {
        Api.DestroyDataChunk(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_logical_type</c>.</summary>
internal sealed class LogicalTypeHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.DestroyLogicalType(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_value</c>.</summary>
internal sealed class ValueHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    public ValueHandle(nint value)
        : this() => SetHandle(value);

    protected override bool ReleaseHandle()
    {
        Api.DestroyValue(ref handle);
        return true;
    }
}

/// <summary><c>duckdb_table_function</c>: the description that is registered; the catalogue keeps a copy.</summary>
internal sealed class TableFunctionHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        Api.DestroyTableFunction(ref handle);
        return true;
    }
}

/// <summary>A <c>duckdb_result</c> in memory of our own: the library fills the structure in place and wants it back to destroy it.</summary>
internal sealed unsafe class ResultHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ResultHandle()
        : base(ownsHandle: true) => SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));

    public NativeResult* Result => (NativeResult*)handle;

    protected override bool ReleaseHandle()
    {
        Api.DestroyResult(Result);
        NativeMemory.Free(Result);
        return true;
    }
}
