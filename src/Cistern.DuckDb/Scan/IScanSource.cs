namespace Cistern.DuckDb;

/// <summary>The types that a scan can hand to DuckDB.</summary>
public enum DuckDbScanType
{
    /// <summary>One byte a value.</summary>
    Boolean = 1,

    /// <summary>INTEGER.</summary>
    Int32 = 2,

    /// <summary>BIGINT.</summary>
    Int64 = 3,

    /// <summary>DOUBLE.</summary>
    Double = 4,

    /// <summary>TIMESTAMP: microseconds since 1970-01-01 as <c>long</c>.</summary>
    Timestamp = 5,

    /// <summary>VARCHAR: <see cref="DuckDbString"/>, valid UTF-8.</summary>
    Varchar = 6,

    /// <summary>BLOB: <see cref="DuckDbString"/>.</summary>
    Blob = 7,

    /// <summary>MAP(VARCHAR, VARCHAR).</summary>
    MapVarcharVarchar = 8,

    /// <summary>MAP(VARCHAR, DOUBLE).</summary>
    MapVarcharDouble = 9,
}

/// <summary>A column that a scan offers.</summary>
public sealed record ScanColumn(string Name, DuckDbScanType Type);

/// <summary>Rows in our memory that a statement can read as a table.</summary>
/// <remarks>Used by any number of statements and threads at once. What it offers must not change while one of them is bound.</remarks>
public interface IScanSource
{
    /// <summary>All columns, in order; at least one. The first is read where a statement needs none (<c>count(*)</c>), so let it be a cheap one.</summary>
    IReadOnlyList<ScanColumn> Columns { get; }

    /// <summary>How many rows there are, for the planner.</summary>
    long RowCount { get; }

    /// <summary>How many threads may call <see cref="IScan.Fill"/> at once.</summary>
    int MaxThreads { get; }

    /// <summary>Begins to read.</summary>
    /// <param name="projection">The places in <see cref="Columns"/> that are read, in the order in which the chunk has them.</param>
    IScan Begin(ReadOnlySpan<int> projection);
}

/// <summary>One pass over a source. Disposed on any thread, at the latest with the result (or statement) that reads it.</summary>
public interface IScan : IDisposable
{
    /// <summary>Writes the next rows.</summary>
    /// <remarks>
    /// Called from several of DuckDB's threads at once, each with a chunk of its own. An exception fails the statement with its message.
    /// </remarks>
    /// <returns>False when there are no more rows, whatever the chunk holds.</returns>
    bool Fill(ChunkWriter chunk);
}
