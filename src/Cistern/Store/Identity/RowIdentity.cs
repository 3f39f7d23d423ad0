using System.Runtime.InteropServices;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Store.Identity;

/// <summary>What makes two rows the same row, as a keyed 128-bit hash.</summary>
/// <remarks>
/// <para>
/// Of a request the distribution and the request id; of a log event account, group, stream, time and event id; of a metric everything but how it came here: the same
/// metric at the same time with other values is another row. Zero is the identity of a row that cannot be told from others.
/// </para>
/// <para>
/// The key is made anew at each start, so nobody outside can construct two ids that meet; it is never stored, because the journal names repeated rows by their place.
/// </para>
/// </remarks>
internal sealed class RowIdentity(SipKey key)
{
    private readonly SignalIdentity[] _signals =
    [
        new RequestIdentity(key),
        new LogIdentity(key),
        new MetricIdentity(key),
    ];

    /// <summary>What tells the rows of a signal apart.</summary>
    public SignalIdentity this[TableSchema table] => _signals.First(signal => signal.Table == table);

    /// <summary>The identity of each row of a delivery, in the order in which they are numbered: table by table.</summary>
    public UInt128[] Of(DecodedDelivery rows)
    {
        var identities = new List<UInt128>((int)rows.Rows);
        for (var signal = 0; signal < _signals.Length; signal++)
        {
            Append(signal, rows.Signals[signal], identities);
        }

        return [.. identities];
    }

    /// <summary>Adds the identity of each row of one signal.</summary>
    /// <param name="signal">Its place in <see cref="Tables.Signals"/>.</param>
    /// <param name="batch">Its rows.</param>
    /// <param name="identities">Where to.</param>
    public void Append(int signal, ColumnBatch batch, List<UInt128> identities)
    {
        var start = identities.Count;
        CollectionsMarshal.SetCount(identities, start + batch.RowCount);
        _signals[signal].Of(batch, CollectionsMarshal.AsSpan(identities)[start..]);
    }
}
