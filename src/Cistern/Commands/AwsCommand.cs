using Cistern.Commands.Aws.Attaching;
using Cistern.Commands.Aws.Costs;
using Cistern.Commands.Aws.Packing;
using Cistern.Commands.Aws.Templates;

namespace Cistern.Commands;

/// <summary><c>cistern aws</c>: the side of AWS: templates, the function, existing distributions, the cost.</summary>
internal static class AwsCommand
{
    public static CisternCommand Create(CommandContext context) =>
        new("aws", "Make the AWS side of a pipeline: templates for it, the function as a package, logs of an existing distribution, what it costs.")
        {
            new TemplateCommand(context), PackCommand.Create(context), new AttachCommand(context), new CostCommand(context),
        };
}
