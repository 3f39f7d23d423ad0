using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A database in memory, with memory limit, threads and spill folder of its own.</summary>
/// <remarks>
/// No setting makes a database read-only: <c>allowed_directories</c> with <c>enable_external_access=false</c> confines files to those
/// folders, and inside them COPY and ATTACH still write. Whoever takes statements from outside has to look at them first.
/// </remarks>
public sealed class DuckDbInstance : IDisposable
{
    // Set once the database is open, in this order. The first is ignored when it comes with the configuration (the value shows, but
    // files grow past it: tests hold it); the others forbid what would come after them.
    private static readonly string[] _lastSettings = ["max_temp_directory_size", "enable_external_access", "lock_configuration"];

    private readonly DatabaseHandle _handle;

    private DuckDbInstance(DatabaseHandle handle) => _handle = handle;

    /// <summary>The version of the library, as <c>v1.5.5</c>.</summary>
    public static string LibraryVersion => Utf8.Read(Api.LibraryVersion());

    /// <summary>Opens an empty database.</summary>
    /// <param name="settings">DuckDB's options by name, as for <c>SET GLOBAL</c>; a list is written as in SQL (<see cref="DuckDbSql.List"/>).</param>
    /// <remarks>
    /// <c>enable_external_access</c> and <c>lock_configuration</c> come last whatever their order here, so that they may stand beside
    /// the settings that they forbid to change, such as <c>allowed_directories</c>.
    /// </remarks>
    /// <exception cref="DuckDbException">An option is unknown or its value is refused.</exception>
    public static DuckDbInstance Open(IReadOnlyDictionary<string, string> settings)
    {
        using var config = CreateConfig();
        var afterwards = new List<string>();
        foreach (var (name, value) in settings)
        {
            // Lists are among what the configuration refuses, without a word: SET takes them, or says what is wrong.
            if (_lastSettings.Contains(name) || Api.SetConfig(config, name, value) != NativeState.Success)
            {
                afterwards.Add(name);
            }
        }

        var instance = Open(config);
        try
        {
            instance.Set(afterwards.OrderBy(name => Array.IndexOf(_lastSettings, name)), settings);
            return instance;
        }
        catch
        {
            instance.Dispose();
            throw;
        }
    }

    /// <summary>A new connection. Connections share the tables and registered functions, not temporary views.</summary>
    public DuckDbConnection Connect()
    {
        if (Api.Connect(_handle, out var connection) != NativeState.Success)
        {
            connection.Dispose();
            throw new DuckDbException(DuckDbErrorKind.Connection, "cannot open a connection to the database");
        }

        return new DuckDbConnection(connection);
    }

    /// <summary>Closes the database once its last connection is closed.</summary>
    public void Dispose() => _handle.Dispose();

    private static ConfigHandle CreateConfig()
    {
        if (Api.CreateConfig(out var config) != NativeState.Success)
        {
            throw new DuckDbException(DuckDbErrorKind.OutOfMemory, "cannot create a configuration");
        }

        return config;
    }

    private static DuckDbInstance Open(ConfigHandle config)
    {
        if (Api.Open(":memory:", out var database, config, out var error) != NativeState.Success)
        {
            database.Dispose();
            throw DuckDbException.FromText(Utf8.TakeOwned(error));
        }

        return new DuckDbInstance(database);
    }

    private void Set(IEnumerable<string> names, IReadOnlyDictionary<string, string> settings)
    {
        using var connection = Connect();
        foreach (var name in names)
        {
            var value = settings[name];
            try
            {
                connection.Execute($"SET GLOBAL {DuckDbSql.Identifier(name)} = {(value.StartsWith('[') ? value : DuckDbSql.Literal(value))}");
            }
            catch (DuckDbException fault)
            {
                throw new DuckDbException(fault.Kind, $"cannot set option '{name}' to '{value}': {fault.Message}");
            }
        }
    }
}
