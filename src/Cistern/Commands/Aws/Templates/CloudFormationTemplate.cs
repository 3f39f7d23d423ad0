using System.Text.RegularExpressions;
using Cistern.Formats.CloudFront;

namespace Cistern.Commands.Aws.Templates;

/// <summary>Makes a CloudFormation template: what was asked for of <c>deploy/cloudformation/cistern.yaml</c>, with values as defaults of parameters.</summary>
internal static class CloudFormationTemplate
{
    public static string Make(TemplateRequest request)
    {
        var text = TemplateParts.Of(request)
            .Keep("logs-account", request.Has(TemplateSignal.Logs) && request.LogGroups.Count == 0)
            .WriteOut("log-group", request.LogGroups)
            .WriteOut("namespaces", Heading(request.Namespaces))
            .WriteOut("namespace", request.Namespaces)
            .WriteOut("excluded-namespaces", Heading(request.ExcludedNamespaces))
            .WriteOut("excluded-namespace", request.ExcludedNamespaces)
            .Make(DeployFiles.Read(DeployFiles.CloudFormation));
        text = TemplateParts.ReplaceOnce(text, $"AttributeValue: '{CloudFrontFields.RecommendedList}'", $"AttributeValue: '{request.FieldNumbers}'", request.Has(TemplateSignal.Realtime));
        return TemplateParts.WithCommandLine(Defaults(request).Aggregate(text, (current, pair) => WithDefault(current, pair.Name, pair.Value)), request);
    }

    /// <summary>A parameter's block from its name on, without anything behind it; null if the template has none of that name.</summary>
    internal static Match Parameter(string text, string name) =>
        Regex.Match(text, $@"(?<=\nParameters:\n(?:.*\n)*?)  {name}:\n(?:    .*\n)+");

    private static IEnumerable<(string Name, string? Value)> Defaults(TemplateRequest request) =>
    [
        ("EndpointUrl", request.Url), ("Prefix", request.Name), ("SecretArn", request.SecretArn), ("AlarmTopicArn", request.AlarmTopicArn),
        ("RealtimeSampling", request.Sampling is { } percent ? $"{percent}" : null), ("TransformFunctionArn", request.FunctionArn), ("DistributionId", request.DistributionId),
        ("LogsExcludedGroups", request.ExcludedLogGroups.Count == 0 ? null : string.Join(',', request.ExcludedLogGroups)), ("MetricsFormat", request.MetricsFormat),
    ];

    private static string WithDefault(string text, string name, string? value)
    {
        var parameter = Parameter(text, name);
        if (value is null || !parameter.Success)
        {
            return text;
        }

        var line = $"    Default: {(parameter.Value.Contains("Type: Number", StringComparison.Ordinal) ? value : $"'{value}'")}\n";
        var without = Regex.Replace(parameter.Value, "    Default: .*\n", "");
        var filled = Regex.Replace(without, "(    Description: .*\n)", match => match.Value + line);
        return text[..parameter.Index] + filled + text[(parameter.Index + parameter.Length)..];
    }

    // The line above a list is there once, if the list has entries.
    private static IReadOnlyList<string> Heading(IReadOnlyList<string> list) => list.Count == 0 ? [] : [""];
}
