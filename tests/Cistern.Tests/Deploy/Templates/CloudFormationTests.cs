using System.Globalization;
using System.Text.Json.Nodes;
using Cistern.Formats.CloudFront;
using Cistern.Tests.Delivery.Api;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>What CloudFormation would make of the template, worked out without any tool.</summary>
public sealed class CloudFormationTests
{
    private const string LongestRegion = "ap-southeast-2";

    [Theory]
    [InlineData("shop", "us-east-1")]
    [InlineData("a2345678901234567890-z", LongestRegion)]
    public async Task Every_role_may_do_what_it_needs_on_exactly_that_resource(string prefix, string region)
    {
        var stack = await MakeAsync(TemplateVariants.Everything, region, ("Prefix", prefix), ("TransformFunctionArn", TemplateVariants.FunctionArn));

        CheckPolicies(stack, new RolePolicies(prefix, region, TemplateVariants.SecretArn, TemplateVariants.FunctionArn));
    }

    [Theory]
    [InlineData("- kinesis:ListShards", "- kinesis:*")]
    [InlineData("- kinesis:ListShards", "- kinesis:ListShards\n                  - kinesis:DeleteStream")]
    [InlineData("                  - s3:PutObject\n", "")]
    [InlineData("Resource: !GetAtt LogsStream.Arn", "Resource: '*'")]
    [InlineData("- !Sub ${TransformFunctionArn}:*", "- arn:aws:lambda:us-east-1:123456789012:function:*")]
    [InlineData("aws:SourceAccount: !Ref AWS::AccountId", "aws:SourceAccount: '*'")]
    [InlineData("aws:SourceAccount", "aws:SourceOrgID")]
    [InlineData("aws:SourceArn: ", "aws:PrincipalArn: ")]
    [InlineData("Service: logs.amazonaws.com", "Service: firehose.amazonaws.com")]
    [InlineData("aws:SecureTransport: 'false'", "aws:SecureTransport: 'true'")]
    public async Task A_spoiled_policy_is_noticed(string text, string spoiled)
    {
        var template = await TemplateVariants.MakeAsync("cloudformation", TemplateVariants.Everything);
        Assert.Contains(text, template, StringComparison.Ordinal);
        var stack = new CloudFormationStack(template.Replace(text, spoiled, StringComparison.Ordinal), "us-east-1", ("SecretArn", TemplateVariants.SecretArn), ("DistributionId", "E2EXAMPLE1ABCD"), ("TransformFunctionArn", TemplateVariants.FunctionArn));

        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CheckPolicies(stack, new RolePolicies("cistern", "us-east-1", TemplateVariants.SecretArn, TemplateVariants.FunctionArn)));
    }

    [Fact]
    public async Task Without_a_function_nothing_is_allowed_for_one()
    {
        var stack = await MakeAsync(TemplateVariants.Everything, "us-east-1");

        Assert.DoesNotContain("RealtimeFunctionRole", stack.Resources.Keys);
        Assert.Null(Stream(stack, "realtime")["HttpEndpointDestinationConfiguration"]!["ProcessingConfiguration"]);
    }

    [Fact]
    public async Task Names_are_short_enough_with_the_longest_prefix_in_the_longest_region()
    {
        var stack = await MakeAsync(TemplateVariants.Everything, LongestRegion, ("Prefix", "a2345678901234567890-z"), ("TransformFunctionArn", TemplateVariants.FunctionArn));
        var names = stack.Resources.Values.SelectMany(resource => resource["Properties"]!.AsObject()).Where(property => property.Key.EndsWith("Name", StringComparison.Ordinal) && property.Key != "MetricName").ToList();

        Assert.True(names.Count >= 30, $"{names.Count} names");
        Assert.All(names, name => Assert.InRange(((string)name.Value!).Length, 1, name.Key switch { "BucketName" => 63, "RoleName" or "DeliveryStreamName" => 64, "Name" => 60, _ => 255 }));
        Assert.All(stack.OfType("AWS::CloudFront::RealtimeLogConfig"), config => Assert.Matches("^[A-Za-z0-9_-]{1,64}$", (string)config["Name"]!));
    }

    [Theory]
    [InlineData("realtime", "/v1/logs/aws_data_firehose_cloudfront", "KinesisStreamAsSource")]
    [InlineData("standard", "/v1/logs/aws_data_firehose_cloudfront", "DirectPut")]
    [InlineData("logs", "/ingester/kinesis/logs", "DirectPut")]
    [InlineData("metrics", "/ingester/kinesis/metrics", "DirectPut")]
    public async Task Every_stream_delivers_gzip_by_the_secret_and_keeps_only_what_failed(string signal, string path, string type)
    {
        var stack = await MakeAsync(TemplateVariants.Everything, "us-east-1");
        var stream = Stream(stack, signal);
        var destination = stream["HttpEndpointDestinationConfiguration"]!;

        Assert.Equal(type, (string?)stream["DeliveryStreamType"]);
        Assert.Equal(TemplateVariants.Url + path, (string?)destination["EndpointConfiguration"]!["Url"]);
        Assert.Null(destination["EndpointConfiguration"]!["AccessKey"]);
        Assert.Equal(TemplateVariants.SecretArn, (string?)destination["SecretsManagerConfiguration"]!["SecretARN"]);
        Assert.Equal("GZIP", (string?)destination["RequestConfiguration"]!["ContentEncoding"]);
        Assert.Equal("FailedDataOnly", (string?)destination["S3BackupMode"]);
        Assert.Equal($"{signal}/!{{firehose:error-output-type}}/!{{timestamp:yyyy/MM/dd/HH}}/", (string?)destination["S3Configuration"]!["ErrorOutputPrefix"]);
        Assert.Equal("/aws/kinesisfirehose/cistern", (string?)destination["CloudWatchLoggingOptions"]!["LogGroupName"]);
        Assert.Equal(signal == "standard", stream["Tags"]!.ToJsonString().Contains("""{"Key":"LogDeliveryEnabled","Value":"true"}""", StringComparison.Ordinal));
    }

    // The local Firehose checks what the API's model and AWS's own validation check.
    [Fact]
    public async Task Every_stream_is_one_that_the_Firehose_API_takes()
    {
        var stack = await MakeAsync(TemplateVariants.Everything, "us-east-1", ("TransformFunctionArn", TemplateVariants.FunctionArn));
        await using var firehose = await FirehoseRig.StartAsync();

        foreach (var stream in stack.OfType("AWS::KinesisFirehose::DeliveryStream"))
        {
            (await firehose.CallAsync("CreateDeliveryStream", Typed(stream)!)).Expect(200);
        }

        var described = await firehose.DescribeAsync("cistern-realtime");
        var processors = described.GetProperty("Destinations")[0].GetProperty("HttpEndpointDestinationDescription").GetProperty("ProcessingConfiguration").GetRawText();
        Assert.Contains(TemplateVariants.FunctionArn, processors, StringComparison.Ordinal);
        Assert.Contains("role/cistern-realtime-function-us-east-1", processors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_is_told_which_fields_a_line_holds_and_how_many_requests_it_stands_for()
    {
        var stack = await MakeAsync("--signal realtime --fields asn,1-5 --sampling 25", "us-east-1");

        Assert.Equal(
            """[{"AttributeName":"cloudfront-fields","AttributeValue":"1-5,46"},{"AttributeName":"cloudfront-sampling","AttributeValue":"25"}]""",
            Stream(stack, "realtime")["HttpEndpointDestinationConfiguration"]!["RequestConfiguration"]!["CommonAttributes"]!.ToJsonString());
        var config = Assert.Single(stack.OfType("AWS::CloudFront::RealtimeLogConfig"));
        Assert.Equal("25", (string?)config["SamplingRate"]);
        Assert.Equal(CloudFrontFields.NamesOf("1-5,46"), config["Fields"]!.AsArray().Select(field => (string?)field));
        Assert.Equal("Kinesis", (string?)config["EndPoints"]![0]!["StreamType"]);
    }

    [Theory]
    [InlineData("--signal logs", "", "", "[\"/aws/kinesisfirehose/cistern\"]")]
    [InlineData("--signal logs", "", "/a,/b", "[\"/aws/kinesisfirehose/cistern\", \"/a\", \"/b\"]")]
    [InlineData("--signal logs,realtime", "", "", "[\"/aws/kinesisfirehose/cistern\"]")]
    [InlineData("--signal logs,realtime", TemplateVariants.FunctionArn, "/a", "[\"/aws/kinesisfirehose/cistern\", \"/aws/lambda/shop-transform\", \"/a\"]")]
    public async Task The_account_policy_leaves_out_what_the_pipeline_logs(string variant, string function, string excluded, string groups)
    {
        var stack = await MakeAsync(variant, "eu-central-1", ("TransformFunctionArn", function), ("LogsExcludedGroups", excluded), ("LogsFilterPattern", """{ $.level = "error" }"""));

        var policy = Assert.Single(stack.OfType("AWS::Logs::AccountPolicy"));
        Assert.Equal($"LogGroupName NOT IN {groups}", (string?)policy["SelectionCriteria"]);
        var document = JsonNode.Parse((string)policy["PolicyDocument"]!)!;
        Assert.Equal("""{ $.level = "error" }""", (string?)document["FilterPattern"]);
        Assert.Equal($"arn:aws:firehose:eu-central-1:{TemplateVariants.Account}:deliverystream/cistern-logs", (string?)document["DestinationArn"]);
        Assert.Equal($"arn:aws:iam::{TemplateVariants.Account}:role/cistern-logs-eu-central-1", (string?)document["RoleArn"]);
    }

    [Fact]
    public async Task Named_log_groups_have_a_filter_each_and_there_is_no_policy_for_all()
    {
        var stack = await MakeAsync("--signal logs --log-group /aws/lambda/shop --log-group ecs", "us-east-1");

        Assert.Empty(stack.OfType("AWS::Logs::AccountPolicy"));
        Assert.Equal(["/aws/lambda/shop", "ecs"], stack.OfType("AWS::Logs::SubscriptionFilter").Select(filter => (string?)filter["LogGroupName"]));
    }

    [Fact]
    public async Task Standard_logs_come_from_one_region_only_and_name_their_fields()
    {
        var here = await MakeAsync("--signal standard", "us-east-1");
        var there = await MakeAsync("--signal standard", "eu-central-1");

        Assert.True(here.Assertion("StandardLogsAreInVirginia"));
        Assert.False(there.Assertion("StandardLogsAreInVirginia"));
        Assert.Equal($"arn:aws:cloudfront::{TemplateVariants.Account}:distribution/E2EXAMPLE1ABCD", (string?)Assert.Single(here.OfType("AWS::Logs::DeliverySource"))["ResourceArn"]);
        Assert.Equal("json", (string?)Assert.Single(here.OfType("AWS::Logs::DeliveryDestination"))["OutputFormat"]);
        Assert.Equal(CloudFrontFields.RecommendedStandardNames, Assert.Single(here.OfType("AWS::Logs::Delivery"))["RecordFields"]!.AsArray().Select(field => (string?)field));
    }

    [Fact]
    public async Task Metric_filters_include_or_exclude()
    {
        var included = await MakeAsync("--signal metrics --namespace AWS/CloudFront --namespace AWS/Lambda", "us-east-1");
        var excluded = await MakeAsync("--signal metrics --exclude-namespace AWS/Usage", "us-east-1");

        Assert.Equal("""[{"Namespace":"AWS/CloudFront"},{"Namespace":"AWS/Lambda"}]""", Assert.Single(included.OfType("AWS::CloudWatch::MetricStream"))["IncludeFilters"]!.ToJsonString());
        Assert.Equal("""[{"Namespace":"AWS/Usage"}]""", Assert.Single(excluded.OfType("AWS::CloudWatch::MetricStream"))["ExcludeFilters"]!.ToJsonString());
    }

    [Fact]
    public async Task The_bucket_is_private_encrypted_versioned_and_emptied_by_age()
    {
        var bucket = Assert.Single((await MakeAsync("--signal logs", "us-east-1")).OfType("AWS::S3::Bucket"));

        Assert.All(bucket["PublicAccessBlockConfiguration"]!.AsObject(), setting => Assert.Equal("true", (string?)setting.Value));
        Assert.Equal(4, bucket["PublicAccessBlockConfiguration"]!.AsObject().Count);
        Assert.Contains("BucketOwnerEnforced", bucket["OwnershipControls"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("AES256", bucket["BucketEncryption"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("Enabled", (string?)bucket["VersioningConfiguration"]!["Status"]);
        var rule = bucket["LifecycleConfiguration"]!["Rules"]![0]!;
        Assert.Equal(("30", "7", "1"), ((string?)rule["ExpirationInDays"], (string?)rule["NoncurrentVersionExpiration"]!["NoncurrentDays"], (string?)rule["AbortIncompleteMultipartUpload"]!["DaysAfterInitiation"]));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("arn:aws:sns:us-east-1:123456789012:alarms", true)]
    public async Task Every_stream_has_its_alarms_and_a_topic_is_a_choice(string topic, bool tells)
    {
        var stack = await MakeAsync(TemplateVariants.Everything, "us-east-1", ("AlarmTopicArn", topic));
        var alarms = stack.OfType("AWS::CloudWatch::Alarm").ToList();

        string[] signals = ["realtime", "standard", "logs", "metrics"];
        Assert.Equal(
            [.. signals.SelectMany(signal => new[] { $"DeliveryToHttpEndpoint.DataFreshness cistern-{signal}", $"DeliveryToHttpEndpoint.Success cistern-{signal}" }).Append($"PutRequests cistern-backup-{TemplateVariants.Account}-us-east-1").Order()],
            alarms.Select(alarm => $"{alarm["MetricName"]} {alarm["Dimensions"]![0]!["Value"]}").Order());
        Assert.All(alarms, alarm => Assert.Equal(tells ? topic : null, (string?)alarm["AlarmActions"]?[0]));
        Assert.All(alarms, alarm => Assert.Equal("notBreaching", (string?)alarm["TreatMissingData"]));
    }

    [Fact]
    public async Task What_can_carry_tags_says_of_which_pipeline_it_is()
    {
        string[] without = ["AWS::S3::BucketPolicy", "AWS::Logs::LogStream", "AWS::Logs::AccountPolicy", "AWS::CloudFront::RealtimeLogConfig"];
        var stack = await MakeAsync(TemplateVariants.Everything, "us-east-1");

        Assert.All(stack.Resources.Values.Where(resource => !without.Contains((string)resource["Type"]!)), resource =>
            Assert.Contains("""{"Key":"pipeline","Value":"cistern"}""", resource["Properties"]!["Tags"]!.ToJsonString(), StringComparison.Ordinal));
    }

    private static void CheckPolicies(CloudFormationStack stack, RolePolicies expected)
    {
        var roles = stack.OfType("AWS::IAM::Role").ToList();
        Assert.Equal(expected.RoleNames.Order(), roles.Select(role => (string)role["RoleName"]!).Order());
        Assert.All(roles, role => expected.Check((string)role["RoleName"]!, role["AssumeRolePolicyDocument"]!, role["Policies"]!.AsArray().Select(policy => policy!["PolicyDocument"]!)));
        expected.CheckBucket(Assert.Single(stack.OfType("AWS::S3::BucketPolicy"))["PolicyDocument"]!);
    }

    private static async Task<CloudFormationStack> MakeAsync(string variant, string region, params (string, string)[] parameters) =>
        new(await TemplateVariants.MakeAsync("cloudformation", variant), region, [("SecretArn", TemplateVariants.SecretArn), ("DistributionId", "E2EXAMPLE1ABCD"), .. parameters]);

    // A template writes numbers and truth as text; CloudFormation sends what the API wants.
    private static JsonNode? Typed(JsonNode? node, string name = "") => node switch
    {
        JsonObject map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, Typed(pair.Value, pair.Key)))),
        JsonArray list => new JsonArray([.. list.Select(item => Typed(item))]),
        _ when name is "SizeInMBs" or "IntervalInSeconds" or "DurationInSeconds" => int.Parse((string)node!, CultureInfo.InvariantCulture),
        _ when name == "Enabled" => bool.Parse((string)node!),
        _ => node?.DeepClone(),
    };

    private static JsonNode Stream(CloudFormationStack stack, string signal) =>
        stack.OfType("AWS::KinesisFirehose::DeliveryStream").Single(stream => ((string)stream["DeliveryStreamName"]!).EndsWith($"-{signal}", StringComparison.Ordinal));
}
