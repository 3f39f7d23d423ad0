namespace Cistern.Store.ClickHouse.Insert;

/// <summary>Rows that write themselves as one block of ClickHouse's Native format.</summary>
internal interface INativeBlock
{
    int Rows { get; }

    void Write(NativeWriter writer);
}
