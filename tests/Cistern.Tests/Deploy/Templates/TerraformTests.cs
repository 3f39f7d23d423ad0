using System.Text.RegularExpressions;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>Terraform's own checks, and what can be read without it.</summary>
public sealed partial class TerraformTests
{
    // All of them as modules of one configuration: the provider takes seconds to load.
    [Fact]
    public async Task Every_configuration_is_formatted_and_valid()
    {
        var modules = await Task.WhenAll(TemplateVariants.All.Select((variant, _) => TemplateVariants.MakeAsync("terraform", variant)));
        using var folder = await TerraformFolder.OpenAsync(string.Join('\n', modules.Select((module, number) => Module(number, module))), modules);

        Assert.Equal((0, ""), await folder.RunAsync("fmt", "-check", "-recursive", "-diff", "-no-color"));
        Assert.Contains("The configuration is valid", await folder.SucceedAsync("validate", "-no-color"), StringComparison.Ordinal);

        folder.Write("1/wrong.tf", "output \"wrong\" {\n  value = aws_iam_role.nobody.arn\n}\n");
        Assert.Contains("nobody", (await folder.RunAsync("validate", "-no-color")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_files_themselves_are_formatted()
    {
        Requirement.Tool("terraform", "see https://developer.hashicorp.com/terraform/install");

        Assert.Equal((0, ""), await ToolProcess.RunAsync("terraform", ["fmt", "-check", "-diff", "-no-color"], Path.Combine(Repository.Root, "deploy", "terraform"), ("TF_CLI_CONFIG_FILE", null)));
    }

    [Fact]
    public async Task What_AWS_would_refuse_is_refused_by_the_plan()
    {
        using var folder = await TerraformFolder.OpenAsync(await TemplateVariants.MakeAsync("terraform", "--signal logs"));
        folder.Write("provider.tf", TerraformFolder.Provider("http://127.0.0.1:1", "us-east-1"));

        var (exitCode, output) = await folder.RunAsync("plan", "-input=false", "-no-color", "-refresh=false", "-var", "secret_arn=aa_secret", "-var", "name=Shop", "-var", "endpoint_url=http://logs.example.com", "-var", "buffer_mib=65");

        Assert.Equal(1, exitCode);
        var text = Regex.Replace(output, @"\s+", " ");
        Assert.All(["Must be the secret's whole ARN", "Must be 2 to 22 lower-case letters", "Must be like https://logs.example.com", "Must be from 1 to 64"], message => Assert.Contains(message, text, StringComparison.Ordinal));
    }

    // What cannot be worked out without Terraform is checked on what it made (TerraformApplyTests); this needs no tool.
    [Fact]
    public void No_role_may_use_everything_and_each_is_trusted_for_one_account_only()
    {
        var text = string.Join('\n', Directory.GetFiles(Path.Combine(Repository.Root, "deploy", "terraform"), "*.tf").Select(File.ReadAllText));
        var documents = Document().Matches(text).ToDictionary(match => match.Groups["name"].Value, match => match.Value);
        var roles = Role().Matches(text);

        Assert.Equal(6, roles.Count);
        Assert.All(roles, role =>
        {
            var trust = documents[role.Groups["trust"].Value];
            Assert.Matches("""variable = "aws:SourceAccount"\n +values   = \[local.account\]""", trust);
            Assert.Single(Regex.Matches(trust, @"identifiers = \[""[a-z.]+\.amazonaws\.com""\]"));
            Assert.DoesNotContain("\"*\"", documents[role.Groups["name"].Value], StringComparison.Ordinal);
        });
        Assert.Equal(["backup"], documents.Where(pair => pair.Value.Contains("\"*\"", StringComparison.Ordinal)).Select(pair => pair.Key));
        Assert.Contains("effect    = \"Deny\"", documents["backup"], StringComparison.Ordinal);
    }

    private static string Module(int number, string text) => $$"""
        module "m{{number}}" {
          source = "./{{number}}"

          secret_arn = "{{TemplateVariants.SecretArn}}"
        {{(text.Contains("distribution_id", StringComparison.Ordinal) ? "\n  distribution_id = \"E2EXAMPLE1ABCD\"\n" : "")}}}

        """;

    [GeneratedRegex("""data "aws_iam_policy_document" "(?<name>\w+)" {\n(.*\n)*?}\n""")]
    private static partial Regex Document();

    [GeneratedRegex("""resource "aws_iam_role" "(?<name>\w+)" {\n(.*\n)*? *assume_role_policy = data\.aws_iam_policy_document\.(?<trust>\w+)\.json""")]
    private static partial Regex Role();
}
