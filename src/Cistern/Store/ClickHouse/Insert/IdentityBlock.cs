namespace Cistern.Store.ClickHouse.Insert;

/// <summary>The identities of the rows that a delivery stored, as a block.</summary>
internal sealed class IdentityBlock(IReadOnlyList<UInt128> identities, CommonValues common) : INativeBlock
{
    public int Rows => identities.Count;

    public void Write(NativeWriter writer)
    {
        writer.VarInt(4);
        writer.VarInt((ulong)identities.Count);
        Column(writer, "identity", "UInt128", (into, row) => into.UInt128(identities[row]));
        Column(writer, "received", "DateTime64(6, 'UTC')", (into, _) => into.Int64(common.Received));
        Column(writer, "delivery_id", "String", (into, _) => into.Text(common.DeliveryId));
        Column(writer, "stream", "String", (into, _) => into.Text(common.Stream));
    }

    private void Column(NativeWriter writer, string name, string type, Action<NativeWriter, int> write)
    {
        writer.Text(name);
        writer.Text(type);
        for (var row = 0; row < identities.Count; row++)
        {
            write(writer, row);
        }
    }
}
