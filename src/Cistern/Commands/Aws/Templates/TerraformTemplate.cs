using System.Text.RegularExpressions;
using Cistern.Formats.CloudFront;

namespace Cistern.Commands.Aws.Templates;

/// <summary>Makes a Terraform configuration in one file: the files of <c>deploy/terraform</c> that were asked for, with values as defaults of variables.</summary>
internal static class TerraformTemplate
{
    /// <summary>The files in the order in which they are read best; a signal's file has its name.</summary>
    internal static readonly string[] Files = ["versions", "variables", "bucket", "delivery", "alarms", "realtime", "standard", "logs", "metrics"];

    public static string Make(TemplateRequest request)
    {
        var files = Files.Where(file => !Enum.TryParse<TemplateSignal>(file, ignoreCase: true, out var signal) || request.Has(signal));
        var text = TemplateParts.Of(request).Make(string.Join('\n', files.Select(file => DeployFiles.Read($"terraform/{file}.tf"))));
        text = TemplateParts.ReplaceOnce(text, $"realtime_field_numbers = \"{CloudFrontFields.RecommendedList}\"", $"realtime_field_numbers = \"{request.FieldNumbers}\"", request.Has(TemplateSignal.Realtime));
        return TemplateParts.WithCommandLine(Defaults(request).Aggregate(text, (current, pair) => WithDefault(current, pair.Name, pair.Value)), request);
    }

    private static IEnumerable<(string Name, string? Value)> Defaults(TemplateRequest request) =>
    [
        ("endpoint_url", Quoted(request.Url)), ("name", Quoted(request.Name)), ("secret_arn", Quoted(request.SecretArn)), ("alarm_topic_arn", Quoted(request.AlarmTopicArn)),
        ("realtime_sampling", request.Sampling is { } percent ? $"{percent}" : null), ("transform_function_arn", Quoted(request.FunctionArn)), ("distribution_id", Quoted(request.DistributionId)),
        ("log_groups", List(request.LogGroups)), ("excluded_log_groups", List(request.ExcludedLogGroups)), ("metrics_format", Quoted(request.MetricsFormat)),
        ("metric_namespaces", List(request.Namespaces)), ("excluded_metric_namespaces", List(request.ExcludedNamespaces)),
    ];

    private static string WithDefault(string text, string name, string? value)
    {
        var variable = Regex.Match(text, $$"""variable "{{name}}" {\n(?:  .*\n|\n)+?}""");
        if (value is null || !variable.Success)
        {
            return text;
        }

        var without = Regex.Replace(variable.Value, "  default     = .*\n", "");
        var filled = Regex.Replace(without, "(  type        = .*\n)", match => $"{match.Value}  default     = {value}\n");
        return text[..variable.Index] + filled + text[(variable.Index + variable.Length)..];
    }

    // What was checked holds no quotation marks, backslashes or expressions.
    private static string? Quoted(string? value) => value is null ? null : $"\"{value}\"";

    private static string? List(IReadOnlyList<string> values) => values.Count == 0 ? null : $"[{string.Join(", ", values.Select(Quoted))}]";
}
