using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;

namespace Cistern.Store.Identity;

/// <summary>A log event is told by account, log group, log stream, its time and the id that CloudWatch Logs gave to it.</summary>
/// <remarks>The id alone should do. There are captures in which two events of a log stream have one id and other times: what may differ is kept.</remarks>
internal sealed class LogIdentity(SipKey key) : SignalIdentity(Tables.Logs, "account", "log_group", "log_stream", "event_id", "time")
{
    public override void Of(ColumnBatch batch, Span<UInt128> identities)
    {
        var (accounts, groups, streams, ids) = (batch.Text(Places[0]), batch.Text(Places[1]), batch.Text(Places[2]), batch.Text(Places[3]));
        var times = batch.Values<long>(Places[4]);
        var source = default(SipHash128);
        for (var row = 0; row < identities.Length; row++)
        {
            // The events of a document are of one log stream.
            if (row == 0 || !streams[row].SequenceEqual(streams[row - 1]) || !groups[row].SequenceEqual(groups[row - 1]) || !accounts[row].SequenceEqual(accounts[row - 1]))
            {
                source = Begin(accounts[row], groups[row], streams[row]);
            }

            identities[row] = Of(source, ids[row], times[row] ?? 0);
        }
    }

    public override UInt128 Of(DuckDbResult stored, int row) =>
        Of(Begin(stored.Vector(0).GetBytes(row), stored.Vector(1).GetBytes(row), stored.Vector(2).GetBytes(row)), stored.Vector(3).GetBytes(row), stored.Vector(4).Get<long>(row));

    private SipHash128 Begin(ReadOnlySpan<byte> account, ReadOnlySpan<byte> group, ReadOnlySpan<byte> stream)
    {
        // The name of the table keeps identities of several tables apart, which share one window.
        var hash = new SipHash128(key);
        hash.AppendField("logs"u8);
        hash.AppendField(account);
        hash.AppendField(group);
        hash.AppendField(stream);
        return hash;
    }

    private static UInt128 Of(SipHash128 source, ReadOnlySpan<byte> id, long time)
    {
        if (id.IsEmpty)
        {
            return UInt128.Zero; // A message that came without its envelope.
        }

        var hash = source;
        hash.AppendField(id);
        hash.Append((ulong)time);
        return hash.Finish();
    }
}
