using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Cistern.Query.Api;

/// <summary>Where a page ended: the key of its last row, and how many rows of that key were already given.</summary>
/// <remarks>
/// Rows are ordered by time, arrival and delivery, and within them by the signal's tie break. A delivery is stored whole, so the rows
/// of one key never change: their count is a safe place to go on from, while an offset from the start would shift with every new row.
/// </remarks>
internal sealed record RowsCursor(long Time, long Received, string DeliveryId, int Given)
{
    private const string Version = "1";

    // A delivery id is at most a few hundred characters; anything longer was not made here.
    private const int LengthMax = 4096;

    public string ToText(bool descending) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Version} {(descending ? 'd' : 'a')} {Time} {Received} {Given} {DeliveryId}")));

    public static bool TryParse(string text, bool descending, out RowsCursor cursor)
    {
        cursor = null!;
        if (text.Length > LengthMax || !Base64Url.IsValid(text))
        {
            return false;
        }

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split(' ', 6);
        if (parts.Length < 6 || parts[0] != Version || parts[1] != (descending ? "d" : "a")
            || !TryNumber(parts[2], out var time) || !TryNumber(parts[3], out var received) || !TryNumber(parts[4], out var given) || given is < 0 or > int.MaxValue)
        {
            return false;
        }

        cursor = new(time, received, parts[5], (int)given);
        return true;
    }

    // Moments until the year 9999: what the store can hold.
    private static bool TryNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && number is >= 0 and <= 253_402_300_799_999_999;
}
