using Cistern.Formats.CloudFront;

namespace Cistern.Transform;

/// <summary>Which requests are kept, by their status.</summary>
internal enum Keep
{
    All = 1,

    /// <summary>200 to 299.</summary>
    Success = 2,

    /// <summary>400 to 599, marked as errors.</summary>
    Errors = 3,
}

/// <summary>How requests that are kept are written.</summary>
internal enum Output
{
    /// <summary>As they came.</summary>
    Lines = 1,

    /// <summary>JSON with CloudFront's own names and all fields of the line.</summary>
    Json = 2,

    /// <summary>JSON with the ten names that a function's own requests have: <c>timestamp, host, method, pathname, …</c>.</summary>
    Entries = 3,
}

/// <summary>What the function is told by its environment.</summary>
internal sealed record TransformSettings
{
    public const string FieldsName = "CISTERN_FIELDS";
    public const string KeepName = "CISTERN_KEEP";
    public const string DropPathsName = "CISTERN_DROP_PATHS";
    public const string OutputName = "CISTERN_OUTPUT";

    /// <summary>The fields of a real-time line; null if they are found by how many there are.</summary>
    public LinePlan? Fields { get; init; }

    public Keep Keep { get; init; } = Keep.All;

    public PathPatterns DropPaths { get; init; } = PathPatterns.None;

    public Output Output { get; init; } = Output.Lines;

    /// <summary>Lines need not be looked into.</summary>
    public bool KeepsEveryLine => Keep == Keep.All && DropPaths.IsEmpty && Output == Output.Lines;

    /// <param name="variable">Gives the value of an environment variable, or null.</param>
    /// <param name="problems">All that is wrong; empty if the settings can be used.</param>
    public static TransformSettings Read(Func<string, string?> variable, out IReadOnlyList<string> problems)
    {
        var found = new List<string>();
        problems = found;
        var keep = ReadKeep(variable(KeepName), found);
        var settings = new TransformSettings
        {
            Keep = keep,
            Output = ReadOutput(variable(OutputName), keep, found),
            DropPaths = PathPatterns.Parse(variable(DropPathsName) ?? "", out var problem),
            Fields = ReadFields(variable(FieldsName), found),
        };
        if (problem is not null)
        {
            found.Add($"{DropPathsName}: {problem}");
        }

        settings.CheckFields(found);
        return settings;
    }

    private static Keep ReadKeep(string? text, List<string> problems)
    {
        switch (text?.Trim().ToUpperInvariant())
        {
            case null or "" or "ALL":
                return Keep.All;
            case "SUCCESS":
                return Keep.Success;
            case "ERRORS":
                return Keep.Errors;
            default:
                problems.Add($"{KeepName}: cannot use '{text}'; write success, errors or all");
                return Keep.All;
        }
    }

    private static Output ReadOutput(string? text, Keep keep, List<string> problems)
    {
        switch (text?.Trim().ToUpperInvariant())
        {
            case null or "":
                return keep == Keep.Errors ? Output.Json : Output.Lines;
            case "LINES" when keep == Keep.Errors:
                problems.Add($"{OutputName}: lines cannot carry the mark that {KeepName}=errors sets; write json or entries");
                return Output.Lines;
            case "LINES":
                return Output.Lines;
            case "JSON":
                return Output.Json;
            case "ENTRIES":
                return Output.Entries;
            default:
                problems.Add($"{OutputName}: cannot use '{text}'; write lines, json or entries");
                return Output.Lines;
        }
    }

    private static LinePlan? ReadFields(string? text, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var plan = FieldList.Parse(text);
        if (plan.Refusal is { } refusal)
        {
            problems.Add($"{FieldsName}: {refusal}");
            return null;
        }

        if (plan.Kind != LogKind.RealTime)
        {
            problems.Add($"{FieldsName}: the list is one of standard logs; list the fields of the real-time log configuration");
        }

        return plan;
    }

    // A rule that can never be applied would keep or drop everything unseen.
    private void CheckFields(List<string> problems)
    {
        if (Fields is null)
        {
            return;
        }

        if (Keep != Keep.All && !Fields.Fields.Any(field => field.Name == LineFields.Status))
        {
            problems.Add($"{FieldsName}: {LineFields.Status} is not in the list, and {KeepName} needs it");
        }

        if (!DropPaths.IsEmpty && !Fields.Fields.Any(field => field.Name == LineFields.Stem))
        {
            problems.Add($"{FieldsName}: {LineFields.Stem} is not in the list, and {DropPathsName} needs it");
        }
    }
}
