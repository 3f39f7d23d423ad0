using System.Collections.Frozen;
using Cistern.Formats.Columns;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>One table that can be asked: its fields and its measures.</summary>
internal sealed class Signal
{
    private readonly FrozenDictionary<string, QueryField> _fields;
    private readonly FrozenDictionary<string, Measure> _measures;

    public Signal(TableSchema table, IReadOnlyList<QueryField> computed, IReadOnlyList<Measure> measures)
    {
        Name = table.Name;
        Fields = [.. UserColumns.Of(table).Select(QueryField.Column), .. computed];
        Measures = measures;
        _fields = Fields.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal);
        _measures = measures.ToFrozenDictionary(measure => measure.Name, StringComparer.Ordinal);
    }

    public string Name { get; }

    public IReadOnlyList<QueryField> Fields { get; }

    public IReadOnlyList<Measure> Measures { get; }

    /// <summary>What words without a field are looked for in.</summary>
    public required IReadOnlyList<string> FreeText { get; init; }

    /// <summary>Columns that tell rows of one delivery and time apart, for a stable order of pages.</summary>
    public required IReadOnlyList<string> TieBreak { get; init; }

    /// <summary>The columns that the first measure is computed from.</summary>
    public IReadOnlyList<string> MeasuredColumns { get; init; } = [];

    /// <summary>Fields that have at most some dozens of values, whatever the traffic.</summary>
    public IReadOnlyList<string> FewValued { get; init; } = [];

    /// <summary>Fields of which each value comes many times, as a rule: grouped by one of them and those with few values, rows are worth being added up first.</summary>
    public IReadOnlyList<string> Repeating { get; init; } = [];

    /// <summary>Measures under a key, each by the name before the dot.</summary>
    public IReadOnlyList<Measure> Keyed { get; init; } = [];

    /// <summary>The map in which a name is looked up that is no field; empty if such a name is a mistake.</summary>
    public string Elsewhere { get; init; } = "";

    /// <summary>Whether rows have a <c>weight</c>, so that counts may be scaled.</summary>
    public bool Weighted { get; init; }

    /// <summary>SQL of how much of the signal a group holds, which judges whether its changes are worth showing.</summary>
    public required Func<SqlDialect, string> Support { get; init; }

    /// <summary>Finds a field, also one under a key of a map.</summary>
    public bool TryField(string name, out QueryField field)
    {
        if (_fields.TryGetValue(name, out field!))
        {
            return true;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && _fields.TryGetValue(name[..dot], out var map) && map.IsMap)
        {
            field = map.Under(name[(dot + 1)..]);
            return IsKey(name.AsSpan(dot + 1));
        }

        // It keeps the name by which it was asked for, so that an answer's column is found by it.
        field = IsElsewhere(name) ? _fields[Elsewhere].Under(name) with { Name = name } : null!;
        return field is not null;
    }

    /// <summary>A field that the catalogue itself names.</summary>
    public QueryField FieldOf(string name) =>
        _fields.TryGetValue(name, out var field) ? field : throw new InvalidOperationException($"signal {Name} has no field '{name}', which its own lists name");

    /// <summary>Whether a name would be looked up as a key because it is no field.</summary>
    public bool IsElsewhere(string name) => Elsewhere.Length > 0 && !_fields.ContainsKey(name) && IsKey(name);

    public bool TryMeasure(string name, out Measure measure)
    {
        if (_measures.TryGetValue(name, out measure!))
        {
            return true;
        }

        var keyed = Keyed.FirstOrDefault(one => name.StartsWith($"{one.Name}.", StringComparison.Ordinal));
        measure = keyed?.Under(name[(keyed.Name.Length + 1)..])!;
        return measure is not null && IsKey(measure.Key);
    }

    // No stored text holds NUL.
    private static bool IsKey(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= QueryBounds.KeyLengthMax && !name.IsWhiteSpace() && !name.Contains('\0');
}
