namespace Cistern.Store.Embedded.Sql;

/// <summary>How large a value can be at most.</summary>
/// <param name="Text">Bytes of its text, and of the texts in it.</param>
/// <param name="Slots">Places in its lists and maps, lists within lists included. A list that may be empty has one.</param>
/// <param name="Fields">Fields of its structs; of a list, those of its elements.</param>
internal readonly record struct ValueSize(double Text, double Slots = 0, double Fields = 0)
{
    // What a vector takes for each of its values, and a list for each of its places: DuckDB's widest are 16 bytes.
    private const double SlotBytes = 16;

    // Numbers, times and intervals as text are shorter.
    private const double FixedText = 64;

    /// <summary>A number, a time, a truth value, a name of bounded length.</summary>
    public static ValueSize Fixed { get; } = new(FixedText);

    public static ValueSize None { get; } = new(0);

    /// <summary>Bytes that one value takes.</summary>
    public double Memory => Text + (SlotBytes * (1 + Slots + Fields));

    public bool IsNested => Slots + Fields > 0;

    /// <summary>Columns that it becomes when it is unnested.</summary>
    public double Columns => Math.Max(1, Fields);

    /// <summary>Places that it takes as an element.</summary>
    public double Places => Slots + Math.Max(1, Fields);

    /// <summary>The same value written as text: quotes and backslashes double it, and what is no text has a length too.</summary>
    public double AsText => IsNested ? (2 * Text) + ((FixedText + 4) * (Slots + Fields)) : Text;

    public static ValueSize operator +(ValueSize left, ValueSize right) => new(left.Text + right.Text, left.Slots + right.Slots, left.Fields + right.Fields);

    /// <summary>Whatever fits into one of both.</summary>
    public static ValueSize Max(ValueSize left, ValueSize right) =>
        new(Math.Max(left.Text, right.Text), Math.Max(left.Slots, right.Slots), Math.Max(left.Fields, right.Fields));

    public static ValueSize Max(IEnumerable<ValueSize> sizes) => sizes.Aggregate(None, Max);

    public static ValueSize Sum(IEnumerable<ValueSize> sizes) => sizes.Aggregate(None, (sum, size) => sum + size);
}
