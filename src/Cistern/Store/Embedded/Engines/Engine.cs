using Cistern.DuckDb;
using Cistern.Journal;

namespace Cistern.Store.Embedded.Engines;

/// <summary>One DuckDB instance in memory with bounds of its own. A broken one is thrown away and made anew; the others never notice.</summary>
internal sealed partial class Engine : IDisposable
{
    private readonly Lock _lock = new();
    private readonly EngineSettings _settings;
    private readonly DataFolder _folder;
    private readonly ScanRegistry _scans;
    private readonly ILogger _logger;
    private DuckDbInstance? _instance;
    private bool _disposed;

    public Engine(EngineSettings settings, DataFolder folder, ScanRegistry scans, ILogger logger) =>
        (_settings, _folder, _scans, _logger) = (settings, folder, scans, logger);

    /// <summary>A connection to the instance, which is made if there is none.</summary>
    public DuckDbConnection Connect()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return (_instance ??= Open()).Connect();
        }
    }

    /// <summary>Lets statements take more memory than the setting says until the result is disposed, if they need it.</summary>
    public IDisposable? Enlarge(long bytes)
    {
        if (bytes <= _settings.MemoryBytes)
        {
            return null;
        }

        SetMemory(bytes);
        return new Enlarged(this);
    }

    /// <summary>After an error that may have broken the instance: makes a new one unless a trivial statement still works.</summary>
    public void Check()
    {
        try
        {
            using var connection = Connect();
            connection.Execute("SELECT 1");
        }
        catch (DuckDbException error)
        {
            Log.EngineBroken(_logger, _settings.Name, error.Message);
            Renew();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _instance?.Dispose();
            _instance = null;
        }
    }

    private void SetMemory(long bytes)
    {
        using var connection = Connect();
        connection.Execute($"SET memory_limit = '{bytes / 1024}KiB'");
    }

    // Statements that still run on the old instance keep it alive by their connections and fail by themselves.
    private void Renew()
    {
        lock (_lock)
        {
            _instance?.Dispose();
            _instance = null;
        }
    }

    private DuckDbInstance Open()
    {
        var instance = DuckDbInstance.Open(_settings.ToDuckDb(_folder));
        using var connection = instance.Connect();
        connection.RegisterScan(ScanRegistry.FunctionName, _scans.Find);
        if (_settings.ReadsOnly)
        {
            Confine(connection);
        }

        return instance;
    }

    // Even a statement that slips past every other check reads nothing but segment files.
    private void Confine(DuckDbConnection connection)
    {
        connection.Execute($"SET allowed_directories = [{TableSql.Literal(_folder.Segments + "/")}]");
        connection.Execute("SET enable_external_access = false");
        connection.Execute("SET lock_configuration = true");
    }

    private sealed class Enlarged(Engine engine) : IDisposable
    {
        public void Dispose() => engine.SetMemory(engine._settings.MemoryBytes);
    }

    private static partial class Log
    {
        [LoggerMessage(4101, LogLevel.Warning, "The engine for {Engine} failed its check and is made anew: {Error}")]
        public static partial void EngineBroken(ILogger logger, string engine, string error);
    }
}
