using System.Globalization;

namespace Cistern.Formats.CloudFront;

/// <summary>Understands a list of fields: names, and for real-time logs also numbers and ranges (<c>1-46,70</c>).</summary>
/// <remarks>
/// Real-time lines hold their fields in one order, whatever order the configuration lists; so a real-time list is a set. Standard lines hold
/// them in the order written. Names of a real-time list must be known, because an unknown one has no place; in a standard list it has.
/// </remarks>
internal static class FieldList
{
    private const int FieldsMax = 200;
    private const int NameCharsMax = 100;

    private static readonly char[] Separators = [',', ' ', '\t', '\r', '\n', ';'];

    public static LinePlan Parse(string text)
    {
        var tokens = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (tokens.Length is 0 or > FieldsMax)
        {
            return LinePlan.Refused($"field list has {tokens.Length} entries; write 1 to {FieldsMax} names, numbers or ranges");
        }

        if (tokens.Any(IsRtmp))
        {
            return LinePlan.Refused("field list is of an RTMP distribution, whose logs are not read; CloudFront ended RTMP in 2020");
        }

        return IsStandard(tokens) ? ParseStandard(tokens) : ParseRealTime(tokens);
    }

    private static bool IsRtmp(string token) => token is "x-event" or "x-cf-status" or "x-cf-client-id";

    private static bool IsStandard(string[] tokens) =>
        tokens.Any(token => token.Equals("date", StringComparison.OrdinalIgnoreCase)
            || token.Equals("timestamp(ms)", StringComparison.OrdinalIgnoreCase)
            || token.StartsWith("cs(", StringComparison.OrdinalIgnoreCase));

    private static LinePlan ParseRealTime(string[] tokens)
    {
        var numbers = new SortedSet<int>();
        foreach (var token in tokens)
        {
            if (!TryAdd(token, numbers))
            {
                return LinePlan.Refused(Unknown(token));
            }
        }

        return numbers.Contains(1)
            ? LinePlan.Of(LogKind.RealTime, [.. numbers.Select(number => CloudFrontFields.RealTime[number - 1])])
            : LinePlan.Refused("field list has no time; add timestamp (1) for real-time logs, or date and time for standard logs");
    }

    private static string Unknown(string token) =>
        $"cannot use '{Short(token)}' in the field list: no real-time field has that name, number or range; numbers go from 1 to {CloudFrontFields.RealTime.Length}";

    private static bool TryAdd(string token, SortedSet<int> numbers)
    {
        if (CloudFrontFields.TryGetNumber(token, out var number))
        {
            numbers.Add(number);
            return true;
        }

        var dash = token.IndexOf('-', StringComparison.Ordinal);
        var last = 0;
        var isRange = TryReadNumber(dash < 0 ? token : token[..dash], out var first) && TryReadNumber(token[(dash + 1)..], out last) && first <= last;
        for (var place = first; isRange && place <= last; place++)
        {
            numbers.Add(place);
        }

        return isRange;
    }

    private static bool TryReadNumber(string token, out int number) =>
        int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= CloudFrontFields.RealTime.Length;

    private static LinePlan ParseStandard(string[] tokens)
    {
        var fields = new List<CloudFrontField>(tokens.Length);
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var token in tokens)
        {
            if (!IsName(token))
            {
                return LinePlan.Refused($"cannot use '{Short(token)}' in the field list: not a field name; a list with date or cs(…) is one of standard logs and takes names only");
            }

            if (!seen.Add(token))
            {
                return LinePlan.Refused($"cannot use '{Short(token)}' in the field list: it is there twice");
            }

            fields.Add(CloudFrontFields.TryGetStandard(token, out var known) ? known : new CloudFrontField(token, FieldKind.Unknown, Place: -1));
        }

        return HasTime(fields)
            ? LinePlan.Of(LogKind.Standard, [.. fields])
            : LinePlan.Refused("field list has no time; add date and time, or timestamp(ms)");
    }

    private static bool HasTime(List<CloudFrontField> fields) =>
        fields.Exists(field => field.Kind == FieldKind.Milliseconds)
        || (fields.Exists(field => field.Kind == FieldKind.Date) && fields.Exists(field => field.Kind == FieldKind.TimeOfDay));

    private static bool IsName(string token) =>
        token.Length <= NameCharsMax && char.IsAsciiLetter(token[0]) && token.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '(' or ')' or '.');

    private static string Short(string token) => token.Length <= 40 ? token : token[..40] + "…";
}
