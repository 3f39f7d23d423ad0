using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Operations;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Store.Embedded;

/// <summary>The rows of a large delivery, copied as they are decoded into chunks that the tables only link when it is stored.</summary>
/// <remarks>The one writer would need up to a second for the copy, in which no other delivery is answered.</remarks>
internal sealed class LargeRows(RowsOpening opening, RowIdentity identity, BudgetClaim claim) : IRowSink
{
    private readonly DeliveryColumns _common = new(Micros.Of(opening.Received), opening.DeliveryId, opening.Stream, opening.Route, opening.Attributes);
    private readonly List<UInt128> _identities = [];

    public HotTable Requests { get; } = new(Tables.Requests);

    public HotTable Rejects { get; } = new(Tables.Rejects);

    /// <summary>The room that they have.</summary>
    public BudgetClaim Claim { get; } = claim;

    /// <summary>The identity of each row of <c>requests</c>; empty for what is never compared.</summary>
    public UInt128[] Identities => [.. _identities];

    public void Take(DecodedDelivery rows)
    {
        if (opening.Repeats != RepeatScope.None)
        {
            _identities.AddRange(identity.Of(rows.Requests));
        }

        Requests.Append(rows.Requests, default, _common with { Rules = rows.Rules });
        Rejects.Append(rows.Rejects, default, _common);
    }

    /// <summary>Takes the rest, and counts what all take.</summary>
    public void End(DecodedDelivery rows)
    {
        rows.HandOver();
        Claim.Resize(Requests.Bytes + Rejects.Bytes);
    }

    public void Dispose()
    {
        Requests.Release();
        Rejects.Release();
        Claim.Dispose();
    }
}

/// <summary>A large delivery that comes to the writer: its body is in a file, its rows are in chunks.</summary>
internal sealed record LargeParts(BodyFile Body, LargeRows Rows);
