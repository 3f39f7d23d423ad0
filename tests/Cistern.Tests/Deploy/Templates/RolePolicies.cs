using System.Text.Json.Nodes;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>What each role may do: each action on exactly the resource that it is needed on, for both forms of the template.</summary>
internal sealed class RolePolicies(string prefix, string region, string secretArn, string functionArn)
{
    private const string Account = TemplateVariants.Account;

    private sealed record Role(string Service, string[] Permissions, string? SourceArn = null);

    private string Bucket => $"arn:aws:s3:::{prefix}-backup-{Account}-{region}";

    private string Kinesis => $"arn:aws:kinesis:{region}:{Account}:stream/{prefix}-realtime";

    private string Stream(string signal) => $"arn:aws:firehose:{region}:{Account}:deliverystream/{prefix}-{signal}";

    private Dictionary<string, Role> Table => new()
    {
        ["delivery"] = new("firehose.amazonaws.com",
        [
            $"s3:GetBucketLocation {Bucket}", $"s3:ListBucket {Bucket}", $"s3:ListBucketMultipartUploads {Bucket}",
            $"s3:AbortMultipartUpload {Bucket}/*", $"s3:GetObject {Bucket}/*", $"s3:PutObject {Bucket}/*",
            $"logs:PutLogEvents arn:aws:logs:{region}:{Account}:log-group:/aws/kinesisfirehose/{prefix}:*",
            $"secretsmanager:GetSecretValue {secretArn}",
        ]),
        ["realtime-log"] = new("cloudfront.amazonaws.com", [$"kinesis:DescribeStreamSummary {Kinesis}", $"kinesis:DescribeStream {Kinesis}", $"kinesis:PutRecord {Kinesis}", $"kinesis:PutRecords {Kinesis}"]),
        ["realtime-source"] = new("firehose.amazonaws.com", [$"kinesis:DescribeStream {Kinesis}", $"kinesis:GetShardIterator {Kinesis}", $"kinesis:GetRecords {Kinesis}", $"kinesis:ListShards {Kinesis}"]),
        ["realtime-function"] = new("firehose.amazonaws.com",
        [
            $"lambda:InvokeFunction {functionArn}", $"lambda:InvokeFunction {functionArn}:*", $"lambda:GetFunctionConfiguration {functionArn}", $"lambda:GetFunctionConfiguration {functionArn}:*",
        ]),
        ["logs"] = new("logs.amazonaws.com", [$"firehose:PutRecord {Stream("logs")}", $"firehose:PutRecordBatch {Stream("logs")}"], $"arn:aws:logs:{region}:{Account}:*"),
        ["metrics"] = new("streams.metrics.cloudwatch.amazonaws.com", [$"firehose:PutRecord {Stream("metrics")}", $"firehose:PutRecordBatch {Stream("metrics")}"]),
    };

    public IEnumerable<string> RoleNames => Table.Keys.Select(NameOf);

    /// <summary>Fails unless the role may do what it needs and nothing more, and only the service may take it, for this account.</summary>
    public void Check(string roleName, JsonNode trust, IEnumerable<JsonNode> policies)
    {
        var role = Table.Single(pair => NameOf(pair.Key) == roleName).Value;
        var permissions = policies.SelectMany(policy => Items(policy["Statement"])).SelectMany(Permissions).ToList();

        Assert.Equal(role.Permissions.Order(StringComparer.Ordinal), permissions.Order(StringComparer.Ordinal));
        CheckTrust(role, Assert.Single(Items(trust["Statement"])));
    }

    /// <summary>Fails unless everybody is denied everything over plain HTTP, and nobody is allowed anything.</summary>
    public void CheckBucket(JsonNode policy)
    {
        var statement = Assert.Single(Items(policy["Statement"]));
        Assert.Equal("Deny", (string?)statement["Effect"]);
        Assert.Equal("*", (string?)(statement["Principal"] is JsonObject principal ? principal["AWS"] : statement["Principal"]));
        Assert.Equal(["s3:*"], Items(statement["Action"]).Select(action => (string?)action));
        Assert.Equal([Bucket, $"{Bucket}/*"], Items(statement["Resource"]).Select(resource => (string?)resource).Order());
        Assert.Equal("""{"Bool":{"aws:SecureTransport":"false"}}""", statement["Condition"]!.ToJsonString());
    }

    private string NameOf(string role) => $"{prefix}-{role}-{region}";

    private static IEnumerable<string> Permissions(JsonNode statement)
    {
        Assert.Equal("Allow", (string?)statement["Effect"]);
        Assert.Null(statement["NotAction"] ?? statement["NotResource"] ?? statement["Condition"]);
        return Items(statement["Action"]).SelectMany(action => Items(statement["Resource"]).Select(resource => $"{action} {resource}"));
    }

    private static void CheckTrust(Role role, JsonNode statement)
    {
        Assert.Equal("Allow", (string?)statement["Effect"]);
        Assert.Equal("sts:AssumeRole", (string?)Assert.Single(Items(statement["Action"])));
        var principal = Assert.IsType<JsonObject>(statement["Principal"]);
        Assert.Equal(role.Service, (string?)Assert.Single(Items(principal["Service"])));
        Assert.Single(principal);

        var conditions = Assert.IsType<JsonObject>(statement["Condition"]);
        Assert.Equal(Account, (string?)Assert.Single(Items(conditions["StringEquals"]!["aws:SourceAccount"])));
        Assert.Equal(role.SourceArn, conditions["ArnLike"] is { } like ? (string?)Assert.Single(Items(like["aws:SourceArn"])) : null);
        Assert.Equal(role.SourceArn is null ? 1 : 2, conditions.Count);
    }

    // IAM takes a single value in the place of a list, and writes it so.
    private static IEnumerable<JsonNode> Items(JsonNode? node) => node is JsonArray list ? list.Select(item => item!) : [node!];
}
