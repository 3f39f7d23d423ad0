using System.Text;

namespace Cistern.Commands.Aws.Templates;

/// <summary>What to do with a template, as commands in their order. The key goes from one program to the other, through no command line and no history.</summary>
internal static class NextSteps
{
    private const string SecretPlaceholder = "SECRET_ARN";

    public static string Of(TemplateRequest request)
    {
        var text = new StringBuilder("Next:\n");
        foreach (var (number, step) in Steps(request).Index())
        {
            text.Append($"\n{number + 1}. {step.Title}\n").AppendJoin("", step.Commands.Select(command => $"   {command}\n"));
        }

        return text.ToString();
    }

    private static IEnumerable<(string Title, IReadOnlyList<string> Commands)> Steps(TemplateRequest request)
    {
        var region = Region(request);
        if (request.SecretArn is null)
        {
            yield return ("On the server: make a key, and put it into a secret that Firehose reads. The last command prints SECRET_ARN.", SecretCommands(request, region));
        }

        yield return request.Form == TemplateForm.CloudFormation
            ? ("Save the template as cistern.yaml, and deploy it.", [CloudFormationCommand(request, region)])
            : ("Save the template as cistern.tf in a folder of its own, beside a file with your provider \"aws\" and its region, and deploy it.", ["terraform init", TerraformCommand(request)]);
        if (request.Has(TemplateSignal.Realtime))
        {
            yield return ("Attach the logs to a distribution; without it nothing is logged. The template's output RealtimeNextCommand (realtime_next_command) is the whole command.", ["cistern aws attach --distribution DISTRIBUTION_ID --config LOG_CONFIG_ARN"]);
        }

        yield return ("See that it works.", [.. request.Signals.Order().Select(signal => $"cistern check {request.Url}/firehose --stream {NameOf(request)}-{TemplateParts.NameOf(signal)}{region}")]);
    }

    private static string[] SecretCommands(TemplateRequest request, string region) =>
    [
        $"(umask 077; cistern keys create --data ./data --name firehose-{NameOf(request)} --stream 'arn:aws:firehose:*:*:deliverystream/{NameOf(request)}-*'" + " | tail -n 1 | sed 's/.*/{\"api_key\":\"&\"}/' > key.json)",
        $"aws secretsmanager create-secret --name {NameOf(request)}-key --secret-string file://key.json --query ARN --output text{region} && rm key.json",
    ];

    private static string CloudFormationCommand(TemplateRequest request, string region)
    {
        var open = Open(request).Select(pair => $"{pair.Parameter}={pair.Value}").ToList();
        return $"aws cloudformation deploy --stack-name {NameOf(request)} --template-file cistern.yaml --capabilities CAPABILITY_NAMED_IAM{region}"
            + (open.Count == 0 ? "" : $" --parameter-overrides {string.Join(' ', open)}");
    }

    private static string TerraformCommand(TemplateRequest request) =>
        $"terraform apply{string.Concat(Open(request).Select(pair => $" -var {pair.Variable}={pair.Value}"))}";

    // What has no default yet.
    private static IEnumerable<(string Parameter, string Variable, string Value)> Open(TemplateRequest request)
    {
        if (request.SecretArn is null)
        {
            yield return ("SecretArn", "secret_arn", SecretPlaceholder);
        }

        if (request.Has(TemplateSignal.Standard) && request.DistributionId is null)
        {
            yield return ("DistributionId", "distribution_id", "DISTRIBUTION_ID");
        }
    }

    // CloudFront delivers standard logs from there only.
    private static string Region(TemplateRequest request) => request.Has(TemplateSignal.Standard) ? " --region us-east-1" : "";

    private static string NameOf(TemplateRequest request) => request.Name ?? "cistern";
}
