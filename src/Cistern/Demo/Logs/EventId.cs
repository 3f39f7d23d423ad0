using System.Globalization;
using System.Numerics;

namespace Cistern.Demo.Logs;

/// <summary>Ids of log events as CloudWatch Logs makes them: 56 digits, larger the later.</summary>
/// <remarks>In real ids the milliseconds stand above the lowest 144 bits; what is in those is not documented. Here it is the log stream, then the sequence.</remarks>
internal static class EventId
{
    public const int Digits = 56;

    private const int TimeShift = 144;
    private const int PlaceShift = 72;

    public static string Of(LogLine line, ulong place) =>
        (((BigInteger)line.Time << TimeShift) | ((BigInteger)place << PlaceShift) | line.Sequence).ToString(CultureInfo.InvariantCulture);
}
