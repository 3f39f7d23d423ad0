namespace Cistern.Formats.CloudFront;

/// <summary>One tab-separated line of a real-time or standard log: from a field list and the places of the tabs to a row.</summary>
internal sealed class LineDecoder(RowWriter row, LineScanner scanner, ReasonText reason)
{
    /// <summary>Reads a line by a list that is configured, or that the data states.</summary>
    public bool TryDecode(ReadOnlySpan<byte> line, LinePlan plan)
    {
        if (plan.Refusal is { } refusal)
        {
            return reason.Set(refusal);
        }

        var (count, listed) = (scanner.FieldCount, plan.Fields.Length);
        if (count == listed || (count == listed + 1 && EndsWithTab(line)))
        {
            return TryWrite(line, plan);
        }

        return plan.IsStated
            ? reason.Set($"line has {count} fields and the #Fields line before it has {listed}; the line is cut or from another log")
            : reason.Set($"line has {count} fields and its field list has {listed}; make cloudfront-fields list what the log holds");
    }

    /// <summary>Reads a line whose list nobody told, by the known lists of its length.</summary>
    public bool TryGuess(ReadOnlySpan<byte> line)
    {
        var count = EndsWithTab(line) ? scanner.FieldCount - 1 : scanner.FieldCount;
        LinePlan? nearest = null;
        var furthest = 0;
        var isStandard = scanner.Ends[0] == "2025-10-09".Length && line[4] == '-';
        foreach (var plan in KnownLists.Of(count, isStandard))
        {
            if (KnownLists.Fits(plan, line, scanner.Ends, out var misfit))
            {
                return TryWrite(line, plan);
            }

            (nearest, furthest) = misfit >= furthest ? (plan, misfit) : (nearest, furthest);
        }

        return nearest is null
            ? reason.Set($"line has {count} fields, which matches no known list; {ReasonText.Remedy}")
            : reason.Misfit(count, furthest + 1, nearest.Fields[furthest], ValueOf(line, furthest));
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

    private ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> line, int place) => line[(place == 0 ? 0 : scanner.Ends[place - 1] + 1)..scanner.Ends[place]];

    // Nothing behind the last tab is no field: an empty value is '-'.
    private static bool EndsWithTab(ReadOnlySpan<byte> line) => line is [.., (byte)'\t'];

    private static bool IsLeftOut(ReadOnlySpan<byte> value) => value.Length == 0 || (value.Length == 1 && value[0] == '-');

    // Some writers put a space before the dash.
    private static bool IsPaddedDash(ReadOnlySpan<byte> value) => value.Trim((byte)' ') is [] or [(byte)'-'];
}
