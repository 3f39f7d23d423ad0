namespace Cistern.Formats.CloudFront;

/// <summary>One tab-separated line of a real-time or standard log: from a field list and the places of the tabs to a row.</summary>
internal sealed class LineDecoder(RowWriter row, LineScanner scanner, ReasonText reason)
{
    private const string Remedy = "configure the fields, for instance with the common attribute cloudfront-fields";

    /// <summary>Reads a line by a list that is configured, or that the data states.</summary>
    public bool TryDecode(ReadOnlySpan<byte> line, LinePlan plan)
    {
        if (plan.Refusal is { } refusal)
        {
            return reason.Set(refusal);
        }

        var count = scanner.FieldCount;
        return count == plan.Fields.Length
            ? TryWrite(line, plan)
            : reason.Set($"line has {count} fields and its field list has {plan.Fields.Length}; make cloudfront-fields list what the log holds");
    }

    /// <summary>Reads a line whose list nobody told, by the known lists of its length.</summary>
    public bool TryGuess(ReadOnlySpan<byte> line)
    {
        var count = scanner.FieldCount;
        var isStandard = scanner.Ends[0] == "2025-10-09".Length && line[4] == '-';
        foreach (var plan in KnownLists.Of(count, isStandard))
        {
            if (KnownLists.Fits(plan, line, scanner.Ends))
            {
                return TryWrite(line, plan);
            }
        }

        return reason.Set($"line has {count} fields, which matches no known list; {Remedy}");
    }

    private bool TryWrite(ReadOnlySpan<byte> line, LinePlan plan)
    {
        row.Begin(new ValueEncoding(IsPercent: true, scanner.IsSuspect, plan.IsStated));
        var fields = plan.Fields;
        var ends = scanner.Ends[..fields.Length];
        var start = 0;
        for (var place = 0; place < fields.Length; place++)
        {
            var value = line[start..ends[place]];
            if (!IsLeftOut(value) && !row.TryWrite(fields[place], value) && !IsPaddedDash(value))
            {
                return reason.Field(place + 1, fields[place], value);
            }

            start = ends[place] + 1;
        }

        return row.TryEnd() || reason.Set("line has no time: the fields that hold it are left out");
    }

    private static bool IsLeftOut(ReadOnlySpan<byte> value) => value.Length == 0 || (value.Length == 1 && value[0] == '-');

    // Some writers put a space before the dash.
    private static bool IsPaddedDash(ReadOnlySpan<byte> value) => value.Trim((byte)' ') is [] or [(byte)'-'];
}
