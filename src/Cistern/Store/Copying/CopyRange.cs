using Cistern.Formats.Columns;

namespace Cistern.Store.Copying;

/// <summary>The rows of a table that arrived in a half-open range of time: what is copied, noted and compared as one.</summary>
/// <remarks>A delivery arrives at one moment, so all its rows of a table are in one range.</remarks>
/// <param name="From">Microseconds since 1970.</param>
/// <param name="To">Microseconds since 1970; not in it.</param>
internal sealed record CopyRange(TableSchema Table, long From, long To);

/// <summary>Rows that are in one part of a ClickHouse or not at all: those of a delivery and table with times of one day. Of <c>events</c>, which belong to no delivery, the key stands for its id.</summary>
/// <param name="Received">Microseconds since 1970.</param>
/// <param name="Day">Whole days since 1970 of <c>time</c>, rounded down.</param>
internal readonly record struct CopyGroup(long Received, string Stream, string Id, long Day);

/// <summary>What is compared of a group or of a day.</summary>
/// <param name="First">The sum of what <see cref="CopyMeasures"/> names first.</param>
/// <param name="Second">The sum of what it names second.</param>
internal readonly record struct CopyTotals(long Rows, double First, double Second)
{
    private const double Rounding = 1e-9;

    public static CopyTotals operator +(CopyTotals left, CopyTotals right) => new(left.Rows + right.Rows, left.First + right.First, left.Second + right.Second);

    /// <summary>Whether both are of the same rows: sums of fractions depend a little on the order in which they were added.</summary>
    public bool Matches(CopyTotals other) => Rows == other.Rows && IsNear(First, other.First) && IsNear(Second, other.Second);

    private static bool IsNear(double left, double right) => left.Equals(right) || Math.Abs(left - right) <= Rounding * Math.Max(Math.Abs(left), Math.Abs(right));
}

/// <summary>Since when deliveries and rows are known again if they come again: microseconds since 1970.</summary>
internal readonly record struct CopyRecent(long Deliveries, long Rows)
{
    // Nodes look back a day; who sends again does so within hours.
    private static readonly TimeSpan DeliveryWindow = TimeSpan.FromDays(2);

    /// <param name="now">When the copy began.</param>
    /// <param name="window">How far back a row is recognised.</param>
    public static CopyRecent At(DateTimeOffset now, TimeSpan window) => new(Embedded.Micros.Of(now - DeliveryWindow), Embedded.Micros.Of(now - window));
}
