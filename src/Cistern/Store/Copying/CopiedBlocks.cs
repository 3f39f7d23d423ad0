using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Store.Copying;

/// <summary>Plans that say of deliveries that they are stored: a node to which one of them is sent again takes it for a repeat.</summary>
internal sealed class CopiedPlans(IReadOnlyList<CopyGroup> deliveries) : INativeBlock
{
    // Of no node's attempt.
    private const long Attempt = 1;

    public int Rows => deliveries.Count;

    public void Write(NativeWriter writer)
    {
        writer.VarInt(8);
        writer.VarInt((ulong)deliveries.Count);
        Column(writer, "delivery", "UInt128", (into, one) => into.UInt128(DeliveryHash.Of(one.Stream, one.Id).Key));
        Column(writer, "stream", "String", (into, one) => into.Text(one.Stream));
        Column(writer, "delivery_id", "String", (into, one) => into.Text(one.Id));
        Column(writer, "received", "DateTime64(6, 'UTC')", (into, one) => into.Int64(one.Received));
        Column(writer, "attempt", "UInt64", (into, _) => into.Int64(Attempt));
        Column(writer, "repeats", "String", (into, _) => into.Text(""));
        Column(writer, "forever", "UInt8", (into, _) => into.Byte(0));
        Column(writer, "done", "UInt8", (into, _) => into.Byte(1));
    }

    private void Column(NativeWriter writer, string name, string type, Action<NativeWriter, CopyGroup> write)
    {
        writer.Text(name);
        writer.Text(type);
        foreach (var delivery in deliveries)
        {
            write(writer, delivery);
        }
    }
}

/// <summary>The identities of rows, by which a node knows one that comes again in another delivery.</summary>
internal sealed class CopiedIdentities(IReadOnlyList<(UInt128 Identity, CopyGroup Of)> rows) : INativeBlock
{
    public int Rows => rows.Count;

    public void Write(NativeWriter writer)
    {
        writer.VarInt(4);
        writer.VarInt((ulong)rows.Count);
        Column(writer, "identity", "UInt128", (into, row) => into.UInt128(row.Identity));
        Column(writer, "received", "DateTime64(6, 'UTC')", (into, row) => into.Int64(row.Of.Received));
        Column(writer, "delivery_id", "String", (into, row) => into.Text(row.Of.Id));
        Column(writer, "stream", "String", (into, row) => into.Text(row.Of.Stream));
    }

    private void Column(NativeWriter writer, string name, string type, Action<NativeWriter, (UInt128 Identity, CopyGroup Of)> write)
    {
        writer.Text(name);
        writer.Text(type);
        foreach (var row in rows)
        {
            write(writer, row);
        }
    }
}
