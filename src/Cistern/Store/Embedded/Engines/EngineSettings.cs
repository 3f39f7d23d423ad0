using System.Globalization;
using Cistern.Journal;

namespace Cistern.Store.Embedded.Engines;

/// <summary>The bounds of one DuckDB instance.</summary>
/// <param name="Name">What it is for; also the name of its spill folder.</param>
internal sealed record EngineSettings(string Name, long MemoryBytes, long SpillBytes, int Threads, bool ReadsOnly)
{
    /// <summary>DuckDB's configuration: no extension is fetched, nothing is read outside the segments, nothing can be changed afterwards.</summary>
    public Dictionary<string, string> ToDuckDb(DataFolder folder) => new()
    {
        ["memory_limit"] = $"{MemoryBytes / 1024}KiB",
        ["threads"] = Threads.ToString(CultureInfo.InvariantCulture),
        ["temp_directory"] = Path.Combine(folder.Spill, Name),
        ["max_temp_directory_size"] = $"{SpillBytes / 1024}KiB",

        // The system's page cache holds segment files; a copy of our own would only take memory from rows.
        ["enable_external_file_cache"] = "false",
        // DuckDB's allocator keeps what was freed; this makes it give memory back after each larger statement.
        ["allocator_flush_threshold"] = "8MiB",
        ["autoinstall_known_extensions"] = "false",
        ["autoload_known_extensions"] = "false",

        // To keep the order DuckDB would hold a whole file in memory before it writes. One thread keeps it anyway, row group by row group.
        ["preserve_insertion_order"] = "false",
    };
}
