using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A registered table function, and what DuckDB calls to bind and run it.</summary>
/// <remarks>
/// DuckDB calls (1) <see cref="OnBind"/> for the columns of a handle, (2) <see cref="OnInit"/> to begin a pass over the projected ones,
/// (3) <see cref="OnFill"/> from each thread until a chunk stays empty. Objects travel through it as GC handles, which
/// <see cref="OnRelease"/> frees. No exception may reach its frames: each callback hands it over as an error text.
/// </remarks>
internal sealed unsafe class ScanFunction(string name, Func<long, IScanSource?> resolve) : IDisposable
{
    private readonly ScanTypes _types = new();

    public static void Register(ConnectionHandle connection, string name, Func<long, IScanSource?> resolve)
    {
        using var handleType = Api.CreateLogicalType(DuckDbTypeId.BigInt);
        using var function = Api.CreateTableFunction();
        Api.SetFunctionName(function, name);
        Api.AddParameter(function, handleType);
        Api.SetExtraInfo(function, Hold(new ScanFunction(name, resolve)), &OnRelease);
        Api.SetBind(function, &OnBind);
        Api.SetInit(function, &OnInit);
        Api.SetFunction(function, &OnFill);
        Api.SupportsProjectionPushdown(function, pushdown: true);
        if (Api.RegisterTableFunction(connection, function) != NativeState.Success)
        {
            throw new DuckDbException(DuckDbErrorKind.Catalog, $"cannot register table function '{name}'; is the connection in a failed transaction?");
        }
    }

    public void Dispose() => _types.Dispose();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnBind(nint info)
    {
        try
        {
            Held<ScanFunction>(Api.BindExtraInfo(info)).Bind(info);
        }
        catch (Exception fault)
        {
            Api.BindSetError(info, fault.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnInit(nint info)
    {
        try
        {
            Api.InitSetData(info, Hold(Held<BoundScan>(Api.InitBindData(info)).Begin(info)), &OnRelease);
        }
        catch (Exception fault)
        {
            Api.InitSetError(info, fault.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFill(nint info, nint chunk)
    {
        try
        {
            Held<ScanState>(Api.FunctionInitData(info)).Fill(chunk);
        }
        catch (Exception fault)
        {
            Api.FunctionSetError(info, fault.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRelease(nint held)
    {
        var handle = GCHandle.FromIntPtr(held);
        var target = handle.Target;
        handle.Free();
        try
        {
            (target as IDisposable)?.Dispose();
        }
        catch (Exception)
        {
            // No statement is left that could fail: what the pass read was delivered before.
        }
    }

    private static nint Hold(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    private static T Held<T>(nint held)
        where T : class => (T)GCHandle.FromIntPtr(held).Target!;

    private void Bind(nint info)
    {
        using var parameter = Api.BindParameter(info, 0);
        if (Api.ValueIsNull(parameter))
        {
            throw new ArgumentException($"{name}(NULL): a handle is a number");
        }

        var handle = Api.ValueInt64(parameter);
        var source = resolve(handle) ?? throw new ArgumentException($"{name}({handle}): there is no source with this handle");
        var bound = new BoundScan(source, _types);
        bound.Describe(info);
        Api.BindSetData(info, Hold(bound), &OnRelease);
    }
}
