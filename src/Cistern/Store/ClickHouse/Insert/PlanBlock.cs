namespace Cistern.Store.ClickHouse.Insert;

/// <summary>One row of the plans, as a block.</summary>
internal sealed class PlanBlock(CommitWork work, DeliveryPlan plan) : INativeBlock
{
    public int Rows => 1;

    public void Write(NativeWriter writer)
    {
        writer.VarInt(8);
        writer.VarInt(1);
        Head(writer, "delivery", "UInt128").UInt128(work.Key);
        Head(writer, "stream", "String").Text(work.Delivery.Stream);
        Head(writer, "delivery_id", "String").Text(work.Delivery.DeliveryId);
        Head(writer, "received", "DateTime64(6, 'UTC')").Int64(plan.Received);
        Head(writer, "attempt", "UInt64").Int64((long)plan.Attempt);
        Head(writer, "repeats", "String").Text(plan.Repeats);
        Head(writer, "forever", "UInt8").Byte(work.Delivery.Repeats == RepeatScope.Import ? (byte)1 : (byte)0);
        Head(writer, "done", "UInt8").Byte(plan.IsDone ? (byte)1 : (byte)0);
    }

    private static NativeWriter Head(NativeWriter writer, string name, string type)
    {
        writer.Text(name);
        writer.Text(type);
        return writer;
    }
}
