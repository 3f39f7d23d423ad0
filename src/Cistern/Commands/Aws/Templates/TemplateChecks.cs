using System.Text.RegularExpressions;

namespace Cistern.Commands.Aws.Templates;

/// <summary>Refuses what a template would be refused for later. What a value must look like stands in the CloudFormation template, once.</summary>
internal static partial class TemplateChecks
{
    private static readonly Lazy<string> CloudFormation = new(() => DeployFiles.Read(DeployFiles.CloudFormation));

    /// <summary>The address without its slash at the end and without the port that it has anyhow.</summary>
    /// <exception cref="CommandMisuseException">Firehose cannot deliver there, or the address holds a secret, which is not repeated.</exception>
    public static string Url(string text)
    {
        if (Secret().IsMatch(text) || text.Contains('@', StringComparison.Ordinal))
        {
            throw new CommandMisuseException("the address for --url must hold no key or password: a template is read by many; the key goes into a secret of Secrets Manager");
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttps)
        {
            throw new CommandMisuseException($"cannot use '{text}' for --url: Firehose delivers to https:// addresses only, such as https://logs.example.com");
        }

        if (url.IsLoopback)
        {
            throw new CommandMisuseException($"cannot use '{text}' for --url: AWS cannot reach this machine by that name; use the one that your certificate is for");
        }

        if (url.Port != 443)
        {
            throw new CommandMisuseException($"cannot use '{text}' for --url: Firehose delivers to port 443 only; put a proxy there, or let the server listen on it");
        }

        if (url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            throw new CommandMisuseException($"cannot use '{text}' for --url: name the server alone; the template adds the paths of its streams");
        }

        return Matches("--url", "EndpointUrl", $"https://{url.Host}{url.AbsolutePath.TrimEnd('/')}");
    }

    /// <summary>The ARN; one who gives the key in its place is told so, without the key.</summary>
    public static string? SecretArn(string? arn) =>
        arn is null || arn.StartsWith("arn:", StringComparison.Ordinal) ? Optional("--secret", "SecretArn", arn)
        : throw new CommandMisuseException("--secret takes the ARN of a secret in Secrets Manager, never the key itself");

    public static string? Optional(string option, string parameter, string? value) => value is null ? null : Matches(option, parameter, value);

    public static IReadOnlyList<string> All(string option, string parameter, IEnumerable<string> values) => [.. values.Select(value => Matches(option, parameter, value)).Distinct()];

    /// <summary>Nothing that the pipeline itself logs: each error would make the next.</summary>
    public static IReadOnlyList<string> Subscribed(IEnumerable<string> groups, string? name, string? functionArn)
    {
        string[] own = [$"/aws/kinesisfirehose/{name ?? "cistern"}", $"/aws/lambda/{functionArn?.Split(':')[6]}"];
        return [.. All("--log-group", "LogsExcludedGroups", groups).Select(group => !own.Contains(group) ? group
            : throw new CommandMisuseException($"cannot use '{group}' for --log-group: the pipeline writes there itself, and would carry its own errors without end"))];
    }

    public static IReadOnlyList<string> Namespaces(string option, IEnumerable<string> values) =>
        [.. values.Select(value => Namespace().IsMatch(value) ? value : throw new CommandMisuseException($"cannot use '{value}' for {option}: a namespace is like AWS/CloudFront")).Distinct()];

    private static string Matches(string option, string parameter, string value)
    {
        var block = CloudFormationTemplate.Parameter(CloudFormation.Value, parameter).Value;
        var pattern = Entry(block, "AllowedPattern");
        return Regex.IsMatch(value, pattern) && !value.EndsWith('\n') && value.Length > 0
            ? value
            : throw new CommandMisuseException($"cannot use '{value}' for {option}: it {Entry(block, "ConstraintDescription")}");
    }

    private static string Entry(string block, string name) => Regex.Match(block, $"    {name}: (.*)\n").Groups[1].Value;

    [GeneratedRegex("aa_[a-z0-9]{8}", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();

    [GeneratedRegex(@"\A[A-Za-z0-9_./#-]{1,255}\z")]
    private static partial Regex Namespace();
}
