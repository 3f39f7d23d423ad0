namespace Cistern.Query.Catalogue;

/// <summary>Page reads of whoever passes the filter: for readers beside the AI agents, such as search engines, and for one reader alone.</summary>
internal static class ReadMeasures
{
    private const string Delivered = $"{AgentMeasures.IsRead} AND {AgentMeasures.IsOk}";

    public static IEnumerable<Measure> All(string weight)
    {
        Measure Count(string name, string description, string condition) =>
            new(name, Unit.Requests, MeasureKind.Count, description, s => s.SumWhere(weight, condition));

        yield return Count("reads", "Pages that anyone asked for with GET.", AgentMeasures.IsRead);
        yield return Count("blocked_reads", "Page reads of anyone that were answered 401, 402, 403, 406, 429 or 451.", $"{AgentMeasures.IsRead} AND {AgentMeasures.IsBlocked}");
        yield return Count("failed_reads", "Page reads of anyone that were answered 500 to 599, or not at all.", $"{AgentMeasures.IsRead} AND {AgentMeasures.IsFailed}");
        yield return new("delivered_share", Unit.Ratio, MeasureKind.Value, "Delivered page reads / page reads of anyone.",
            s => $"{s.SumWhere(weight, Delivered)} / nullif({s.SumWhere(weight, AgentMeasures.IsRead)}, 0)");
    }
}
