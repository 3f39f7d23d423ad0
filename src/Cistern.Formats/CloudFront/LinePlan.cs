namespace Cistern.Formats.CloudFront;

/// <summary>What each field of a line is: a field list, understood. Or why the list cannot be used.</summary>
internal sealed class LinePlan
{
    private LinePlan(LogKind kind, CloudFrontField[] fields, string? refusal) => (Kind, Fields, Refusal) = (kind, fields, refusal);

    public LogKind Kind { get; }

    public CloudFrontField[] Fields { get; }

    /// <summary>Why no line can be read with this list; null if lines can.</summary>
    public string? Refusal { get; }

    /// <summary>The list stands in the data itself (<c>#Fields</c>), so that it cannot be out of step with the lines.</summary>
    public bool IsStated { get; init; }

    public static LinePlan Of(LogKind kind, params CloudFrontField[] fields) => new(kind, fields, refusal: null);

    public static LinePlan Refused(string why) => new(LogKind.Standard, [], why);

    public LinePlan Stated() => new(Kind, Fields, Refusal) { IsStated = true };
}
