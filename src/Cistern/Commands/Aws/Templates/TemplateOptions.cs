using System.CommandLine;
using Cistern.Formats.CloudFront;

namespace Cistern.Commands.Aws.Templates;

/// <summary>The options of <c>cistern aws template</c>, and what they come to.</summary>
internal sealed class TemplateOptions
{
    private static readonly string[] _metricsFormats = ["json", "opentelemetry0.7", "opentelemetry1.0"];

    private readonly Option<TemplateForm> _form = new("--form") { Description = "cloudformation or terraform.", HelpName = "FORM", Required = true };
    private readonly Option<string[]> _signals = new("--signal") { Description = "What it brings to the server: realtime (CloudFront's real-time logs), standard (CloudFront's standard logs), logs (CloudWatch Logs), metrics; several separated by commas.", HelpName = "SIGNALS", Required = true };
    private readonly Option<string> _url = new("--url") { Description = "The server's address, https on port 443, as AWS reaches it.", HelpName = "URL", Required = true };
    private readonly Option<string?> _name = new("--name") { Description = "What all names in AWS begin with. Default: cistern.", HelpName = "PREFIX" };
    private readonly Option<string?> _secret = new("--secret") { Description = "The secret of Secrets Manager that holds the access key. Default: asked for when the template is deployed.", HelpName = "ARN" };
    private readonly Option<string?> _topic = new("--topic") { Description = "An SNS topic that alarms are sent to. Default: none.", HelpName = "ARN" };
    private readonly Option<string> _fields = new("--fields") { Description = "realtime: the fields to log, as names, numbers or ranges.", HelpName = "LIST", DefaultValueFactory = _ => CloudFrontFields.RecommendedList };
    private readonly Option<int> _sampling = SharedOptions.Number("--sampling", "realtime: how many percent of the requests are logged.", 100, 1, 100);
    private readonly Option<string?> _function = new("--function") { Description = "realtime: a Lambda function that changes or drops records, such as that of cistern aws function. Default: none.", HelpName = "ARN" };
    private readonly Option<string?> _distribution = new("--distribution") { Description = "standard: the distribution whose requests are logged. Default: asked for when the template is deployed.", HelpName = "ID" };
    private readonly Option<string[]> _logGroups = List("--log-group", "NAME", "logs: a log group to subscribe; several times for several. Default: all of the account in the region, but the pipeline's own.");
    private readonly Option<string[]> _excludedLogGroups = List("--exclude-log-group", "NAME", "logs: one that is left out of all; several times for several.");
    private readonly Option<string[]> _namespaces = List("--namespace", "NAME", "metrics: only this namespace, such as AWS/CloudFront; several times for several. Default: all.");
    private readonly Option<string[]> _excludedNamespaces = List("--exclude-namespace", "NAME", "metrics: all namespaces but this; several times for several.");
    private readonly Option<string?> _metricsFormat = new("--metrics-format") { Description = $"metrics: {string.Join(", ", _metricsFormats)}. Default: opentelemetry1.0.", HelpName = "FORMAT" };

    public void AddTo(Command command)
    {
        _form.AcceptOnlyFromAmong("cloudformation", "terraform");
        _metricsFormat.AcceptOnlyFromAmong(_metricsFormats);
        foreach (var option in new Option[] { _form, _signals, _url, _name, _secret, _topic, _fields, _sampling, _function, _distribution, _logGroups, _excludedLogGroups, _namespaces, _excludedNamespaces, _metricsFormat })
        {
            command.Add(option);
        }
    }

    /// <exception cref="CommandMisuseException">A value cannot be used, or belongs to a signal that was not asked for.</exception>
    public TemplateRequest Read(ParseResult parsed)
    {
        var signals = ReadSignals(parsed.GetValue(_signals)!);
        RefuseStray(parsed, signals);
        var fields = parsed.GetValue(_fields)!;
        return new TemplateRequest
        {
            Form = parsed.GetValue(_form),
            Signals = signals,
            Url = TemplateChecks.Url(parsed.GetValue(_url)!),
            Name = TemplateChecks.Optional("--name", "Prefix", parsed.GetValue(_name)),
            SecretArn = TemplateChecks.SecretArn(parsed.GetValue(_secret)),
            AlarmTopicArn = TemplateChecks.Optional("--topic", "AlarmTopicArn", parsed.GetValue(_topic)),
            FieldNumbers = ReadFields(fields),
            Fields = CloudFrontFields.NamesOf(fields),
            Sampling = parsed.GetResult(_sampling) is { Implicit: false } ? parsed.GetValue(_sampling) : null,
            FunctionArn = TemplateChecks.Optional("--function", "TransformFunctionArn", parsed.GetValue(_function)),
            DistributionId = TemplateChecks.Optional("--distribution", "DistributionId", parsed.GetValue(_distribution)),
            LogGroups = TemplateChecks.Subscribed(parsed.GetValue(_logGroups) ?? [], parsed.GetValue(_name), parsed.GetValue(_function)),
            ExcludedLogGroups = TemplateChecks.All("--exclude-log-group", "LogsExcludedGroups", parsed.GetValue(_excludedLogGroups) ?? []),
            MetricsFormat = parsed.GetValue(_metricsFormat),
            Namespaces = TemplateChecks.Namespaces("--namespace", parsed.GetValue(_namespaces) ?? []),
            ExcludedNamespaces = TemplateChecks.Namespaces("--exclude-namespace", parsed.GetValue(_excludedNamespaces) ?? []),
            CommandLine = $"cistern {string.Join(' ', parsed.Tokens.Select(token => Quoted(token.Value)))}",
        };
    }

    private static HashSet<TemplateSignal> ReadSignals(string[] texts)
    {
        var signals = new HashSet<TemplateSignal>();
        foreach (var name in texts.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries)))
        {
            if (!Enum.GetNames<TemplateSignal>().Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new CommandMisuseException($"cannot use '{name}' for --signal: there are realtime, standard, logs and metrics");
            }

            signals.Add(Enum.Parse<TemplateSignal>(name, ignoreCase: true));
        }

        return signals;
    }

    // A list of fields may go over several lines; the head of the template is one.
    private static string Quoted(string token) =>
        token.All(character => char.IsAsciiLetterOrDigit(character) || "-_./:=,@+#()".Contains(character, StringComparison.Ordinal)) && token.Length > 0
            ? token
            : $"'{string.Join(' ', token.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}'";

    private static string ReadFields(string list) =>
        CloudFrontFields.NumbersOf(list)
        ?? throw new CommandMisuseException($"cannot use '{list}' for --fields: {CloudFrontFields.CheckList(list) ?? "it is a list of standard logs; real-time logs have their own fields, see docs/formats.md"}");

    // An option of a signal that is not made would have no effect, and nobody would notice.
    private void RefuseStray(ParseResult parsed, HashSet<TemplateSignal> signals)
    {
        (TemplateSignal Signal, Option[] Options)[] own =
        [
            (TemplateSignal.Realtime, [_fields, _sampling, _function]),
            (TemplateSignal.Standard, [_distribution]),
            (TemplateSignal.Logs, [_logGroups, _excludedLogGroups]),
            (TemplateSignal.Metrics, [_namespaces, _excludedNamespaces, _metricsFormat]),
        ];
        foreach (var (signal, options) in own.Where(pair => !signals.Contains(pair.Signal)))
        {
            if (options.FirstOrDefault(option => IsGiven(parsed, option)) is { } stray)
            {
                throw new CommandMisuseException($"{stray.Name} is for the signal {TemplateParts.NameOf(signal)}, which --signal does not name");
            }
        }

        RefuseBoth(parsed, _logGroups, _excludedLogGroups);
        RefuseBoth(parsed, _namespaces, _excludedNamespaces);
    }

    private static void RefuseBoth(ParseResult parsed, Option one, Option other)
    {
        if (IsGiven(parsed, one) && IsGiven(parsed, other))
        {
            throw new CommandMisuseException($"{one.Name} and {other.Name} cannot be used together: one names what is sent, the other what is left out of all");
        }
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static Option<string[]> List(string name, string helpName, string description) => new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.ZeroOrMore };
}
