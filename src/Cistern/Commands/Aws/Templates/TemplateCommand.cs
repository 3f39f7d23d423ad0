namespace Cistern.Commands.Aws.Templates;

/// <summary><c>cistern aws template</c>: the AWS side of a pipeline to this server, as a template to deploy.</summary>
internal sealed class TemplateCommand : CisternCommand
{
    private readonly TemplateOptions _options = new();

    public TemplateCommand(CommandContext context)
        : base(
            "template",
            "Print a CloudFormation or Terraform template that brings CloudFront's requests, CloudWatch's logs and metrics to a server.",
            "cistern aws template --form cloudformation --signal realtime --url https://logs.example.com",
            "cistern aws template --form terraform --signal standard,logs --url https://logs.example.com --name shop --distribution E2EXAMPLE1ABCD --log-group /aws/lambda/shop",
            "cistern aws template --form cloudformation --signal realtime,metrics --url https://logs.example.com --fields 1-46,70 --sampling 10 --namespace AWS/CloudFront")
    {
        _options.AddTo(this);
        SetAction(parsed =>
        {
            var request = _options.Read(parsed);
            context.Terminal.Out.Write(Make(request));
            context.Terminal.Error.Write(NextSteps.Of(request));
            return ExitCode.Ok;
        });
    }

    internal static string Make(TemplateRequest request) => request.Form switch
    {
        TemplateForm.CloudFormation => CloudFormationTemplate.Make(request),
        TemplateForm.Terraform => TerraformTemplate.Make(request),
    };
}
