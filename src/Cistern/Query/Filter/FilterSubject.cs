using Cistern.Query.Catalogue;

namespace Cistern.Query.Filter;

/// <summary>What a filter is written over: fields by name, and how refusals speak of it.</summary>
internal sealed record FilterSubject
{
    /// <summary>As in "cannot read the filter at 8".</summary>
    public required string Name { get; init; }

    /// <summary>As in "unknown field".</summary>
    public required string FieldName { get; init; }

    /// <summary>The field of a name, or null.</summary>
    public required Func<string, QueryField?> Find { get; init; }

    /// <summary>Whether a name is no field, but would be looked for as a key.</summary>
    public Func<string, bool> IsElsewhere { get; init; } = static _ => false;

    /// <summary>Every name, for "did you mean".</summary>
    public required IEnumerable<string> Names { get; init; }

    /// <summary>Where to look if no name is near.</summary>
    public required string Remedy { get; init; }

    /// <summary>Words without a field are looked for in free text.</summary>
    public bool HasFreeText { get; init; }

    /// <summary>The rows of a signal.</summary>
    public static FilterSubject RowsOf(Signal signal) => new()
    {
        Name = "the filter",
        FieldName = "field",
        Find = name => signal.TryField(name, out var field) ? field : null,
        IsElsewhere = signal.IsElsewhere,
        Names = signal.Fields.Select(known => known.Name),
        Remedy = "; fields are listed by /api/catalogue, and words in quotes are looked for as they stand",
        HasFreeText = true,
    };
}
