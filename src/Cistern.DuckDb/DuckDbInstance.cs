using Cistern.DuckDb.Native;

namespace Cistern.DuckDb;

/// <summary>A database in memory, with memory limit, threads and spill folder of its own.</summary>
public sealed class DuckDbInstance : IDisposable
{
    private readonly DatabaseHandle _handle;

    private DuckDbInstance(DatabaseHandle handle) => _handle = handle;

    /// <summary>The version of the library, as <c>v1.5.5</c>.</summary>
    public static string LibraryVersion => Utf8.Read(Api.LibraryVersion());

    /// <summary>Opens an empty database.</summary>
    /// <param name="settings">DuckDB's options by name, as for <c>SET GLOBAL</c>; a list is written <c>['a', 'b']</c>.</param>
    /// <exception cref="DuckDbException">An option is unknown or its value is refused.</exception>
    public static DuckDbInstance Open(IReadOnlyDictionary<string, string> settings)
    {
        using var config = CreateConfig();
        foreach (var (name, value) in settings)
        {
            if (Api.SetConfig(config, name, value) != NativeState.Success)
            {
                throw ExplainRefusal(name, value);
            }
        }

        return Open(config);
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

    // The library refuses a value without a word; the same setting given as SQL is refused with an explanation.
    private static DuckDbException ExplainRefusal(string name, string value)
    {
        try
        {
            using var config = CreateConfig();
            using var scratch = Open(config);
            using var connection = scratch.Connect();
            connection.Execute($"SET GLOBAL {DuckDbSql.Identifier(name)} = {DuckDbSql.Literal(value)}");
        }
        catch (DuckDbException explained)
        {
            return explained;
        }

        return new DuckDbException(DuckDbErrorKind.InvalidConfiguration, $"cannot set option '{name}' to '{value}' when a database is opened");
    }
}
