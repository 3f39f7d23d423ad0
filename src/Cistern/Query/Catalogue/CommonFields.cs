using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>Fields that every table has because every table has <c>time</c> and <c>stream</c>.</summary>
internal static class CommonFields
{
    private const long HourMicroseconds = 3_600_000_000;

    public static QueryField[] All { get; } =
    [
        new("hour_of_day", FieldKind.Integer, "The hour of the wall clock in the question's time zone, 0 to 23.", HourOfDay),
        new("day_of_week", FieldKind.Integer, "The day of the week in the question's time zone, 1 (Monday) to 7.", DayOfWeek),
        new("stream_name", FieldKind.Text, "The name at the end of the stream's ARN; names repeat across accounts.", s => s.Dialect.Extract("stream", "[^/]*$", group: false)),
    ];

    /// <summary>Seconds from a moment until the arrival here.</summary>
    public static string Delay(SqlDialect dialect, string since) => $"(({dialect.Microseconds("received")} - {dialect.Microseconds(since)}) / 1e6)";

    private static string HourOfDay(SqlScope scope) =>
        $"({scope.Dialect.IntegerDivide(scope.LocalMicroseconds("time"), $"{HourMicroseconds}")} % 24)";

    // 1 January 1970 was a Thursday.
    private static string DayOfWeek(SqlScope scope) =>
        $"(({scope.Dialect.IntegerDivide(scope.LocalMicroseconds("time"), $"{24 * HourMicroseconds}")} + 3) % 7 + 1)";
}
