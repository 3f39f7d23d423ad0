using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>In what a measure is counted. The names, in lower case, are part of <c>/api/catalogue</c>.</summary>
internal enum Unit
{
    Requests = 1,
    Rows = 2,
    Bytes = 3,
    Seconds = 4,

    /// <summary>A share, 0 to 1.</summary>
    Ratio = 5,
    Deliveries = 6,
    Records = 7,
    Values = 8,
    Events = 9,
    Time = 10,

    /// <summary>The unit of the metric, which the rows name.</summary>
    Metric = 11,
    Samples = 12,
}

/// <summary>How a measure behaves where there is nothing, and in comparisons.</summary>
internal enum MeasureKind
{
    /// <summary>A sum: 0 where nothing is, its change judged by its own size.</summary>
    Count = 1,

    /// <summary>A ratio, a quantile, a largest value: null where nothing is, its change judged by the rows behind it.</summary>
    Value = 2,

    /// <summary>A time: not compared.</summary>
    Moment = 3,
}

/// <summary>What a measure needs to know of a row beyond its columns. The greater one holds the smaller.</summary>
internal enum RowMarks
{
    None = 0,

    /// <summary>Whether a read episode begins with it.</summary>
    Episodes = 1,

    /// <summary>Also whether its episode holds a request of /robots.txt.</summary>
    EpisodeChecks = 2,
}

/// <summary>Something that is computed from the rows of a group.</summary>
internal sealed record Measure(string Name, Unit Unit, MeasureKind Kind, string Description, Func<SqlDialect, string> Sql)
{
    public RowMarks Needs { get; init; }

    /// <summary>Its SQL with the parameter of a key, if it is one of many that differ in a key.</summary>
    public Func<SqlDialect, string, string>? SqlUnder { get; init; }

    /// <summary>The key that <see cref="SqlUnder"/> is written with.</summary>
    public string? Key { get; init; }

    /// <summary>The measure under a key, <c>statistic.p99</c>.</summary>
    public Measure Under(string key) => this with { Name = $"{Name}.{key}", Key = key };

    /// <summary>Its SQL; a key becomes a parameter.</summary>
    public string Write(SqlDialect dialect, SqlScope scope) => SqlUnder is null ? Sql(dialect) : SqlUnder(dialect, scope.Parameter(Key));
}
