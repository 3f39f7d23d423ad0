namespace Cistern.Store.Embedded.Sql;

/// <summary>How large the values are in the columns of something that stands in FROM.</summary>
internal sealed class Relation
{
    private readonly Dictionary<string, ValueSize> _columns = new(StringComparer.OrdinalIgnoreCase);
    private ValueSize _unnamed = ValueSize.None;

    /// <summary>How many columns there are.</summary>
    public double Width { get; private set; }

    /// <summary>All columns together: what the name of a table stands for where a column is expected, and what a star stands for.</summary>
    public ValueSize Sum { get; private set; } = ValueSize.None;

    /// <summary>Whatever fits into any column.</summary>
    public ValueSize Widest => ValueSize.Max(_unnamed, ValueSize.Max(_columns.Values));

    /// <summary>Bytes that making the rows takes, for each of them.</summary>
    public double Cost { get; set; }

    public void Add(string? name, ValueSize size, double columns = 1)
    {
        (Width, Sum) = (Width + columns, Sum + new ValueSize(size.Text, size.Slots, size.Columns));
        if (name is null)
        {
            _unnamed = ValueSize.Max(_unnamed, size);
        }
        else
        {
            _columns[name] = ValueSize.Max(size, _columns.GetValueOrDefault(name));
        }
    }

    /// <summary>What a column of that name can hold at most. Where the tree does not tell all names, any of the others may be it.</summary>
    public ValueSize Find(IEnumerable<string> names) => names.Where(_columns.ContainsKey).Aggregate(_unnamed, (most, name) => ValueSize.Max(most, _columns[name]));

    /// <summary>Whether one of the names may be a column of it.</summary>
    public bool MayHave(IEnumerable<string> names) => _unnamed != ValueSize.None || names.Any(_columns.ContainsKey);

    public void AddAll(Relation other)
    {
        foreach (var (name, size) in other._columns)
        {
            _columns[name] = ValueSize.Max(size, _columns.GetValueOrDefault(name));
        }

        _unnamed = ValueSize.Max(_unnamed, other._unnamed);
        (Width, Sum) = (Width + other.Width, Sum + other.Sum);
    }

    /// <summary>Lets every column hold a text of so many bytes.</summary>
    public void Widen(double text) => (_unnamed, Sum) = (ValueSize.Max(_unnamed, new(text)), Sum + new ValueSize(text));

    /// <summary>The same columns under names that nobody looked at.</summary>
    public Relation WithoutNames() => new() { _unnamed = Widest, Width = Width, Sum = Sum, Cost = Cost };

    /// <summary>Rows of the one or of the other, columns by their place or their name.</summary>
    public static Relation Union(Relation left, Relation right)
    {
        var (most, union) = (ValueSize.Max(left.Widest, right.Widest), new Relation { Cost = left.Cost + right.Cost });
        foreach (var name in left._columns.Keys.Concat(right._columns.Keys))
        {
            union._columns[name] = most;
        }

        union._unnamed = left._unnamed == ValueSize.None && right._unnamed == ValueSize.None ? ValueSize.None : most;
        (union.Width, union.Sum) = (left.Width + right.Width, ValueSize.Max(left.Sum, right.Sum) + most); // BY NAME has the columns of both.
        return union;
    }

    /// <summary>Whether every column of the other fits into the one of this that it is put into.</summary>
    public bool Holds(Relation other) => ValueSize.Max(Widest, other.Widest) == Widest && ValueSize.Max(Sum, other.Sum) == Sum;
}
