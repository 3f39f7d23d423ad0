using Cistern.Query.Sql;

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
}
