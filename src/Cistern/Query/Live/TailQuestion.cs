using Cistern.Query.Api;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;

namespace Cistern.Query.Live;

/// <summary>Which rows a tail shows.</summary>
internal sealed record TailQuestion(Signal Signal, FilterNode Filter, IReadOnlyList<QueryField> Columns, TailCursor? After)
{
    private static readonly string[] Names = ["signal", "where", "columns", "after"];

    /// <summary>Events belong to no delivery, so they have an order of their own.</summary>
    public bool OfEvents => Signal == DeliverySignals.Events;

    /// <param name="lastEventId">What a browser sends that was cut off; it goes before <c>after</c>, which stays in the address.</param>
    public static QueryProblem? Read(IQueryCollection query, string? lastEventId, DateTimeOffset now, out TailQuestion question)
    {
        var given = new QueryParameters(query);
        var (signal, columns) = (Signals.All[0], default(IReadOnlyList<QueryField>)!);
        FilterNode filter = new AllOf([]);
        TailCursor? after = null;
        var problem = QueryParameters.Check(query, Names, ["columns"])
            ?? Signals.Find(given["signal"], out signal)
            ?? FilterParser.Parse(given["where"], signal, now, out filter)
            ?? RowsQuestion.ReadColumns(signal, given.List("columns"), out columns)
            ?? ReadCursor(string.IsNullOrEmpty(lastEventId) ? given["after"] : lastEventId, signal, out after);
        question = new(signal, filter, columns, after);
        return problem;
    }

    private static QueryProblem? ReadCursor(string? text, Signal signal, out TailCursor? cursor)
    {
        cursor = null;
        return text is null || TailCursor.TryParse(text, signal == DeliverySignals.Events, out cursor)
            ? null
            : new(QueryFault.CursorInvalid, "cannot go on from this place: it is not the id of an event of a tail of the same signal; start again without Last-Event-ID and 'after'");
    }
}
