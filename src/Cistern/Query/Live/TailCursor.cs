using System.Globalization;

namespace Cistern.Query.Live;

/// <summary>How far a tail has come.</summary>
/// <param name="Position">The position of the last delivery that was looked at; of events the arrival of the last, in microseconds since 1970.</param>
/// <param name="Received">The newest arrival that was seen, in microseconds since 1970: it tells which files can hold newer deliveries.</param>
internal sealed record TailCursor(long Position, long Received)
{
    // Longer texts were not made here.
    private const int LengthMax = 64;

    public string ToText(bool ofEvents) => string.Create(CultureInfo.InvariantCulture, $"{Kind(ofEvents)}{Position}.{Received}");

    public static bool TryParse(string text, bool ofEvents, out TailCursor cursor)
    {
        cursor = null!;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (text.Length > LengthMax || dot < 2 || text[0] != Kind(ofEvents) || !TryNumber(text.AsSpan(1, dot - 1), out var position) || !TryNumber(text.AsSpan(dot + 1), out var received))
        {
            return false;
        }

        cursor = new(position, received);
        return true;
    }

    private static char Kind(bool ofEvents) => ofEvents ? 'e' : 'd';

    // Moments until the year 9999: what the store can hold.
    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= 253_402_300_799_999_999;
}
