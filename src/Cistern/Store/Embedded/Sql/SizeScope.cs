namespace Cistern.Store.Embedded.Sql;

/// <summary>What names of columns can stand for in one SELECT, in the FROM of it, and around it.</summary>
internal sealed class SizeScope(SizeScope? outer)
{
    private readonly List<(string Alias, Relation Relation)> _sources = [];
    private readonly Dictionary<string, (ValueSize Size, double Cost)> _aliases = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<Relation> Sources => _sources.Select(source => source.Relation);

    public void Add(string alias, Relation relation) => _sources.Add((alias, relation));

    /// <summary>A name that the SELECT itself gives: where it is used, the expression is evaluated again.</summary>
    public void Alias(string name, ValueSize size, double cost)
    {
        var before = _aliases.GetValueOrDefault(name);
        _aliases[name] = (ValueSize.Max(before.Size, size), Math.Max(before.Cost, cost));
    }

    /// <summary>The largest of all that a name can stand for, and what evaluating it costs. a.b.c: each may be a table, a column or a field.</summary>
    public (ValueSize Size, double Cost) Find(IReadOnlyList<string> names)
    {
        var (size, cost, found) = (ValueSize.None, 0.0, false);
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            foreach (var (alias, relation) in scope._sources)
            {
                size = ValueSize.Max(size, relation.Find(names));
                found |= relation.MayHave(names);
                if (names.Count == 1 && alias.Equals(names[0], StringComparison.OrdinalIgnoreCase))
                {
                    (size, found) = (ValueSize.Max(size, relation.Sum), true);
                }
            }

            foreach (var name in names.Where(scope._aliases.ContainsKey))
            {
                var known = scope._aliases[name];
                (size, cost, found) = (ValueSize.Max(size, known.Size), Math.Max(cost, known.Cost), true);
            }
        }

        return found ? (size, cost) : (Widest, cost);
    }

    /// <summary>Whatever fits into anything that can be named here.</summary>
    public ValueSize Widest => ValueSize.Max(
        ValueSize.Max(ValueSize.Max(Sources.Select(source => source.Widest)), ValueSize.Max(_aliases.Values.Select(alias => alias.Size))),
        Outer?.Widest ?? ValueSize.None);

    private SizeScope? Outer { get; } = outer;
}
