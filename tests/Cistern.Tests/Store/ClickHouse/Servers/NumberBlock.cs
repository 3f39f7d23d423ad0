using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>A block of one column <c>n Int64</c>: so many numbers, one after the other.</summary>
internal sealed class NumberBlock(long first, int count) : INativeBlock
{
    public int Rows => count;

    public void Write(NativeWriter writer)
    {
        writer.VarInt(1);
        writer.VarInt((ulong)count);
        writer.Text("n");
        writer.Text("Int64");
        for (var row = 0; row < count; row++)
        {
            writer.Int64(first + row);
        }
    }
}
