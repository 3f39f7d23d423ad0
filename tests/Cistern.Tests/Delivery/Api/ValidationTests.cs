using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Tests.Delivery.Api;

/// <summary>A case for each constraint of the API's model: what is spoilt, and what the answer says of it.</summary>
public sealed class ValidationTests
{
    private const string Null = "Member must not be null";
    private const string Http = "httpEndpointDestinationConfiguration";

    private static string Long(int length) => new('x', length);

    private static string Value(string value) => $"Value '{value}' ";

    private static string Least(string value) => $"Member must have value greater than or equal to {value}";

    private static string Most(string value) => $"Member must have value less than or equal to {value}";

    private static string Shortest(int length) => $"Member must have length greater than or equal to {length}";

    private static string Longest(int length) => $"Member must have length less than or equal to {length}";

    private static string Pattern(string pattern) => $"Member must satisfy regular expression pattern: {pattern}";

    /// <summary>Of an HTTP endpoint destination: the member, its value as JSON, the beginning of the message and the constraint.</summary>
    public static TheoryData<string, string?, string, string> HttpCases() => new()
    {
        { "EndpointConfiguration", null, "Value null ", Null },
        { "EndpointConfiguration.Url", null, "Value null ", Null },
        { "EndpointConfiguration.Url", "\"\"", "Value ", Shortest(1) },
        { "EndpointConfiguration.Url", $"\"https://{Long(993)}\"", "Value ", Longest(1000) },
        { "EndpointConfiguration.Url", "\"ftp://logs.example.com\"", "Value ", Pattern("https?://.*") },
        { "EndpointConfiguration.Url", "\"http://logs.example.com\"", "Value ", Pattern("https://.*") },
        { "EndpointConfiguration.Name", "\"\"", Value(""), Shortest(1) },
        { "EndpointConfiguration.Name", $"\"{Long(257)}\"", Value(Long(256) + "…"), Longest(256) },
        { "EndpointConfiguration.Name", "\"  \"", Value("  "), Pattern(@"^(?!\s*$).+") },
        { "EndpointConfiguration.AccessKey", $"\"{Long(4097)}\"", "Value ", Longest(4096) },
        { "EndpointConfiguration.AccessKey", "\"a\\nb\"", "Value ", Pattern(".*") },
        { "BufferingHints.SizeInMBs", "0", Value("0"), Least("1") },
        { "BufferingHints.SizeInMBs", "65", Value("65"), Most("64") },
        { "BufferingHints.IntervalInSeconds", "-1", Value("-1"), Least("0") },
        { "BufferingHints.IntervalInSeconds", "901", Value("901"), Most("900") },
        { "CloudWatchLoggingOptions.LogGroupName", $"\"{Long(513)}\"", Value(Long(256) + "…"), Longest(512) },
        { "CloudWatchLoggingOptions.LogGroupName", "\"a b\"", Value("a b"), Pattern(@"[\.\-_/#A-Za-z0-9]*") },
        { "CloudWatchLoggingOptions.LogStreamName", $"\"{Long(513)}\"", Value(Long(256) + "…"), Longest(512) },
        { "CloudWatchLoggingOptions.LogStreamName", "\"a:b\"", Value("a:b"), Pattern("[^:*]*") },
        { "RequestConfiguration.ContentEncoding", "\"gzip\"", Value("gzip"), "Member must satisfy enum value set: [NONE, GZIP]" },
        { "RequestConfiguration.CommonAttributes", $"[{string.Join(',', Enumerable.Repeat("""{"AttributeName":"n","AttributeValue":""}""", 51))}]", "Value ", Longest(50) },
        { "RequestConfiguration.CommonAttributes.1.member.AttributeName", null, "Value null ", Null },
        { "RequestConfiguration.CommonAttributes.1.member.AttributeName", "\" \"", "Value ", Pattern(@"^(?!\s*$).+") },
        { "RequestConfiguration.CommonAttributes.1.member.AttributeName", $"\"{Long(257)}\"", "Value ", Longest(256) },
        { "RequestConfiguration.CommonAttributes.1.member.AttributeValue", null, "Value null ", Null },
        { "RequestConfiguration.CommonAttributes.1.member.AttributeValue", $"\"{Long(1025)}\"", "Value ", Longest(1024) },
        { "ProcessingConfiguration.Processors.1.member.Type", null, "Value null ", Null },
        { "ProcessingConfiguration.Processors.1.member.Type", "\"lambda\"", Value("lambda"), "Member must satisfy enum value set: [RecordDeAggregation, Decompression, CloudWatchLogProcessing, Lambda, MetadataExtraction, AppendDelimiterToRecord]" },
        { "ProcessingConfiguration.Processors.1.member.Parameters.1.member.ParameterName", "\"Arn\"", Value("Arn"), "Member must satisfy enum value set: [LambdaArn, NumberOfRetries, MetadataExtractionQuery, JsonParsingEngine, RoleArn, BufferSizeInMBs, BufferIntervalInSeconds, SubRecordType, Delimiter, CompressionFormat, DataMessageExtraction]" },
        { "ProcessingConfiguration.Processors.1.member.Parameters.1.member.ParameterValue", null, "Value null ", Null },
        { "ProcessingConfiguration.Processors.1.member.Parameters.1.member.ParameterValue", "\"\"", Value(""), Shortest(1) },
        { "ProcessingConfiguration.Processors.1.member.Parameters.1.member.ParameterValue", $"\"{Long(5121)}\"", Value(Long(256) + "…"), Longest(5120) },
        { "RoleARN", "\"role\"", Value("role"), Pattern("arn:.*") },
        { "RoleARN", $"\"arn:{Long(509)}\"", Value("arn:" + Long(252) + "…"), Longest(512) },
        { "RetryOptions.DurationInSeconds", "-1", Value("-1"), Least("0") },
        { "RetryOptions.DurationInSeconds", "7201", Value("7201"), Most("7200") },
        { "S3BackupMode", "\"Enabled\"", Value("Enabled"), "Member must satisfy enum value set: [FailedDataOnly, AllData]" },
        { "S3Configuration", null, "Value null ", Null },
        { "S3Configuration.RoleARN", null, "Value null ", Null },
        { "S3Configuration.BucketARN", null, "Value null ", Null },
        { "S3Configuration.BucketARN", "\"own-bucket\"", Value("own-bucket"), Pattern(@"arn:.*:s3:::[\w\.\-]{1,255}") },
        { "S3Configuration.BucketARN", "\"arn:aws:s3:::own/bucket\"", Value("arn:aws:s3:::own/bucket"), Pattern(@"arn:.*:s3:::[\w\.\-]{1,255}") },
        { "S3Configuration.Prefix", $"\"{Long(1025)}\"", Value(Long(256) + "…"), Longest(1024) },
        { "S3Configuration.ErrorOutputPrefix", $"\"{Long(1025)}\"", Value(Long(256) + "…"), Longest(1024) },
        { "S3Configuration.BufferingHints.SizeInMBs", "0", Value("0"), Least("1") },
        { "S3Configuration.BufferingHints.SizeInMBs", "129", Value("129"), Most("128") },
        { "S3Configuration.BufferingHints.IntervalInSeconds", "901", Value("901"), Most("900") },
        { "S3Configuration.CompressionFormat", "\"SNAPPY\"", Value("SNAPPY"), "Member must satisfy enum value set: [UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY]" },
        { "S3Configuration.EncryptionConfiguration.NoEncryptionConfig", "\"None\"", Value("None"), "Member must satisfy enum value set: [NoEncryption]" },
        { "S3Configuration.EncryptionConfiguration.KMSEncryptionConfig", "{}", "Value null ", Null },
        { "SecretsManagerConfiguration", "{}", "Value null ", Null },
        { "SecretsManagerConfiguration.SecretARN", "\"secret\"", Value("secret"), Pattern(@"arn:.*:secretsmanager:[a-zA-Z0-9\-]+:\d{12}:secret:[a-zA-Z0-9\-/_+=.@!]+") },
    };

    [Theory]
    [MemberData(nameof(HttpCases))]
    public async Task Each_constraint_of_an_http_endpoint_is_named(string member, string? value, string start, string constraint)
    {
        await using var rig = await FirehoseRig.StartAsync();
        var destination = Requests.Http()
            .With("BufferingHints", new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 60 })
            .With("S3Configuration.BufferingHints", new JsonObject { ["SizeInMBs"] = 1, ["IntervalInSeconds"] = 60 })
            .With("RequestConfiguration", JsonNode.Parse("""{"CommonAttributes":[{"AttributeName":"env","AttributeValue":"dev"}]}"""))
            .With("ProcessingConfiguration", Requests.Lambda(("LambdaArn", "arn:aws:lambda:us-east-1:111122223333:function:f")));
        if (member.StartsWith("SecretsManagerConfiguration.", StringComparison.Ordinal))
        {
            destination.With("SecretsManagerConfiguration", new JsonObject { ["Enabled"] = false });
        }

        destination.With(member.Replace(".1.member", ".0", StringComparison.Ordinal), value is null ? null : JsonNode.Parse(value));

        var answer = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", "HttpEndpointDestinationConfiguration", destination));

        var at = value == "{}" ? $"{Path(member)}.{(member.StartsWith('S') && member[1] == 'e' ? "enabled" : "aWSKMSKeyARN")}" : Path(member);
        Assert.Equal($"1 validation error detected: {start}at '{Http}.{at}' failed to satisfy constraint: {constraint}", answer.ExpectError("ValidationException"));
        Assert.Empty(rig.Server.Catalogue.All);
    }

    /// <summary>Of the other members of inputs: the operation, the spoilt input, the path, what stands before it and the constraint.</summary>
    public static TheoryData<string, string, string, string, string> InputCases() => new()
    {
        { "CreateDeliveryStream", "{}", "deliveryStreamName", "Value null ", Null },
        { "CreateDeliveryStream", """{"DeliveryStreamName":""}""", "deliveryStreamName", Value(""), Shortest(1) },
        { "CreateDeliveryStream", $$"""{"DeliveryStreamName":"{{Long(65)}}"}""", "deliveryStreamName", Value(Long(65)), Longest(64) },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a/b"}""", "deliveryStreamName", Value("a/b"), Pattern("[a-zA-Z0-9_.-]+") },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a\n"}""", "deliveryStreamName", Value("a\n"), Pattern("[a-zA-Z0-9_.-]+") },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","DeliveryStreamType":"Direct"}""", "deliveryStreamType", Value("Direct"), "Member must satisfy enum value set: [DirectPut, KinesisStreamAsSource, MSKAsSource, DatabaseAsSource]" },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","DirectPutSourceConfiguration":{}}""", "directPutSourceConfiguration.throughputHintInMBs", "Value null ", Null },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","DirectPutSourceConfiguration":{"ThroughputHintInMBs":101}}""", "directPutSourceConfiguration.throughputHintInMBs", Value("101"), Most("100") },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","KinesisStreamSourceConfiguration":{"RoleARN":"arn:r"}}""", "kinesisStreamSourceConfiguration.kinesisStreamARN", "Value null ", Null },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","DeliveryStreamEncryptionConfigurationInput":{}}""", "deliveryStreamEncryptionConfigurationInput.keyType", "Value null ", Null },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","DeliveryStreamEncryptionConfigurationInput":{"KeyType":"KMS"}}""", "deliveryStreamEncryptionConfigurationInput.keyType", Value("KMS"), "Member must satisfy enum value set: [AWS_OWNED_CMK, CUSTOMER_MANAGED_CMK]" },
        { "CreateDeliveryStream", """{"DeliveryStreamName":"a","Tags":[]}""", "tags", Value("[]"), Shortest(1) },
        { "TagDeliveryStream", """{"DeliveryStreamName":"a"}""", "tags", "Value null ", Null },
        { "TagDeliveryStream", $$"""{"DeliveryStreamName":"a","Tags":[{{string.Join(',', Enumerable.Repeat("""{"Key":"k"}""", 51))}}]}""", "tags", "Value ", Longest(50) },
        { "TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"k"},{}]}""", "tags.2.member.key", "Value null ", Null },
        { "TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[null]}""", "tags.1.member", "Value null ", Null },
        { "TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"aws:k"}]}""", "tags.1.member.key", Value("aws:k"), Pattern(@"^(?!aws:)[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$") },
        { "TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"k","Value":"a,b"}]}""", "tags.1.member.value", Value("a,b"), Pattern(@"^[\p{L}\p{Z}\p{N}_.:\/=+\-@%]*$") },
        { "TagDeliveryStream", $$"""{"DeliveryStreamName":"a","Tags":[{"Key":"{{Long(129)}}"}]}""", "tags.1.member.key", Value(Long(129)), Longest(128) },
        { "TagDeliveryStream", $$"""{"DeliveryStreamName":"a","Tags":[{"Key":"k","Value":"{{Long(257)}}"}]}""", "tags.1.member.value", Value(Long(256) + "…"), Longest(256) },
        { "UntagDeliveryStream", """{"DeliveryStreamName":"a","TagKeys":[]}""", "tagKeys", Value("[]"), Shortest(1) },
        { "UntagDeliveryStream", """{"DeliveryStreamName":"a","TagKeys":[""]}""", "tagKeys.1.member", Value(""), Shortest(1) },
        { "ListTagsForDeliveryStream", """{"DeliveryStreamName":"a","Limit":0}""", "limit", Value("0"), Least("1") },
        { "ListTagsForDeliveryStream", """{"DeliveryStreamName":"a","Limit":51}""", "limit", Value("51"), Most("50") },
        { "ListDeliveryStreams", """{"Limit":10001}""", "limit", Value("10001"), Most("10000") },
        { "ListDeliveryStreams", """{"Limit":0}""", "limit", Value("0"), Least("1") },
        { "ListDeliveryStreams", """{"DeliveryStreamType":"x"}""", "deliveryStreamType", Value("x"), "Member must satisfy enum value set: [DirectPut, KinesisStreamAsSource, MSKAsSource, DatabaseAsSource]" },
        { "DescribeDeliveryStream", """{"DeliveryStreamName":"a","Limit":0}""", "limit", Value("0"), Least("1") },
        { "DescribeDeliveryStream", """{"DeliveryStreamName":"a","ExclusiveStartDestinationId":"a_b"}""", "exclusiveStartDestinationId", Value("a_b"), Pattern("[a-zA-Z0-9-]+") },
        { "DeleteDeliveryStream", "{}", "deliveryStreamName", "Value null ", Null },
        { "UpdateDestination", """{"DeliveryStreamName":"a","DestinationId":"d"}""", "currentDeliveryStreamVersionId", "Value null ", Null },
        { "UpdateDestination", """{"DeliveryStreamName":"a","DestinationId":"d","CurrentDeliveryStreamVersionId":"v1"}""", "currentDeliveryStreamVersionId", Value("v1"), Pattern("[0-9]+") },
        { "UpdateDestination", """{"DeliveryStreamName":"a","CurrentDeliveryStreamVersionId":"1"}""", "destinationId", "Value null ", Null },
        { "UpdateDestination", $$"""{"DeliveryStreamName":"a","CurrentDeliveryStreamVersionId":"1","DestinationId":"{{Long(101)}}"}""", "destinationId", Value(Long(101)), Longest(100) },
        { "UpdateDestination", """{"DeliveryStreamName":"a","CurrentDeliveryStreamVersionId":"1","DestinationId":"d","HttpEndpointDestinationUpdate":{"S3Update":{"CompressionFormat":"gz"}}}""", "httpEndpointDestinationUpdate.s3Update.compressionFormat", Value("gz"), "Member must satisfy enum value set: [UNCOMPRESSED, GZIP, ZIP, Snappy, HADOOP_SNAPPY]" },
        { "StartDeliveryStreamEncryption", """{"DeliveryStreamName":"a","DeliveryStreamEncryptionConfigurationInput":{"KeyType":"CUSTOMER_MANAGED_CMK","KeyARN":"k"}}""", "deliveryStreamEncryptionConfigurationInput.keyARN", Value("k"), Pattern(@"arn:.*:kms:[a-zA-Z0-9\-]+:\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\-_/]+") },
        { "StopDeliveryStreamEncryption", """{"DeliveryStreamName":null}""", "deliveryStreamName", "Value null ", Null },
        { "PutRecord", """{"Record":{"Data":""}}""", "deliveryStreamName", "Value null ", Null },
        { "PutRecord", """{"DeliveryStreamName":"a b","Record":{"Data":""}}""", "deliveryStreamName", Value("a b"), Pattern("[a-zA-Z0-9_.-]+") },
        { "PutRecord", """{"DeliveryStreamName":"a"}""", "record", "Value null ", Null },
        { "PutRecord", """{"DeliveryStreamName":"a","Record":{}}""", "record.data", "Value null ", Null },
        { "PutRecordBatch", """{"DeliveryStreamName":"a"}""", "records", "Value null ", Null },
        { "PutRecordBatch", """{"DeliveryStreamName":"a","Records":[]}""", "records", Value("[]"), Shortest(1) },
        { "PutRecordBatch", $$"""{"DeliveryStreamName":"a","Records":[{{string.Join(',', Enumerable.Repeat("""{"Data":""}""", 501))}}]}""", "records", "Value ", Longest(500) },
        { "PutRecordBatch", """{"DeliveryStreamName":"a","Records":[{"Data":""},{"Data":null}]}""", "records.2.member.data", "Value null ", Null },
        { "PutRecordBatch", """{"DeliveryStreamName":"a","Records":[null]}""", "records.1.member", "Value null ", Null },
    };

    [Theory]
    [MemberData(nameof(InputCases))]
    public async Task Each_constraint_of_an_input_is_named(string operation, string input, string path, string start, string constraint)
    {
        await using var rig = await FirehoseRig.StartAsync();

        var answer = await rig.CallAsync(operation, input);

        Assert.Equal($"1 validation error detected: {start}at '{path}' failed to satisfy constraint: {constraint}", answer.ExpectError("ValidationException"));
    }

    [Fact]
    public async Task Several_problems_are_counted_and_joined()
    {
        await using var rig = await FirehoseRig.StartAsync();

        var answer = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a b", "S3DestinationConfiguration", new JsonObject { ["BufferingHints"] = new JsonObject { ["SizeInMBs"] = 200 } }));

        Assert.Equal(
            "4 validation errors detected: Value 'a b' at 'deliveryStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; "
            + "Value null at 's3DestinationConfiguration.roleARN' failed to satisfy constraint: Member must not be null; "
            + "Value null at 's3DestinationConfiguration.bucketARN' failed to satisfy constraint: Member must not be null; "
            + "Value '200' at 's3DestinationConfiguration.bufferingHints.sizeInMBs' failed to satisfy constraint: Member must have value less than or equal to 128",
            answer.ExpectError("ValidationException"));
    }

    [Fact]
    public async Task The_largest_and_the_smallest_that_is_allowed_is_taken()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var destination = Requests.Http()
            .With("EndpointConfiguration.Url", $"https://logs.example.com/{Long(975)}")
            .With("EndpointConfiguration.Name", Long(256))
            .With("EndpointConfiguration.AccessKey", Long(4096))
            .With("BufferingHints", new JsonObject { ["SizeInMBs"] = 64, ["IntervalInSeconds"] = 0 })
            .With("RetryOptions.DurationInSeconds", 7200)
            .With("S3Configuration.Prefix", Long(460)) // As much as with date and error type is still a prefix when it is evaluated.
            .With("S3Configuration.BufferingHints", new JsonObject { ["SizeInMBs"] = 128, ["IntervalInSeconds"] = 900 })
            .With("RequestConfiguration.CommonAttributes", new JsonArray([.. Enumerable.Range(0, 50).Select(number => (JsonNode)new JsonObject { ["AttributeName"] = $"n{number}", ["AttributeValue"] = Long(1024) })]));

        await rig.CreateAsync(Long(64), destination);

        Assert.Equal(50, rig.Plan(Long(64)).Http!.CommonAttributes.Count);
    }

    [Fact]
    public void Every_pattern_of_the_tables_can_be_used()
    {
        var texts = new HashSet<TextShape>(ReferenceEqualityComparer.Instance);
        foreach (var field in typeof(OperationShapes).GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public))
        {
            Collect((Shape)field.GetValue(null)!, texts);
        }

        Assert.True(texts.Count > 60, $"{texts.Count} texts");
        Assert.All(texts, text => text.Fits("x"));
    }

    private static void Collect(Shape shape, HashSet<TextShape> into)
    {
        switch (shape)
        {
            case TextShape text:
                into.Add(text);
                break;
            case ListShape list:
                Collect(list.Member, into);
                break;
            case MapShape map:
                Collect(map.Key, into);
                Collect(map.Value, into);
                break;
            case Structure structure:
                Array.ForEach(structure.Members, member => Collect(member.Shape, into));
                break;
        }
    }

    private static string Path(string member) => string.Join('.', member.Split('.').Select(part => char.ToLowerInvariant(part[0]) + part[1..]));
}
