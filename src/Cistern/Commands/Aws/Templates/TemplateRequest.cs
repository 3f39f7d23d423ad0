namespace Cistern.Commands.Aws.Templates;

/// <summary>What a template is made of. Everything in it was checked (<see cref="TemplateOptions"/>); what is null stays open and is asked for when the template is deployed.</summary>
internal sealed record TemplateRequest
{
    public required TemplateForm Form { get; init; }

    public required IReadOnlySet<TemplateSignal> Signals { get; init; }

    /// <summary>The server's address without a slash at its end.</summary>
    public required string Url { get; init; }

    /// <summary>The command line that asked for it, for the head of the template.</summary>
    public required string CommandLine { get; init; }

    public string? Name { get; init; }

    public string? SecretArn { get; init; }

    public string? AlarmTopicArn { get; init; }

    /// <summary>The fields of real-time lines, in canonical order.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>The same as numbers, for the common attribute.</summary>
    public required string FieldNumbers { get; init; }

    public int? Sampling { get; init; }

    public string? FunctionArn { get; init; }

    public string? DistributionId { get; init; }

    /// <summary>The log groups that are subscribed; empty means all of the account.</summary>
    public IReadOnlyList<string> LogGroups { get; init; } = [];

    public IReadOnlyList<string> ExcludedLogGroups { get; init; } = [];

    public string? MetricsFormat { get; init; }

    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public IReadOnlyList<string> ExcludedNamespaces { get; init; } = [];

    public bool Has(TemplateSignal signal) => Signals.Contains(signal);
}
