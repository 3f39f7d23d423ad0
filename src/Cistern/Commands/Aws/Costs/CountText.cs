using System.CommandLine.Parsing;
using System.Globalization;

namespace Cistern.Commands.Aws.Costs;

/// <summary>Counts as people write them: <c>250000</c>, <c>250k</c>, <c>100M</c>, <c>1.5G</c>; powers of a thousand.</summary>
internal static class CountText
{
    private const decimal Max = 1_000_000_000_000_000;

    public static bool TryParse(string text, out decimal count)
    {
        var factor = char.ToLowerInvariant(text.LastOrDefault()) switch
        {
            'k' => 1_000m,
            'm' => 1_000_000m,
            'g' or 'b' => 1_000_000_000m,
            _ => 1m,
        };
        var digits = factor == 1 ? text : text[..^1];
        var valid = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out count) && count <= Max / factor;
        count = valid ? count * factor : 0;
        return valid && count == Math.Truncate(count);
    }

    public static decimal Parse(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (TryParse(text, out var count))
        {
            return count;
        }

        argument.AddError($"cannot read '{text}' as a count such as 250000, 250k, 100M or 1.5G");
        return 0;
    }
}
