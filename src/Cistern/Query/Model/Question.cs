using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Store;

namespace Cistern.Query.Model;

/// <summary>A range of time in a time zone.</summary>
internal sealed record Period(TimeRange Range, TimeZoneInfo Zone, string ZoneName)
{
    public TimeSpan Length => Range.To - Range.From;

    public DateTimeOffset From => Range.From;

    public DateTimeOffset To => Range.To;
}

/// <summary>What rows are ordered by: a measure or a dimension by its place, or time.</summary>
internal readonly record struct OrderTerm(OrderBy By, int Place, bool Descending);

internal enum OrderBy
{
    Time = 1,
    Measure = 2,
    Dimension = 3,

    /// <summary>The measure in the range before.</summary>
    Before = 4,
    Change = 5,
}

/// <summary>A question of which every name is known and every bound checked.</summary>
internal sealed record Question
{
    public required Signal Signal { get; init; }

    public required Period Period { get; init; }

    public required IReadOnlyList<Measure> Measures { get; init; }

    /// <summary>The dimensions without time.</summary>
    public required IReadOnlyList<QueryField> Dimensions { get; init; }

    /// <summary>The buckets, if time is a dimension.</summary>
    public TimeBuckets? Buckets { get; init; }

    /// <summary>The place of time among the columns of the answer.</summary>
    public int TimePlace { get; init; }

    public required FilterNode Filter { get; init; }

    /// <summary>What groups, or whole series, must hold; null if all are wanted.</summary>
    public FilterNode? Having { get; init; }

    public required IReadOnlyList<OrderTerm> Order { get; init; }

    /// <summary>Groups; with time, series.</summary>
    public required int Limit { get; init; }

    public bool Compare { get; init; }

    /// <summary>Time is the only dimension, so every bucket gets a row.</summary>
    public bool IsFilled => Buckets is not null && Dimensions.Count == 0;

    /// <summary>Several series: the best are chosen first.</summary>
    public bool IsSeries => Buckets is not null && Dimensions.Count > 0;
}
