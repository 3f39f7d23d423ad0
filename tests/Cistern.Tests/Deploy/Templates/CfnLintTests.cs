using Cistern.Tests.Faults;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>The oracle of CloudFormation templates: <c>cfn-lint</c>, which knows AWS's own schema of each resource.</summary>
public sealed class CfnLintTests
{
    [Fact]
    public async Task Cfn_lint_finds_nothing_in_any_template()
    {
        Requirement.Tool("cfn-lint", "pip install cfn-lint");
        using var folder = new ScratchFolder();
        foreach (var (number, variant) in TemplateVariants.All.Index())
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"{number}.yaml"), await TemplateVariants.MakeAsync("cloudformation", variant), TestContext.Current.CancellationToken);
        }

        File.Copy(Path.Combine(Repository.Root, "deploy", "cloudformation", "cistern.yaml"), Path.Combine(folder, "whole.yaml"));
        await File.WriteAllTextAsync(Path.Combine(folder, "wrong.yaml"), "Resources:\n  Bucket:\n    Type: AWS::S3::Bucket\n    Properties:\n      Nonsense: true\n", TestContext.Current.CancellationToken);

        var wrong = await ToolProcess.RunAsync("cfn-lint", ["--regions", "us-east-1", "--", "wrong.yaml"], folder);
        var run = await ToolProcess.RunAsync("cfn-lint", ["--regions", "us-east-1", "--", "whole.yaml", .. TemplateVariants.All.Select((_, number) => $"{number}.yaml")], folder);

        Assert.Contains("Nonsense", wrong.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), run);
    }
}
