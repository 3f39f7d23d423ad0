using System.Text;
using System.Text.Json.Nodes;
using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>Terraform makes the whole pipeline at moto's server, and then finds nothing to change.</summary>
public sealed class TerraformApplyTests
{
    private const string Prefix = "shop";
    private const string Region = "us-east-1";

    [Fact]
    public async Task A_plan_after_an_apply_changes_nothing_and_every_role_has_what_it_needs()
    {
        var template = await TemplateVariants.MakeAsync("terraform", $"{TemplateVariants.Everything} --name {Prefix} --secret {TemplateVariants.SecretArn} --distribution E2EXAMPLE1ABCD --function {TemplateVariants.FunctionArn} --namespace AWS/CloudFront --sampling 50");
        using var folder = await TerraformFolder.OpenAsync(template);
        using var moto = await MotoServer.StartAsync();
        await using var aws = await StandInAws.StartAsync(moto.Url);
        folder.Write("provider.tf", TerraformFolder.Provider(aws.Url, Region));

        await folder.SucceedAsync("apply", "-auto-approve", "-input=false", "-no-color");
        await AssertNoChangeAsync(folder);
        var resources = await folder.ResourcesAsync();
        CheckPolicies(resources);
        CheckStandIns(aws);

        await CreateLogGroupAsync(moto, "/app");
        folder.Write("groups.auto.tfvars", "log_groups = [\"/app\"]\n");
        await folder.SucceedAsync("apply", "-auto-approve", "-input=false", "-no-color");
        await AssertNoChangeAsync(folder);
        Assert.Empty(aws.AccountPolicies);

        folder.Write("groups.auto.tfvars", $"log_groups = [\"/aws/kinesisfirehose/{Prefix}\"]\n");
        Assert.Contains("cannot carry its own logs", (await folder.RunAsync("plan", "-input=false", "-no-color")).Output, StringComparison.Ordinal);
        folder.Write("groups.auto.tfvars", "");
        folder.Write("provider.tf", TerraformFolder.Provider(aws.Url, "eu-central-1"));
        Assert.Contains("from us-east-1 only", (await folder.RunAsync("plan", "-input=false", "-no-color", "-refresh=false")).Output, StringComparison.Ordinal);
    }

    private static async Task AssertNoChangeAsync(TerraformFolder folder)
    {
        var (exitCode, output) = await folder.RunAsync("plan", "-detailed-exitcode", "-input=false", "-no-color");
        Assert.True(exitCode == 0, output);
    }

    private static void CheckPolicies(IReadOnlyList<(string Address, string Type, JsonNode Values)> resources)
    {
        var expected = new RolePolicies(Prefix, Region, TemplateVariants.SecretArn, TemplateVariants.FunctionArn);
        var roles = resources.Where(resource => resource.Type == "aws_iam_role").ToList();
        var policies = resources.Where(resource => resource.Type == "aws_iam_role_policy").ToLookup(resource => (string)resource.Values["role"]!, resource => Parse(resource.Values["policy"]));

        Assert.Equal(expected.RoleNames.Order(), roles.Select(role => (string)role.Values["name"]!).Order());
        Assert.All(roles, role => expected.Check((string)role.Values["name"]!, Parse(role.Values["assume_role_policy"]), policies[(string)role.Values["name"]!]));
        expected.CheckBucket(Parse(resources.Single(resource => resource.Type == "aws_s3_bucket_policy").Values["policy"]));
    }

    // What CloudFront, CloudWatch Logs and CloudWatch were told.
    private static void CheckStandIns(StandInAws aws)
    {
        var config = Assert.Single(aws.LogConfigs).Value;
        Assert.Equal("50", config.Elements().Single(element => element.Name.LocalName == "SamplingRate").Value);
        // The provider sends them as a set: the order in which CloudFront writes them is always the same.
        Assert.Equal(CloudFrontFields.NamesOf(CloudFrontFields.RecommendedList).Order(), config.Descendants().Where(element => element.Name.LocalName == "Field").Select(element => element.Value).Order());

        var policy = Assert.Single(aws.AccountPolicies).Value;
        Assert.Equal($"LogGroupName NOT IN [\"/aws/kinesisfirehose/{Prefix}\",\"/aws/lambda/shop-transform\"]", (string?)policy["selectionCriteria"]);
        Assert.Equal($"arn:aws:firehose:{Region}:{TemplateVariants.Account}:deliverystream/{Prefix}-logs", (string?)Parse(policy["policyDocument"])["DestinationArn"]);

        Assert.Equal("AWS/CloudFront", Assert.Single(aws.MetricStreams).Value["IncludeFilters.member.1.Namespace"]);
    }

    private static JsonNode Parse(JsonNode? text) => JsonNode.Parse((string)text!)!;

    private static async Task CreateLogGroupAsync(MotoServer moto, string name)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, moto.Url) { Content = new StringContent($$"""{"logGroupName":"{{name}}"}""", Encoding.UTF8, "application/x-amz-json-1.1") };
        request.Headers.Add("X-Amz-Target", "Logs_20140328.CreateLogGroup");
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential=test/20261128/{Region}/logs/aws4_request, SignedHeaders=host, Signature=0");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
