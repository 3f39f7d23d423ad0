using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery;
using Cistern.Delivery.Api.Catalogue;
using static Cistern.Tests.Delivery.Api.ControlOperationTests;

namespace Cistern.Tests.Delivery.Api;

/// <summary>What spans members of a configuration, each type of destination, and the plans that are made of them.</summary>
public sealed class ConfigurationTests
{
    private const string Function = "arn:aws:lambda:us-east-1:111122223333:function:own-function";

    public static TheoryData<string, string> SemanticCases() => new()
    {
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"}]},{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"}]}]""", "Cannot have more than 1 Lambda processor." },
        { """[{"Type":"Lambda"}]""", "LambdaArn is required when Lambda processor is used." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"own-function"}]}]""", "Invalid lambda ARN." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"},{"ParameterName":"BufferSizeInMBs","ParameterValue":"1"}]}]""", "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"},{"ParameterName":"BufferIntervalInSeconds","ParameterValue":"60"}]}]""", "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"},{"ParameterName":"LambdaArn","ParameterValue":"F"}]}]""", "Duplicate ProcessorParameter passed to ProcessingConfiguration." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"},{"ParameterName":"NumberOfRetries","ParameterValue":"many"}]}]""", "NumberOfRetries 'many' is not valid; it must be a number from 0 to 2147483647." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"},{"ParameterName":"BufferSizeInMBs","ParameterValue":"3.5"},{"ParameterName":"BufferIntervalInSeconds","ParameterValue":"60"}]}]""", "BufferSizeInMBs '3.5' is not valid; it must be a number from 0.2 to 3." },
        { """[{"Type":"Lambda","Parameters":[{"ParameterName":"LambdaArn","ParameterValue":"F"},{"ParameterName":"BufferSizeInMBs","ParameterValue":"1"},{"ParameterName":"BufferIntervalInSeconds","ParameterValue":"901"}]}]""", "BufferIntervalInSeconds '901' is not valid; it must be a number from 0 to 900." },
    };

    [Theory]
    [MemberData(nameof(SemanticCases))]
    public async Task Processors_are_refused_in_the_words_of_the_service(string processors, string message)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var destination = Requests.Http().With("ProcessingConfiguration", new JsonObject { ["Enabled"] = true, ["Processors"] = JsonNode.Parse(processors.Replace("\"F\"", $"\"{Function}\"", StringComparison.Ordinal)) });

        var created = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", "HttpEndpointDestinationConfiguration", destination));
        await rig.CreateAsync("b");
        var updated = await rig.UpdateAsync("b", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["ProcessingConfiguration"] = destination["ProcessingConfiguration"]!.DeepClone() });

        Assert.Equal((message, message), (created.ExpectError("InvalidArgumentException"), updated.ExpectError("InvalidArgumentException")));
    }

    [Fact]
    public async Task The_function_is_described_with_all_its_parameters_in_order()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var destination = Requests.Http().With("RoleARN", Requests.Role).With("ProcessingConfiguration", Requests.Lambda(("NumberOfRetries", "9"), ("LambdaArn", Function + ":live")));
        destination["ProcessingConfiguration"]!.AsObject().Remove("Enabled");
        await rig.CreateAsync("a", destination);

        var described = (await rig.DescribeAsync("a")).GetProperty("Destinations")[0].GetProperty("HttpEndpointDestinationDescription").GetProperty("ProcessingConfiguration");

        Assert.False(described.GetProperty("Enabled").GetBoolean());
        Assert.Equal(
            $"LambdaArn={Function}:live NumberOfRetries=9 RoleArn={Requests.Role} BufferSizeInMBs=1 BufferIntervalInSeconds=60",
            string.Join(' ', described.GetProperty("Processors")[0].GetProperty("Parameters").EnumerateArray().Select(parameter => $"{Text(parameter, "ParameterName")}={Text(parameter, "ParameterValue")}")));
        Assert.Null(rig.Plan("a").Transform);
    }

    [Fact]
    public async Task The_plan_says_what_the_configuration_says()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var processing = Requests.Lambda(("LambdaArn", Function), ("NumberOfRetries", "0"), ("BufferSizeInMBs", "0.5"), ("BufferIntervalInSeconds", "30"));
        ((JsonArray)processing["Processors"]!).Add((JsonNode)Requests.Processor("AppendDelimiterToRecord", ("Delimiter", "\\n")));
        await rig.CreateAsync("a", Requests.Http()
            .With("RequestConfiguration", JsonNode.Parse("""{"ContentEncoding":"GZIP","CommonAttributes":[{"AttributeName":"env","AttributeValue":"dev"}]}"""))
            .With("BufferingHints", JsonNode.Parse("""{"SizeInMBs":4,"IntervalInSeconds":60}"""))
            .With("RetryOptions.DurationInSeconds", 0)
            .With("S3BackupMode", "AllData")
            .With("ProcessingConfiguration", processing)
            .With("S3Configuration.CompressionFormat", "HADOOP_SNAPPY"));

        var plan = rig.Plan("a");

        Assert.Equal((true, 4L << 20, 60d, TimeSpan.Zero, "dev"), (plan.Http!.Gzip, plan.Http.Buffering.Bytes, plan.Http.Buffering.Interval.TotalSeconds, plan.Http.RetryWindow, plan.Http.CommonAttributes["env"]));
        Assert.Equal((Function, 0, 512L << 10, 30d), (plan.Transform!.LambdaArn, plan.Transform.Retries, plan.Transform.Buffering.Bytes, plan.Transform.Buffering.Interval.TotalSeconds));
        Assert.Equal(("AppendDelimiterToRecord", "\\n"), (plan.Processors.Single().Type, plan.Processors.Single().Parameters["Delimiter"]));
        Assert.Equal(("own-bucket", S3Compression.HadoopSnappy, plan.S3), (plan.S3.Bucket, plan.S3.Compression, plan.SourceBackup));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"S3DestinationConfiguration":B,"ExtendedS3DestinationConfiguration":B}""")]
    public async Task Exactly_one_destination_is_taken(string input)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var named = JsonNode.Parse(input.Replace("B", Requests.Bucket().ToJsonString(), StringComparison.Ordinal))!.AsObject();
        named["DeliveryStreamName"] = "a";

        Assert.Equal("Exactly one destination configuration is supported for a Firehose", (await rig.CallAsync("CreateDeliveryStream", named)).ExpectError("InvalidArgumentException"));
    }

    [Theory]
    [InlineData("HttpEndpoint", "BufferingHints", """{"SizeInMBs":1}""", "Both SizeInMBs and IntervalInSeconds are required")]
    [InlineData("HttpEndpoint", "S3Configuration.BufferingHints", """{"IntervalInSeconds":60}""", "Both SizeInMBs and IntervalInSeconds are required")]
    [InlineData("HttpEndpoint", "SecretsManagerConfiguration", """{"Enabled":true}""", "SecretARN is required")]
    [InlineData("HttpEndpoint", "EndpointConfiguration.Url", "\"https://\"", "The URL of the HTTP endpoint is not valid")]
    [InlineData("HttpEndpoint", "EndpointConfiguration.Url", "\"https://user:secret@logs.example.com\"", "The URL of the HTTP endpoint is not valid")]
    [InlineData("HttpEndpoint", "S3Configuration.Prefix", "\"!{timestamp:yyyy}/\"", "ErrorOutputPrefix")]
    [InlineData("ExtendedS3", "S3BackupMode", "\"Enabled\"", "S3BackupConfiguration is required when S3BackupMode is Enabled.")]
    [InlineData("ExtendedS3", "CustomTimeZone", "\"Mars/Olympus\"", "CustomTimeZone 'Mars/Olympus' is not a known time zone.")]
    [InlineData("ExtendedS3", "DynamicPartitioningConfiguration", """{"Enabled":true}""", "Cistern does not partition dynamically")]
    [InlineData("ExtendedS3", "DataFormatConversionConfiguration", """{"Enabled":true}""", "Cistern does not convert records")]
    public async Task What_spans_members_is_refused(string type, string member, string value, string message)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var destination = (type == "HttpEndpoint" ? Requests.Http() : Requests.Bucket()).With(member, JsonNode.Parse(value));

        var answer = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", $"{type}DestinationConfiguration", destination));

        Assert.Contains(message, answer.ExpectError("InvalidArgumentException"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080/firehose", false, true)]
    [InlineData("http://[::1]:8080/firehose", false, true)]
    [InlineData("http://localhost:8080/firehose", false, true)]
    [InlineData("http://10.0.0.1/firehose", false, false)]
    [InlineData("http://10.0.0.1/firehose", true, true)]
    [InlineData("https://10.0.0.1:8443/firehose", false, true)]
    public async Task Plain_http_is_for_this_machine_unless_it_is_allowed(string url, bool allowed, bool taken)
    {
        await using var rig = await FirehoseRig.StartAsync(options => options with { Catalogue = options.Catalogue with { AllowInsecureEndpoints = allowed } });

        var answer = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", "HttpEndpointDestinationConfiguration", Requests.Http().With("EndpointConfiguration.Url", url)));

        Assert.Equal(taken ? 200 : 400, answer.Status);
    }

    /// <summary>The other destination types, with the least that a creation needs, and secrets that must not come back.</summary>
    public static TheoryData<string, string> UndeliveredTypes() => new()
    {
        { "Redshift", """{"RoleARN":"arn:r","ClusterJDBCURL":"jdbc:redshift://own.abc123.us-east-1.redshift.amazonaws.com:5439/dev","CopyCommand":{"DataTableName":"t"},"Username":"u","Password":"secret-password"}""" },
        { "Elasticsearch", """{"RoleARN":"arn:r","IndexName":"i","VpcConfiguration":{"SubnetIds":["s"],"RoleARN":"arn:r","SecurityGroupIds":["g"]}}""" },
        { "Amazonopensearchservice", """{"RoleARN":"arn:r","IndexName":"i","DocumentIdOptions":{"DefaultDocumentIdFormat":"NO_DOCUMENT_ID"}}""" },
        { "AmazonOpenSearchServerless", """{"RoleARN":"arn:r","IndexName":"i","CollectionEndpoint":"https://c.example.com"}""" },
        { "Splunk", """{"HECEndpoint":"https://s.example.com","HECEndpointType":"Raw","HECToken":"token"}""" },
        { "Snowflake", $$"""{"RoleARN":"arn:r","AccountUrl":"own-account.snowflakecomputing.com","Database":"d","Schema":"s","Table":"t","User":"u","PrivateKey":"{{string.Concat(Enumerable.Repeat("c2Vj", 80))}}","KeyPassphrase":"secret-passphrase"}""" },
        { "Iceberg", """{"RoleARN":"arn:r","CatalogConfiguration":{"CatalogARN":"arn:aws:glue:us-east-1:111122223333:catalog"},"DestinationTableConfigurationList":[{"DestinationTableName":"t","DestinationDatabaseName":"d","UniqueKeys":["k"]}]}""" },
    };

    [Theory]
    [MemberData(nameof(UndeliveredTypes))]
    public async Task Other_destinations_are_described_back_and_planned_as_unsupported(string type, string configuration)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var given = JsonNode.Parse(configuration)!.AsObject();
        given["S3Configuration"] = Requests.Bucket();
        (await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", $"{type}DestinationConfiguration", given))).Expect(200);
        await rig.StopAsync();
        await rig.StartAgainAsync();

        var described = (await rig.DescribeAsync("a")).GetProperty("Destinations")[0].GetProperty($"{type}DestinationDescription");

        foreach (var (name, value) in given.Where(member => member.Key is not ("Password" or "PrivateKey" or "KeyPassphrase" or "S3Configuration")))
        {
            AssertJson(value!.ToJsonString(), described.GetProperty(name == "VpcConfiguration" ? "VpcConfigurationDescription" : name));
        }

        Assert.Equal("arn:aws:s3:::own-bucket", Text(described.GetProperty("S3DestinationDescription"), "BucketARN"));
        Assert.DoesNotContain("secret", described.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("c2Vj", described.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((type, "own-bucket", null), (rig.Plan("a").UnsupportedDestination, rig.Plan("a").S3.Bucket, rig.Plan("a").Http));
    }

    [Fact]
    public async Task Extended_s3_is_described_as_in_the_answer_that_was_recorded_from_aws()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var recorded = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "firehose-requests", "localstack_describe-delivery-stream.snapshot.json")).Replace("<partition>", "aws", StringComparison.Ordinal))
            .RootElement.EnumerateObject().Single().Value.GetProperty("recorded-content").GetProperty("delivery_stream").GetProperty("DeliveryStreamDescription");
        var expected = JsonNode.Parse(recorded.GetRawText())!.AsObject();
        var destination = expected["Destinations"]![0]!.AsObject();

        // Ours does not partition by content, so that what is particular to it is left out of the comparison.
        foreach (var form in new[] { "ExtendedS3DestinationDescription", "S3DestinationDescription" })
        {
            destination[form]!["Prefix"] = "firehoseTest/";
            destination[form]!["BucketARN"] = "arn:aws:s3:::own-bucket";
            destination[form]!["RoleARN"] = Requests.Role;
        }

        destination["ExtendedS3DestinationDescription"]!["DynamicPartitioningConfiguration"]!["Enabled"] = false;
        var create = Requests.Create("own", "ExtendedS3DestinationConfiguration", destination["ExtendedS3DestinationDescription"]!.DeepClone()
            .AsObject().With("DataFormatConversionConfiguration", null).With("CloudWatchLoggingOptions", null).With("EncryptionConfiguration", null).With("CompressionFormat", null).With("S3BackupMode", null));
        create["DeliveryStreamType"] = "KinesisStreamAsSource";
        create["KinesisStreamSourceConfiguration"] = new JsonObject { ["KinesisStreamARN"] = "arn:aws:kinesis:us-east-1:111111111111:stream/own", ["RoleARN"] = Requests.Role };
        (await rig.CallAsync("CreateDeliveryStream", create)).Expect(200);

        var actual = await rig.DescribeAsync("own");

        AssertJson(expected["Destinations"]!.ToJsonString(), actual.GetProperty("Destinations"));
        Assert.Equal(recorded.EnumerateObject().Select(member => member.Name).Order(), actual.EnumerateObject().Select(member => member.Name).Order());
        var source = actual.GetProperty("Source").GetProperty("KinesisStreamSourceDescription");
        Assert.Equal(["DeliveryStartTimestamp", "KinesisStreamARN", "RoleARN"], source.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal("arn:aws:kinesis:us-east-1:111111111111:stream/own", rig.Plan("own").Kinesis!.StreamArn);
    }

    [Theory]
    [InlineData("KinesisStreamAsSource", null, null, "KinesisStreamSourceConfiguration is required for KinesisStreamAsSource delivery stream type.")]
    [InlineData("DirectPut", "KinesisStreamSourceConfiguration", """{"KinesisStreamARN":"arn:aws:kinesis:us-east-1:111122223333:stream/s","RoleARN":"arn:r"}""", "KinesisStreamSourceConfiguration is only applicable for KinesisStreamAsSource delivery stream type.")]
    [InlineData("MSKAsSource", "DirectPutSourceConfiguration", """{"ThroughputHintInMBs":1}""", "MSKSourceConfiguration is required for MSKAsSource delivery stream type.")]
    public async Task The_source_goes_with_the_type(string type, string? member, string? source, string message)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var create = Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket());
        create["DeliveryStreamType"] = type;
        if (member is not null)
        {
            create[member] = JsonNode.Parse(source!);
        }

        Assert.Equal(message, (await rig.CallAsync("CreateDeliveryStream", create)).ExpectError("InvalidArgumentException"));
    }

    [Fact]
    public async Task A_stream_that_reads_kinesis_is_not_put_to_nor_encrypted()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var create = Requests.Create("k", "S3DestinationConfiguration", Requests.Bucket());
        create["DeliveryStreamType"] = "KinesisStreamAsSource";
        create["KinesisStreamSourceConfiguration"] = new JsonObject { ["KinesisStreamARN"] = "arn:aws:kinesis:us-east-1:111122223333:stream/own", ["RoleARN"] = Requests.Role };
        (await rig.CallAsync("CreateDeliveryStream", create)).Expect(200);

        foreach (var (operation, rest) in new[] { ("PutRecord", """ "Record":{"Data":""} """), ("PutRecordBatch", """ "Records":[{"Data":""}] """), ("StartDeliveryStreamEncryption", "\"x\":1"), ("StopDeliveryStreamEncryption", "\"x\":1") })
        {
            var answer = await rig.CallAsync(operation, $$"""{"DeliveryStreamName":"k",{{rest}}}""");
            Assert.Equal("This operation is not permitted on KinesisStreamAsSource delivery stream type.", answer.ExpectError("InvalidArgumentException"));
        }

        Assert.Empty(rig.Delivery.Puts);
    }

    [Theory]
    [InlineData("""{"KeyType":"CUSTOMER_MANAGED_CMK"}""", "KeyARN is required when KeyType is CUSTOMER_MANAGED_CMK.")]
    [InlineData("""{"KeyType":"AWS_OWNED_CMK","KeyARN":"arn:aws:kms:us-east-1:111122223333:key/k"}""", "KeyARN must not be given when KeyType is AWS_OWNED_CMK.")]
    public async Task Key_and_key_type_go_together(string input, string message)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var create = Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket());
        create["DeliveryStreamEncryptionConfigurationInput"] = JsonNode.Parse(input);

        Assert.Equal(message, (await rig.CallAsync("CreateDeliveryStream", create)).ExpectError("InvalidArgumentException"));
    }

    [Fact]
    public void Every_type_is_named_as_in_the_api()
    {
        Assert.Equal(
            ["S3", "ExtendedS3", "HttpEndpoint", "Redshift", "Elasticsearch", "Amazonopensearchservice", "AmazonOpenSearchServerless", "Splunk", "Snowflake", "Iceberg"],
            DestinationTypes.All.Select(type => type.Name));
    }
}
