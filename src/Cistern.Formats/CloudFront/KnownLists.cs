namespace Cistern.Formats.CloudFront;

/// <summary>The lists that a line without a configured list may have, by how many fields it holds.</summary>
/// <remarks>
/// A count alone proves nothing, so a list is taken only if the line's own values look like its fields (<see cref="Fits"/>) and then parse
/// as them. Two lists of one count differ in at least one checked field.
/// </remarks>
internal static class KnownLists
{
    public const string StandardNames =
        "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) "
        + "x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher "
        + "x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte "
        + "x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end";

    private static readonly LinePlan[] None = [];

    private static readonly LinePlan[][] RealTimeByCount = ByCount(
        "1-2,5-7,9-10,15,18-19,21",                                  // 11: what remains of a common tutorial's choice
        "1-2,4-41",                                                  // 40: before s-ip
        "1-41",
        "1-2,4-41,44-46",                                            // 43
        "1-2,4-46", "1-45",                                          // 45: a captured line without s-ip
        "1-46", "1-64", "1-67", "1-69", "1-71");

    private static readonly LinePlan[][] StandardByCount = ByCount(
        Standard(24), Standard(26), Standard(33),
        WithoutCookie(24), WithoutCookie(26), WithoutCookie(33),
        Standard(33) + " distribution-tenant-id connection-id",       // 35, version 1
        Standard(33) + " c-country cache-behavior-path-pattern");     // 35, version 2

    /// <summary>The lists of that count; a line of a standard log begins with its date.</summary>
    public static ReadOnlySpan<LinePlan> Of(int count, bool isStandard)
    {
        var lists = isStandard ? StandardByCount : RealTimeByCount;
        return count < lists.Length ? lists[count] : None;
    }

    /// <summary>Whether the fields with a shape of their own look like it; if not, <paramref name="misfit"/> is the place of the first that does not.</summary>
    public static bool Fits(LinePlan plan, ReadOnlySpan<byte> line, ReadOnlySpan<int> ends, out int misfit)
    {
        var start = 0;
        for (var place = 0; place < plan.Fields.Length; place++)
        {
            var value = line[start..ends[place]];
            if (!IsLeftOut(value) && !FieldShapes.Fits(plan.Fields[place], value))
            {
                misfit = place;
                return false;
            }

            start = ends[place] + 1;
        }

        misfit = -1;
        return true;
    }

    private static bool IsLeftOut(ReadOnlySpan<byte> value) => value is [] or [(byte)'-'];

    private static string Standard(int count) => string.Join(' ', StandardNames.Split(' ').Take(count));

    private static string WithoutCookie(int count) => string.Join(' ', StandardNames.Split(' ').Take(count).Where(name => name != "cs(Cookie)"));

    private static LinePlan[][] ByCount(params string[] lists)
    {
        var plans = lists.Select(FieldList.Parse).ToLookup(plan => plan.Fields.Length);
        return [.. Enumerable.Range(0, plans.Max(group => group.Key) + 1).Select(count => plans[count].ToArray())];
    }
}
