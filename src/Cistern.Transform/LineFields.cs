using Cistern.Formats.CloudFront;

namespace Cistern.Transform;

/// <summary>Fields that the function looks at, by name, and where they are in a list.</summary>
internal sealed class LineFields
{
    public const string Status = "sc-status";
    public const string Stem = "cs-uri-stem";

    // The names of an entry, and the fields that they are made of.
    private static readonly (string Entry, string Field)[] EntryNames =
    [
        ("timestamp", "timestamp"), ("host", "cs-host"), ("method", "cs-method"), ("pathname", Stem), ("query_params", "cs-uri-query"), ("status", Status),
        ("ip", "c-ip"), ("userAgent", "cs-user-agent"), ("referer", "cs-referer"), ("bytes_sent", "sc-bytes"),
    ];

    public LineFields(LinePlan plan)
    {
        Plan = plan;
        StatusPlace = PlaceOf(plan, Status);
        StemPlace = PlaceOf(plan, Stem);
        EntryPlaces = [.. EntryNames.Select(name => (name.Entry, PlaceOf(plan, name.Field)))];
    }

    public LinePlan Plan { get; }

    /// <summary>The place in the line; -1 if it has none.</summary>
    public int StatusPlace { get; }

    public int StemPlace { get; }

    /// <summary>The members of an entry and the places of their values.</summary>
    public IReadOnlyList<(string Name, int Place)> EntryPlaces { get; }

    private static int PlaceOf(LinePlan plan, string name) => Array.FindIndex(plan.Fields, field => field.Name == name);
}
