using System.Text.Json.Nodes;
using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Streams;

namespace Cistern.Tests.Commands.Checking;

/// <summary>Streams that are wrong in one way on the side of AWS: that is named, and nothing else.</summary>
public sealed class StreamFindingTests
{
    private static readonly Dictionary<string, Action<AwsAnswers>> s_wrong = new()
    {
        ["stream-creating"] = aws => (aws.Stream["DeliveryStreamStatus"], aws.Stream["CreateTimestamp"]) = ("CREATING", DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeSeconds()),
        ["stream-stuck"] = aws => (aws.Stream["DeliveryStreamStatus"], aws.Stream["CreateTimestamp"]) = ("CREATING", DateTimeOffset.UtcNow.AddMinutes(-11).ToString("O")),
        ["stream-failed"] = aws => (aws.Stream["DeliveryStreamStatus"], aws.Stream["FailureDescription"]) = ("CREATING_FAILED", new JsonObject { ["Type"] = "KMS_ACCESS_DENIED", ["Details"] = "no grant" }),
        ["stream-deleting"] = aws => aws.Stream["DeliveryStreamStatus"] = "DELETING",
        ["stream-destination"] = aws => aws.Stream["Destinations"] = new JsonArray(new JsonObject { ["ExtendedS3DestinationDescription"] = new JsonObject() }),
        ["stream-url-differs"] = aws => aws.Endpoint["EndpointConfiguration"]!["Url"] = AwsAnswers.Url.Replace("logs.", "old.", StringComparison.Ordinal),
        ["stream-not-gzip"] = aws => aws.Endpoint["RequestConfiguration"]!["ContentEncoding"] = "NONE",
        ["stream-buffers-long"] = aws => aws.Endpoint["BufferingHints"]!["IntervalInSeconds"] = 300,
        ["stream-no-retry"] = aws => aws.Endpoint["RetryOptions"]!["DurationInSeconds"] = 0,
        ["stream-no-log"] = aws => aws.Endpoint["CloudWatchLoggingOptions"] = new JsonObject { ["Enabled"] = false },
        ["stream-fields-missing"] = aws => aws.Endpoint["RequestConfiguration"]!["CommonAttributes"] = new JsonArray(),
        ["secret-missing"] = aws => aws.Refuse("secretsmanager get-secret-value", "ResourceNotFoundException"),
        ["secret-form"] = aws => aws.Answer("secretsmanager get-secret-value", """{"SecretString":"the-right-key"}"""),
        ["secret-form/another name"] = aws => aws.Answer("secretsmanager get-secret-value", """{"SecretString":"{\"key\":\"the-right-key\"}"}"""),
        ["secret-differs"] = aws => aws.Answer("secretsmanager get-secret-value", """{"SecretString":"{\"api_key\":\"an-old-key\"}"}"""),
        ["function-missing"] = aws => aws.Refuse("lambda get-function-configuration", "ResourceNotFoundException"),
        ["function-inactive"] = aws => aws.Answer("lambda get-function-configuration", """{"State":"Failed","Timeout":60}"""),
        ["function-time"] = aws => aws.Answer("lambda get-function-configuration", """{"State":"Active","Timeout":900}"""),
        ["bucket-missing"] = aws => aws.Refuse("s3api get-bucket-location", "NoSuchBucket"),
        ["role-missing"] = aws => aws.Refuse("iam get-role", "NoSuchEntity"),
        ["role-trust"] = aws => aws.Answer("iam get-role", """{"Role":{"AssumeRolePolicyDocument":{"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}}}"""),
        ["role-lacks"] = aws => aws.Answer("iam simulate-principal-policy", """{"EvaluationResults":[{"EvalActionName":"s3:PutObject","EvalDecision":"implicitDeny"},{"EvalActionName":"s3:GetObject","EvalDecision":"allowed"}]}"""),
        ["source-missing"] = aws => aws.Refuse("kinesis describe-stream-summary", "ResourceNotFoundException"),
        ["source-inactive"] = aws => aws.Answer("kinesis describe-stream-summary", """{"StreamDescriptionSummary":{"StreamStatus":"CREATING"}}"""),
        ["source-unattached"] = aws => aws.Answer("cloudfront list-realtime-log-configs", """{"RealtimeLogConfigs":{"Items":[]}}"""),
        ["source-none"] = aws => aws.DirectPut(),
        ["source-stopped"] = aws => aws.DirectPut().Answer("cloudwatch list-metric-streams", $$"""{"Entries":[{"Name":"all","FirehoseArn":"{{AwsAnswers.Arn}}","State":"stopped"}]}"""),
        ["source-no-delivery"] = aws => aws.WithVendedLogs(delivered: false),
        ["stream-tag-missing"] = aws => aws.WithVendedLogs().Answer("firehose list-tags-for-delivery-stream", """{"Tags":[{"Key":"LogDeliveryEnabled","Value":"false"}]}"""),
        ["stream-region"] = aws =>
        {
            aws.WithVendedLogs();
            var elsewhere = AwsAnswers.Arn.Replace("us-east-1", "eu-central-1", StringComparison.Ordinal);
            aws.Stream["DeliveryStreamARN"] = elsewhere;
            aws.Answer("logs describe-delivery-destinations", $$"""{"deliveryDestinations":[{"arn":"arn:d","deliveryDestinationConfiguration":{"destinationResourceArn":"{{elsewhere}}"} }]}""");
        },
        ["traffic-none"] = aws => aws.Metrics(),
        ["traffic-not-delivered"] = aws => aws.Metrics(("read", "12")),
        ["traffic-failing"] = aws => aws.Metrics(("read", "12"), ("delivered", "6"), ("success", "1,0")),
        ["traffic-late"] = aws => aws.Metrics(("read", "12"), ("delivered", "6"), ("age", "1200")),
        ["traffic-throttled"] = aws => aws.Metrics(("read", "12"), ("delivered", "6"), ("throttled", "3")),
        ["traffic-behind"] = aws => aws.Metrics(("read", "12"), ("delivered", "6"), ("behind", "2000000")),
        ["errors-no-group"] = aws => aws.Refuse("logs filter-log-events", "ResourceNotFoundException"),
        ["failed-key"] = aws => aws.Error("HttpEndpoint.DestinationException", "Delivery to the endpoint was unsuccessful. Response received with status code. 401: {\"errorMessage\":\"no\"}"),
        ["failed-limit"] = aws => aws.Error("HttpEndpoint.DestinationException", "The following response was received from the endpoint destination. 413: Payload Too Large"),
        ["failed-rate"] = aws => aws.Error("HttpEndpoint.DestinationException", "Response received with status code. 429: {}"),
        ["failed-unavailable"] = aws => aws.Error("HttpEndpoint.DestinationException", "Response received with status code. 503: {}"),
        ["failed-status"] = aws => aws.Error("HttpEndpoint.DestinationException", "Response received with status code. 404: {}"),
        ["failed-answer"] = aws => aws.Error("HttpEndpoint.InvalidResponseFromDestination", "x"),
        ["failed-timeout"] = aws => aws.Error("HttpEndpoint.RequestTimeout", "x"),
        ["failed-connection"] = aws => aws.Error("HttpEndpoint.ConnectionReset", "x"),
        ["failed-tls"] = aws => aws.Error("HttpEndpoint.SSLHandshakeCertificatePathValidationFailure", "x"),
        ["failed-configuration"] = aws => aws.Error("HttpEndpoint.MakeRequestFailure.IllegalCharacterInHeaderValue", "x"),
        ["failed-function-access"] = aws => aws.Error("Lambda.InvokeAccessDenied", "x"),
        ["failed-function-missing"] = aws => aws.Error("Lambda.ResourceNotFound", "x"),
        ["failed-function-busy"] = aws => aws.Error("Lambda.InvokeLimitExceeded", "x"),
        ["failed-function-time"] = aws => aws.Error("Lambda.FunctionTimedOut", "x"),
        ["failed-function-error"] = aws => aws.Error("Lambda.FunctionError", "x"),
        ["failed-function-records"] = aws => aws.Error("Lambda.MissingRecordId", "x"),
        ["failed-function-answer"] = aws => aws.Error("Lambda.InvalidReturnFormat", "x"),
        ["failed-function-marked"] = aws => aws.Error("Lambda.ProcessingFailedStatus", "x"),
        ["failed-bucket"] = aws => aws.Error("S3.AccessDenied", "x"),
        ["failed-bucket-busy"] = aws => aws.Error("S3.SlowDown", "x"),
        ["failed-decompression"] = aws => aws.Error("DecompressionFailed", "x"),
        ["failed-other"] = aws => aws.Error("InternalError", "x"),
    };

    private static readonly HashSet<string> s_canRepeat = ["role-lacks"];

    public static TheoryData<string> Wrong => [.. s_wrong.Keys];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_with_a_stream_is_named_and_nothing_else(string wrong)
    {
        var aws = new AwsAnswers();
        s_wrong[wrong](aws);
        var code = wrong.Split('/')[0];

        var report = await aws.CheckAsync();

        Assert.True(report.Bad().Distinct().SequenceEqual([code]), $"expected {code}\n{report.Dump()}");
        Assert.True(s_canRepeat.Contains(code) || report.Findings.Count(finding => finding.Kind.Code == code) == 1, report.Dump());
        Assert.False(report.Has(FindingKinds.AwsNotSeen), report.Dump());
        Assert.DoesNotContain(report.Findings, finding => finding.Text.Contains("the-right-key", StringComparison.Ordinal) || finding.Text.Contains("an-old-key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stream_with_which_all_is_well_is_told_part_by_part()
    {
        var report = await new AwsAnswers().CheckAsync();

        report.AssertBad();
        FindingKind[] good = [FindingKinds.StreamActive, FindingKinds.SecretGood, FindingKinds.FunctionGood, FindingKinds.RoleGood, FindingKinds.SourceFound, FindingKinds.TrafficGood, FindingKinds.ErrorsNone];
        Assert.All(good, kind => Assert.True(report.Has(kind), $"{kind.Code}\n{report.Dump()}"));
        Assert.False(report.Has(FindingKinds.AwsNotSeen), report.Dump());
        Assert.Equal("4 MB or 60 s, GZIP, tries again for 300 s, backup FailedDataOnly, attributes cloudfront-fields", report.Detail("stream-settings"));
    }

    [Theory]
    [InlineData("metric stream")]
    [InlineData("subscription filter")]
    [InlineData("vended logs")]
    public async Task What_feeds_a_stream_is_found(string what)
    {
        var aws = new AwsAnswers();
        switch (what)
        {
            case "metric stream":
                aws.DirectPut().Answer("cloudwatch list-metric-streams", $$"""{"Entries":[{"Name":"all","FirehoseArn":"{{AwsAnswers.Arn}}","State":"running"}]}""");
                break;
            case "subscription filter":
                aws.DirectPut().Answer("logs describe-account-policies", $$"""{"accountPolicies":[{"policyName":"all","policyDocument":"{\"DestinationArn\":\"{{AwsAnswers.Arn}}\"}"}]}""");
                break;
            default:
                aws.WithVendedLogs();
                break;
        }

        var report = await aws.CheckAsync();

        report.AssertBad();
        Assert.Contains(what, report.Detail("source-found"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_user_may_not_see_is_a_note_and_no_failure()
    {
        var aws = new AwsAnswers();
        string[] all = ["secretsmanager get-secret-value", "lambda get-function-configuration", "s3api get-bucket-location", "iam get-role", "kinesis describe-stream-summary", "cloudfront list-realtime-log-configs",
            "cloudwatch get-metric-data", "logs filter-log-events"];
        foreach (var operation in all)
        {
            aws.Refuse(operation, "AccessDeniedException", "User: arn:aws:iam::1:user/x is not authorized");
        }

        var report = await aws.CheckAsync();

        report.AssertBad();
        Assert.Equal(all.Order(), report.Findings.Where(finding => finding.Kind == FindingKinds.AwsNotSeen).Select(finding => finding.Detail.Split(", ")[0]).Order());
    }

    [Fact]
    public async Task A_stream_that_is_not_there_or_not_to_be_seen_ends_its_check()
    {
        var missing = new AwsAnswers();
        missing.Refuse("firehose describe-delivery-stream", "ResourceNotFoundException");
        var forbidden = new AwsAnswers();
        forbidden.Refuse("firehose describe-delivery-stream", "AccessDeniedException");

        var unknown = await missing.CheckAsync(described: false);
        var unseen = await forbidden.CheckAsync(described: false);

        unknown.AssertBad("stream-unknown");
        Assert.Equal([FindingKinds.AwsNotSeen], unseen.Findings.Select(finding => finding.Kind));
    }

    [Fact]
    public async Task Broken_answers_of_the_CLI_are_notes_too()
    {
        var aws = new AwsAnswers();
        aws.Answer("cloudwatch get-metric-data", "what?");
        aws.Answer("iam simulate-principal-policy", "[]");
        aws.Answer("logs filter-log-events", """{"events":[{"message":7},{"message":"not json"},{}]}""");

        var report = await aws.CheckAsync();

        report.AssertBad();
        Assert.Contains("did not answer with JSON", report.Detail("aws-not-seen"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_in_the_stream_itself_cannot_be_seen()
    {
        var aws = new AwsAnswers();
        aws.Endpoint.Remove("SecretsManagerConfiguration");

        var report = await aws.CheckAsync();

        report.AssertBad();
        Assert.True(report.Has(FindingKinds.StreamKeyHidden));
    }

    [Fact]
    public async Task The_command_checks_the_endpoint_of_the_stream_and_sends_as_it()
    {
        await using var peer = new CheckedPeer(CheckedPeer.Answering(CheckedPeer.Good));
        var aws = new AwsAnswers();
        aws.Endpoint["EndpointConfiguration"]!["Url"] = peer.Url.AbsoluteUri;
        using var cli = aws.Script();

        var run = await CommandRun.RunAsync(["check", "--stream", "shop", "--aws-command", cli.Command, "--key", CheckedPeer.Key, "--quick"]);

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Contains("a delivery is answered as Firehose wants it", run.Out, StringComparison.Ordinal);
        Assert.Contains("the stream is active", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(CheckedPeer.Key, run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_AWS_CLI_the_command_says_what_to_install()
    {
        var run = await CommandRun.RunAsync("check --stream shop --aws-command /nowhere/aws");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("needs the AWS CLI", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HttpEndpoint.DestinationException", "Response received with status code. 403: {}", "failed-key")]
    [InlineData("HttpEndpoint.DestinationException", "code 413 somewhere else", "failed-status")]
    [InlineData("HttpEndpoint.InvalidStatusCode", "Response received with status code. 301: (empty)", "failed-status")]
    [InlineData("", "", "failed-other")]
    public void A_status_is_read_only_where_it_is_one(string code, string message, string finding) => Assert.Equal(finding, ErrorCodes.Of(code, message).Code);
}
