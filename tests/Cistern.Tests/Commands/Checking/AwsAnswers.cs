using System.Text.Json.Nodes;
using Cistern.Commands.Aws;
using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Streams;
using Cistern.Tests.Commands.Aws;

namespace Cistern.Tests.Commands.Checking;

/// <summary>An account in which all is well with one stream, and what a test changes about it; asked through a script in the place of the AWS CLI.</summary>
internal sealed class AwsAnswers
{
    public const string Url = "https://logs.example.com/v1/logs/aws_data_firehose_cloudfront";
    public const string Arn = "arn:aws:firehose:us-east-1:111122223333:deliverystream/shop";
    public const string Kinesis = "arn:aws:kinesis:us-east-1:111122223333:stream/shop-logs";
    public const string Secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:shop-AbCdEf";
    public const string Function = "arn:aws:lambda:us-east-1:111122223333:function:filter";
    private const string Role = "arn:aws:iam::111122223333:role/service/shop-firehose";

    private readonly Dictionary<string, string> _answers = [];

    public AwsAnswers()
    {
        Stream = JsonNode.Parse($$"""
            {"DeliveryStreamName":"shop","DeliveryStreamARN":"{{Arn}}","DeliveryStreamStatus":"ACTIVE","DeliveryStreamType":"KinesisStreamAsSource","VersionId":"3","CreateTimestamp":1760000000.5,
             "Source":{"KinesisStreamSourceDescription":{"KinesisStreamARN":"{{Kinesis}}","RoleARN":"{{Role}}"} },
             "Destinations":[{"DestinationId":"destinationId-000000000001","HttpEndpointDestinationDescription":{
               "EndpointConfiguration":{"Url":"{{Url}}","Name":"own"},
               "BufferingHints":{"SizeInMBs":4,"IntervalInSeconds":60},
               "CloudWatchLoggingOptions":{"Enabled":true,"LogGroupName":"/aws/kinesisfirehose/shop","LogStreamName":"DestinationDelivery"},
               "RequestConfiguration":{"ContentEncoding":"GZIP","CommonAttributes":[{"AttributeName":"cloudfront-fields","AttributeValue":"1-46"}]},
               "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"{{Function}}"}]}]},
               "RoleARN":"{{Role}}","RetryOptions":{"DurationInSeconds":300},"S3BackupMode":"FailedDataOnly",
               "S3DestinationDescription":{"RoleARN":"{{Role}}","BucketARN":"arn:aws:s3:::shop-backup"},
               "SecretsManagerConfiguration":{"Enabled":true,"SecretARN":"{{Secret}}","RoleARN":"{{Role}}"} } }],"HasMoreDestinations":false}
            """)!.AsObject();
        Answer("secretsmanager get-secret-value", """{"SecretString":"{\"api_key\":\"the-right-key\"}"}""");
        Answer("lambda get-function-configuration", """{"State":"Active","Timeout":60}""");
        Answer("s3api get-bucket-location", """{"LocationConstraint":null}""");
        Answer("iam get-role", """{"Role":{"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}]}}}""");
        Answer("iam simulate-principal-policy", """{"EvaluationResults":[{"EvalActionName":"s3:PutObject","EvalDecision":"allowed"}]}""");
        Answer("kinesis describe-stream-summary", """{"StreamDescriptionSummary":{"StreamStatus":"ACTIVE"}}""");
        Answer("cloudfront list-realtime-log-configs", $$"""{"RealtimeLogConfigs":{"Items":[{"Name":"shop","SamplingRate":100,"Fields":["timestamp","c-ip"],"EndPoints":[{"StreamType":"Kinesis","KinesisStreamConfig":{"StreamARN":"{{Kinesis}}"} }]}]} }""");
        Metrics(("read", "120"), ("delivered", "118"), ("success", "1"), ("age", "42"));
        Answer("logs filter-log-events", """{"events":[]}""");
    }

    /// <summary>The stream's description.</summary>
    public JsonObject Stream { get; }

    public JsonObject Endpoint => Stream["Destinations"]![0]!["HttpEndpointDestinationDescription"]!.AsObject();

    public void Answer(string operation, string json) => _answers[operation] = $"cat <<'ANSWER'\n{json}\nANSWER";

    public void Refuse(string operation, string code, string sentence = "not for you") =>
        _answers[operation] = $"echo 'An error occurred ({code}) when calling the Operation operation: {sentence}' >&2; exit 254";

    public void Metrics(params (string Id, string Value)[] points) => Answer("cloudwatch get-metric-data",
        $$"""{"MetricDataResults":[{{string.Join(',', points.Select(point => $$"""{"Id":"{{point.Id}}","Values":[{{point.Value}}]}"""))}}]}""");

    public void Error(string code, string message) => Answer("logs filter-log-events",
        new JsonObject { ["events"] = new JsonArray(new JsonObject { ["message"] = new JsonObject { ["errorCode"] = code, ["message"] = message }.ToJsonString() }) }.ToJsonString());

    /// <summary>Makes it a stream into which records are put.</summary>
    public AwsAnswers DirectPut()
    {
        Stream["DeliveryStreamType"] = "DirectPut";
        Stream.Remove("Source");
        Answer("cloudwatch list-metric-streams", """{"Entries":[]}""");
        Answer("logs describe-account-policies", """{"accountPolicies":[]}""");
        Answer("logs describe-delivery-destinations", """{"deliveryDestinations":[]}""");
        Answer("logs describe-deliveries", """{"deliveries":[]}""");
        Answer("firehose list-tags-for-delivery-stream", """{"Tags":[{"Key":"LogDeliveryEnabled","Value":"true"}]}""");
        return this;
    }

    /// <summary>Standard logs of CloudFront lead to it.</summary>
    public AwsAnswers WithVendedLogs(bool delivered = true)
    {
        DirectPut();
        Answer("logs describe-delivery-destinations", $$"""{"deliveryDestinations":[{"name":"shop","arn":"arn:d","deliveryDestinationConfiguration":{"destinationResourceArn":"{{Arn}}"} }]}""");
        Answer("logs describe-deliveries", delivered ? """{"deliveries":[{"deliveryDestinationArn":"arn:d","deliverySourceName":"cf-shop"}]}""" : """{"deliveries":[]}""");
        return this;
    }

    public ScriptedCli Script()
    {
        Answer("firehose describe-delivery-stream", new JsonObject { ["DeliveryStreamDescription"] = Stream.DeepClone() }.ToJsonString());
        return new ScriptedCli(Cases());
    }

    /// <summary>Checks the stream as the command does.</summary>
    public async Task<CheckReport> CheckAsync(string url = Url, string key = CheckedPeer.Key, bool described = true)
    {
        using var cli = described ? Script() : new ScriptedCli(Cases());
        var report = new CheckReport(_ => { });
        var check = new StreamCheck(new AwsCli(new AwsCliPlace(cli.Command, null, null, null)), report, TimeProvider.System);
        if (await check.DescribeAsync("shop", TestContext.Current.CancellationToken) is { } stream)
        {
            await check.RunAsync(stream, url, key, TestContext.Current.CancellationToken);
        }

        return report;
    }

    private string Cases() => $"case \"$1 $2\" in\n{string.Concat(_answers.Select(pair => $"'{pair.Key}')\n{pair.Value}\n;;\n"))}*) echo \"nothing answers $1 $2\" >&2; exit 252;;\nesac";
}
