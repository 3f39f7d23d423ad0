using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Operations;
using Cistern.Store.Embedded.Hot;
using Cistern.Store.Identity;

namespace Cistern.Store.Embedded;

/// <summary>The rows of a large delivery, copied as they are decoded into chunks that the tables only link when it is stored.</summary>
/// <remarks>The one writer would need up to a second for the copy, in which no other delivery is answered.</remarks>
internal sealed class LargeRows(RowsOpening opening, RowIdentity identity, BudgetClaim claim) : IRowSink
{
    private readonly DeliveryColumns _common = new(Micros.Of(opening.Received), opening.DeliveryId, opening.Stream, opening.Route, opening.Attributes);
    private readonly List<UInt128>[] _identities = [.. Tables.Signals.Select(_ => new List<UInt128>())];

    /// <summary>The rows by table, in the order of <see cref="Tables.Signals"/>.</summary>
    public IReadOnlyList<HotTable> Signals { get; } = [.. Tables.Signals.Select(table => new HotTable(table))];

    public HotTable Rejects { get; } = new(Tables.Rejects);

    /// <summary>The room that they have.</summary>
    public BudgetClaim Claim { get; } = claim;

    /// <summary>The identity of each row, table by table; empty for what is never compared.</summary>
    public UInt128[] Identities => [.. _identities.SelectMany(one => one)];

    public void Take(DecodedDelivery rows)
    {
        for (var signal = 0; signal < Signals.Count; signal++)
        {
            var batch = rows.Signals[signal];
            if (batch.RowCount == 0)
            {
                continue;
            }

            if (opening.Repeats != RepeatScope.None)
            {
                identity.Append(signal, batch, _identities[signal]);
            }

            Signals[signal].Append(batch, default, _common with { Rules = rows.Rules });
        }

        Rejects.Append(rows.Rejects, default, _common);
    }

    /// <summary>Takes the rest, and counts what all take.</summary>
    public void End(DecodedDelivery rows)
    {
        rows.HandOver();
        Claim.Resize(Signals.Sum(table => table.Bytes) + Rejects.Bytes);
    }

    public void Dispose()
    {
        foreach (var table in Signals)
        {
            table.Release();
        }

        Rejects.Release();
        Claim.Dispose();
    }
}

/// <summary>A large delivery that comes to the writer: its body is in a file, its rows are in chunks.</summary>
internal sealed record LargeParts(BodyFile Body, LargeRows Rows);
