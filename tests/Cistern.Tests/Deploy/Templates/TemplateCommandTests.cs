using System.Text.RegularExpressions;
using Cistern.Commands.Aws.Templates;
using Cistern.Demo;
using Cistern.Formats.CloudFront;
using Cistern.Tests.Commands;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>What <c>cistern aws template</c> prints, and what it refuses.</summary>
public sealed partial class TemplateCommandTests
{
    public static TheoryData<string, string> EveryVariant() =>
        [.. TemplateVariants.All.SelectMany(variant => new[] { new TheoryDataRow<string, string>("cloudformation", variant), new TheoryDataRow<string, string>("terraform", variant) })];

    [Fact]
    public async Task With_all_signals_the_cloudformation_file_is_printed_as_it_is()
    {
        var file = File.ReadAllText(Path.Combine(Repository.Root, "deploy", "cloudformation", "cistern.yaml"));

        var printed = await TemplateVariants.MakeAsync("cloudformation", TemplateVariants.Everything);

        Assert.Equal(WithoutMarks(file), printed.Replace($"    Default: '{TemplateVariants.Url}'\n", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_all_signals_the_terraform_files_are_printed_as_they_are()
    {
        var folder = Path.Combine(Repository.Root, "deploy", "terraform");
        Assert.Equal(TerraformTemplate.Files.Order(), Directory.GetFiles(folder, "*.tf").Select(Path.GetFileNameWithoutExtension).Order());
        var files = string.Join('\n', TerraformTemplate.Files.Select(file => File.ReadAllText(Path.Combine(folder, file + ".tf"))));

        var printed = await TemplateVariants.MakeAsync("terraform", TemplateVariants.Everything);

        Assert.Equal(WithoutMarks(files), printed.Replace($"  default     = \"{TemplateVariants.Url}\"\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(EveryVariant))]
    public async Task A_template_holds_what_was_asked_for_and_no_marks(string form, string variant)
    {
        var printed = await TemplateVariants.MakeAsync(form, variant);

        Assert.DoesNotMatch(@"# </?[a-z-]+>", printed);
        Assert.DoesNotContain("VALUE", printed, StringComparison.Ordinal);
        Assert.Contains($"# Made by: cistern aws template --form {form} {variant} --url {TemplateVariants.Url}\n", printed, StringComparison.Ordinal);
        foreach (var (signal, trace) in new[] { ("realtime", "kinesis:GetRecords"), ("standard", "ACCESS_LOGS"), ("logs", "/ingester/kinesis/logs"), ("metrics", "/ingester/kinesis/metrics") })
        {
            Assert.Equal(variant.Split(' ')[1].Split(',').Contains(signal), printed.Contains(trace, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Templates_parser_and_demo_log_the_same_fields()
    {
        foreach (var form in new[] { "cloudformation", "terraform" })
        {
            var printed = await TemplateVariants.MakeAsync(form, "--signal realtime,standard");

            Assert.Equal(CloudFrontFields.NamesOf(CloudFrontFields.RecommendedList), ListAfter(printed, @"(?: Fields:|realtime_fields = \[)\n"));
            Assert.Equal(CloudFrontFields.RecommendedStandardNames, ListAfter(printed, @"(?:RecordFields:|record_fields = \[)\n"));
            Assert.Contains(form == "terraform" ? $"realtime_field_numbers = \"{RealtimeLine.Fields}\"" : $"AttributeValue: '{RealtimeLine.Fields}'", printed, StringComparison.Ordinal);
        }

        Assert.Equal(CloudFrontFields.RecommendedList, RealtimeLine.Fields);
        Assert.Null(CloudFrontFields.CheckList(string.Join(',', CloudFrontFields.RecommendedStandardNames)));
    }

    [Theory]
    [InlineData("asn,timestamp,c-ip", "1-2,46", "timestamp,c-ip,asn")]
    [InlineData("71,1", "1,71", "timestamp,viewer-response-log-data")]
    [InlineData("1-3,5", "1-3,5", "timestamp,c-ip,s-ip,sc-status")]
    public async Task Fields_are_in_canonical_order_and_named_alike_to_both_sides(string list, string numbers, string names)
    {
        Assert.Equal(numbers, CloudFrontFields.NumbersOf(list));
        Assert.Contains($"AttributeValue: '{numbers}'", await TemplateVariants.MakeAsync("cloudformation", $"--signal realtime --fields {list}"), StringComparison.Ordinal);
        var terraform = await TemplateVariants.MakeAsync("terraform", $"--signal realtime --fields {list}");
        Assert.Contains($"realtime_field_numbers = \"{numbers}\"", terraform, StringComparison.Ordinal);
        Assert.Equal(names.Split(','), ListAfter(terraform, @"realtime_fields = \[\n"));
    }

    [Fact]
    public async Task A_list_over_several_lines_stays_on_one_line_of_the_template()
    {
        var run = await CommandRun.RunAsync(["aws", "template", "--form", "cloudformation", "--signal", "realtime", "--url", TemplateVariants.Url, "--fields", "1-46,\n 70"]);

        Assert.Contains("--fields '1-46, 70'\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("AttributeValue: '1-46,70'", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_loses_the_port_and_slash_that_mean_nothing()
    {
        var run = await CommandRun.RunAsync("aws template --form terraform --signal logs --url https://Logs.example.com:443/in/");

        Assert.Contains("default     = \"https://logs.example.com/in\"\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--url http://logs.example.com", "Firehose delivers to https:// addresses only")]
    [InlineData("--url logs.example.com", "Firehose delivers to https:// addresses only")]
    [InlineData("--url https://logs.example.com:8443", "port 443 only")]
    [InlineData("--url https://localhost", "AWS cannot reach this machine")]
    [InlineData("--url https://logs.example.com/?tenant=7", "name the server alone")]
    [InlineData("--url https://logs.example.com/a//b", "cannot use 'https://logs.example.com/a//b' for --url: it must be like https://logs.example.com")]
    [InlineData("--url https://logs.example.com --sampling 101", "it must be from 1 to 100")]
    [InlineData("--url https://logs.example.com --fields date,time", "it is a list of standard logs")]
    [InlineData("--url https://logs.example.com --fields 2-5", "field list has no time")]
    [InlineData("--url https://logs.example.com --fields 1,nonsense", "cannot use 'nonsense' in the field list")]
    [InlineData("--url https://logs.example.com --name Shop", "it must be 2 to 22 lower-case letters")]
    [InlineData("--url https://logs.example.com --name a2345678901234567890123", "it must be 2 to 22 lower-case letters")]
    [InlineData("--url https://logs.example.com --secret arn:aws:secretsmanager:us-east-1:123456789012:secret:shop", "with the six characters at its end")]
    [InlineData("--url https://logs.example.com --function arn:aws:lambda:us-east-1:123456789012:function:f:live", "without version or alias")]
    [InlineData("--url https://logs.example.com --topic alarms", "a topic's ARN")]
    [InlineData("--url https://logs.example.com --distribution E2EXAMPLE1ABCD", "--distribution is for the signal standard")]
    [InlineData("--url https://logs.example.com --namespace AWS/X", "--namespace is for the signal metrics")]
    [InlineData("--url https://logs.example.com --signal clicks", "there are realtime, standard, logs and metrics")]
    [InlineData("--url https://logs.example.com --signal 1", "there are realtime, standard, logs and metrics")]
    [InlineData("--url https://logs.example.com --signal logs --log-group a --exclude-log-group b", "cannot be used together")]
    [InlineData("--url https://logs.example.com --signal logs --log-group a\"b", "must be names of log groups")]
    [InlineData("--url https://logs.example.com --signal logs --name shop --log-group /aws/kinesisfirehose/shop", "the pipeline writes there itself")]
    [InlineData("--url https://logs.example.com --signal metrics --metrics-format xml", "xml")]
    public async Task What_AWS_would_refuse_is_refused_here(string options, string message)
    {
        var run = await CommandRun.RunAsync($"aws template --form terraform --signal realtime {options}");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_are_two_forms()
    {
        var run = await CommandRun.RunAsync("aws template --form pulumi --signal logs --url https://logs.example.com");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.Contains("'cloudformation' 'terraform'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--url https://logs.example.com --secret aa_secretsecretsecret")]
    [InlineData("--url https://logs.example.com/aa_secretsecretsecret")]
    [InlineData("--url https://key:secretsecretsecret@logs.example.com")]
    [InlineData("--url https://logs.example.com/?key=aa_secretsecretsecret")]
    public async Task A_key_is_refused_and_not_repeated(string options)
    {
        var run = await CommandRun.RunAsync($"aws template --form cloudformation --signal logs {options}");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.DoesNotContain("secretsecret", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Next_steps_name_what_is_still_open_and_stay_out_of_the_template()
    {
        var open = await CommandRun.RunAsync($"aws template --form cloudformation --url {TemplateVariants.Url} --signal standard,realtime --name shop");
        var given = await CommandRun.RunAsync($"aws template --form terraform --url {TemplateVariants.Url} --signal standard --distribution E2EXAMPLE1ABCD --secret {TemplateVariants.SecretArn}");

        Assert.Contains("--parameter-overrides SecretArn=SECRET_ARN DistributionId=DISTRIBUTION_ID", open.Error, StringComparison.Ordinal);
        Assert.Contains("--region us-east-1", open.Error, StringComparison.Ordinal);
        Assert.Contains("cistern aws attach --distribution", open.Error, StringComparison.Ordinal);
        Assert.Contains("--stream shop-standard", open.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("create-secret", given.Error, StringComparison.Ordinal);
        Assert.Contains("terraform apply\n", given.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("terraform apply", given.Out, StringComparison.Ordinal);
    }

    private static List<string> ListAfter(string text, string start) =>
        [.. Regex.Match(text, start + @"((?:\s+(?:- )?""?[a-zA-Z()-]+""?,?\n)+)").Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Trim(' ', '-', '"', ','))];

    // Independent of the program's own reading: marks, the explanation of marks, examples in comments, and the gaps that they leave.
    private static string WithoutMarks(string text)
    {
        text = FileNote().Replace(text, "");
        text = Example().Replace(text, "");
        text = Mark().Replace(text, "");
        return Gap().Replace(text, "\n\n").TrimEnd() + "\n";
    }

    [GeneratedRegex("# <file>\n(.*\n)*?# </file>\n")]
    private static partial Regex FileNote();

    [GeneratedRegex(" *# <(log-group|(excluded-)?namespaces?)>\n(.*\n)*?.*</\\1>\n")]
    private static partial Regex Example();

    [GeneratedRegex("(?m)^ *# </?[a-z-]+>\n")]
    private static partial Regex Mark();

    [GeneratedRegex("\n\n\n+")]
    private static partial Regex Gap();
}
