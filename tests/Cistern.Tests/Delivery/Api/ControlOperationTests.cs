using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Delivery.Api;

public sealed class ControlOperationTests
{
    [Fact]
    public async Task Create_answers_the_arn_and_describe_fills_in_the_defaults()
    {
        await using var rig = await FirehoseRig.StartAsync();

        var created = (await rig.CallAsync("CreateDeliveryStream", Requests.Create("own-stream", "HttpEndpointDestinationConfiguration", Requests.Http()))).Expect(200);
        var description = await rig.DescribeAsync("own-stream");

        Assert.Equal("""{"DeliveryStreamARN":"arn:aws:firehose:us-east-1:000000000000:deliverystream/own-stream"}""", created.GetRawText());
        var destination = description.GetProperty("Destinations")[0];
        AssertJson("""
            {"EndpointConfiguration":{"Url":"https://logs.example.com/firehose","Name":"own"},"BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},
             "CloudWatchLoggingOptions":{"Enabled":false},"RequestConfiguration":{"ContentEncoding":"NONE"},"ProcessingConfiguration":{"Enabled":false,"Processors":[]},
             "RetryOptions":{"DurationInSeconds":300},"S3BackupMode":"FailedDataOnly",
             "S3DestinationDescription":{"RoleARN":"arn:aws:iam::111122223333:role/own","BucketARN":"arn:aws:s3:::own-bucket","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},
               "CompressionFormat":"UNCOMPRESSED","EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},"CloudWatchLoggingOptions":{"Enabled":false}}}
            """, destination.GetProperty("HttpEndpointDestinationDescription"));
        Assert.Equal(FirehoseRig.Destination, destination.GetProperty("DestinationId").GetString());
        Assert.Equal("ACTIVE DirectPut 1 own-stream False", $"{Text(description, "DeliveryStreamStatus")} {Text(description, "DeliveryStreamType")} {Text(description, "VersionId")} "
            + $"{Text(description, "DeliveryStreamName")} {description.GetProperty("HasMoreDestinations").GetBoolean()}");
        Assert.Equal("DISABLED", Text(description.GetProperty("DeliveryStreamEncryptionConfiguration"), "Status"));
        Assert.InRange(description.GetProperty("CreateTimestamp").GetDouble(), DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds(), DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeSeconds());
        Assert.False(description.TryGetProperty("LastUpdateTimestamp", out _));
        Assert.DoesNotContain("own-made-access-key", description.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_ResourceInUse()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");

        var again = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket()));

        Assert.Equal("Firehose a under accountId 000000000000 already exists", again.ExpectError("ResourceInUseException"));
    }

    [Fact]
    public async Task Streams_over_the_limit_of_a_region_are_LimitExceeded()
    {
        await using var rig = await FirehoseRig.StartAsync(options => options with { Catalogue = options.Catalogue with { MaxStreams = 2 } });
        await rig.CreateAsync("a");
        await rig.CreateAsync("b");
        var third = Requests.Create("c", "S3DestinationConfiguration", Requests.Bucket()).ToJsonString();

        (await rig.CallAsync("CreateDeliveryStream", third)).ExpectError("LimitExceededException");
        (await rig.CallAsync("CreateDeliveryStream", third, region: "eu-west-1")).Expect(200);
    }

    [Theory]
    [InlineData("DescribeDeliveryStream", "{}")]
    [InlineData("DeleteDeliveryStream", "{}")]
    [InlineData("PutRecord", """{"Record":{"Data":"aGk="}}""")]
    [InlineData("PutRecordBatch", """{"Records":[{"Data":"aGk="}]}""")]
    [InlineData("UpdateDestination", """{"CurrentDeliveryStreamVersionId":"1","DestinationId":"destinationId-000000000001","S3DestinationUpdate":{}}""")]
    [InlineData("TagDeliveryStream", """{"Tags":[{"Key":"k"}]}""")]
    [InlineData("UntagDeliveryStream", """{"TagKeys":["k"]}""")]
    [InlineData("ListTagsForDeliveryStream", "{}")]
    [InlineData("StartDeliveryStreamEncryption", "{}")]
    [InlineData("StopDeliveryStreamEncryption", "{}")]
    public async Task A_stream_that_is_not_there_is_ResourceNotFound(string operation, string input)
    {
        await using var rig = await FirehoseRig.StartAsync(options => options with { Account = "111122223333" });
        var named = JsonNode.Parse(input)!.AsObject();
        named["DeliveryStreamName"] = "own-stream";

        var answer = await rig.CallAsync(operation, named);

        Assert.Equal("Firehose own-stream under account 111122223333 not found.", answer.ExpectError("ResourceNotFoundException"));
    }

    [Fact]
    public async Task A_stream_is_creating_then_active_then_deleting_then_gone()
    {
        var time = new ManualTime();
        await using var rig = await FirehoseRig.StartAsync(options => options with { Time = time, Catalogue = new CatalogueOptions { TransitionTime = TimeSpan.FromSeconds(30) } });
        await rig.CreateAsync("a");

        Assert.Equal("CREATING", Text(await rig.DescribeAsync("a"), "DeliveryStreamStatus"));
        (await rig.CallAsync("DeleteDeliveryStream", """{"DeliveryStreamName":"a"}""")).ExpectError("ResourceInUseException");
        (await rig.CallAsync("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":""}}""")).ExpectError("ResourceNotFoundException");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("ACTIVE", Text(await rig.DescribeAsync("a"), "DeliveryStreamStatus"));

        Assert.Equal("{}", (await rig.CallAsync("DeleteDeliveryStream", """{"DeliveryStreamName":"a","AllowForceDelete":true}""")).Expect(200).GetRawText());
        Assert.Equal("DELETING", Text(await rig.DescribeAsync("a"), "DeliveryStreamStatus"));
        (await rig.CallAsync("DeleteDeliveryStream", """{"DeliveryStreamName":"a"}""")).Expect(200);
        (await rig.UpdateAsync("a", "1", "S3DestinationUpdate", new JsonObject())).ExpectError("ResourceInUseException");
        (await rig.CallAsync("TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"k"}]}""")).ExpectError("ResourceInUseException");
        await Eventually(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(31));
            return (await rig.CallAsync("DescribeDeliveryStream", """{"DeliveryStreamName":"a"}""")).Status == 400;
        });
        Assert.Equal(["arn:aws:firehose:us-east-1:000000000000:deliverystream/a"], rig.Delivery.Deleted);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(rig.Folder, "streams")));
    }

    [Fact]
    public async Task List_is_sorted_filtered_and_paged()
    {
        await using var rig = await FirehoseRig.StartAsync();
        foreach (var name in new[] { "c", "B", "a", "d" })
        {
            await rig.CreateAsync(name);
        }

        var kinesis = Requests.Create("k", "S3DestinationConfiguration", Requests.Bucket());
        kinesis["DeliveryStreamType"] = "KinesisStreamAsSource";
        kinesis["KinesisStreamSourceConfiguration"] = new JsonObject { ["KinesisStreamARN"] = "arn:aws:kinesis:us-east-1:111122223333:stream/own", ["RoleARN"] = Requests.Role };
        (await rig.CallAsync("CreateDeliveryStream", kinesis)).Expect(200);

        Assert.Equal("""{"DeliveryStreamNames":["B","a","c","d","k"],"HasMoreDeliveryStreams":false}""", await ListAsync(rig, "{}"));
        Assert.Equal("""{"DeliveryStreamNames":["B","a"],"HasMoreDeliveryStreams":true}""", await ListAsync(rig, """{"Limit":2}"""));
        Assert.Equal("""{"DeliveryStreamNames":["c","d"],"HasMoreDeliveryStreams":true}""", await ListAsync(rig, """{"Limit":2,"ExclusiveStartDeliveryStreamName":"a"}"""));
        Assert.Equal("""{"DeliveryStreamNames":["k"],"HasMoreDeliveryStreams":false}""", await ListAsync(rig, """{"DeliveryStreamType":"KinesisStreamAsSource"}"""));
        Assert.Equal("""{"DeliveryStreamNames":[],"HasMoreDeliveryStreams":false}""", (await rig.CallAsync("ListDeliveryStreams", "{}", region: "eu-west-1")).Text);
    }

    [Fact]
    public async Task List_gives_ten_names_unless_it_is_told_otherwise()
    {
        await using var rig = await FirehoseRig.StartAsync();
        for (var number = 0; number < 11; number++)
        {
            await rig.CreateAsync($"s{number:D2}");
        }

        var page = (await rig.CallAsync("ListDeliveryStreams", "{}")).Expect(200);

        Assert.Equal((10, true), (page.GetProperty("DeliveryStreamNames").GetArrayLength(), page.GetProperty("HasMoreDeliveryStreams").GetBoolean()));
    }

    [Fact]
    public async Task The_same_name_is_another_stream_in_another_region_or_account()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var create = Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket()).ToJsonString();

        var arns = new[]
        {
            (await rig.CallAsync("CreateDeliveryStream", create)).Expect(200).GetProperty("DeliveryStreamARN").GetString()!,
            (await rig.CallAsync("CreateDeliveryStream", create, region: "eu-west-1")).Expect(200).GetProperty("DeliveryStreamARN").GetString()!,
            (await rig.CallAsync("CreateDeliveryStream", create, accessKey: "444455556666")).Expect(200).GetProperty("DeliveryStreamARN").GetString()!,
        };

        Assert.Equal(
            ["arn:aws:firehose:us-east-1:000000000000:deliverystream/a", "arn:aws:firehose:eu-west-1:000000000000:deliverystream/a", "arn:aws:firehose:us-east-1:444455556666:deliverystream/a"], arns);
    }

    [Fact]
    public async Task Tags_are_merged_paged_and_removed()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var create = Requests.Create("a", "HttpEndpointDestinationConfiguration", Requests.Http());
        create["Tags"] = new JsonArray(new JsonObject { ["Key"] = "LogDeliveryEnabled", ["Value"] = "true" });
        (await rig.CallAsync("CreateDeliveryStream", create)).Expect(200);

        (await rig.CallAsync("TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"b","Value":"1"},{"Key":"a"},{"Key":"LogDeliveryEnabled","Value":"false"}]}""")).Expect(200);
        var all = await rig.CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"a"}""");
        var first = await rig.CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"a","Limit":1}""");
        var next = await rig.CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"a","ExclusiveStartTagKey":"a","Limit":1}""");
        (await rig.CallAsync("UntagDeliveryStream", """{"DeliveryStreamName":"a","TagKeys":["a","b","none"]}""")).Expect(200);
        var left = await rig.CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"a"}""");

        Assert.Equal("""{"Tags":[{"Key":"LogDeliveryEnabled","Value":"false"},{"Key":"a","Value":""},{"Key":"b","Value":"1"}],"HasMoreTags":false}""", all.Text);
        Assert.Equal("""{"Tags":[{"Key":"LogDeliveryEnabled","Value":"false"}],"HasMoreTags":true}""", first.Text);
        Assert.Equal("""{"Tags":[{"Key":"b","Value":"1"}],"HasMoreTags":false}""", next.Text);
        Assert.Equal("""{"Tags":[{"Key":"LogDeliveryEnabled","Value":"false"}],"HasMoreTags":false}""", left.Text);
    }

    [Fact]
    public async Task A_stream_has_fifty_tags_at_most()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        string Tags(int from, int count) => $$"""{"DeliveryStreamName":"a","Tags":[{{string.Join(',', Enumerable.Range(from, count).Select(number => $$"""{"Key":"k{{number}}"}"""))}}]}""";

        (await rig.CallAsync("TagDeliveryStream", Tags(0, 50))).Expect(200);
        (await rig.CallAsync("TagDeliveryStream", Tags(10, 5))).Expect(200);
        (await rig.CallAsync("TagDeliveryStream", Tags(50, 1))).ExpectError("LimitExceededException");
        (await rig.CallAsync("TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"k1"},{"Key":"k1"}]}""")).ExpectError("InvalidArgumentException");
    }

    [Fact]
    public async Task Encryption_goes_through_its_states()
    {
        var time = new ManualTime();
        await using var rig = await FirehoseRig.StartAsync(options => options with { Time = time, Catalogue = new CatalogueOptions { TransitionTime = TimeSpan.FromSeconds(10) } });
        await rig.CreateAsync("a");
        time.Advance(TimeSpan.FromSeconds(10));

        (await rig.CallAsync("StartDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).Expect(200);
        AssertJson("""{"KeyType":"AWS_OWNED_CMK","Status":"ENABLING"}""", await EncryptionAsync(rig));
        (await rig.CallAsync("StopDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).ExpectError("ResourceInUseException");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("ENABLED", Text(await EncryptionAsync(rig), "Status"));
        Assert.True((await rig.CallAsync("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":""}}""")).Expect(200).GetProperty("Encrypted").GetBoolean());

        const string Key = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d";
        (await rig.CallAsync("StartDeliveryStreamEncryption", $$$"""{"DeliveryStreamName":"a","DeliveryStreamEncryptionConfigurationInput":{"KeyType":"CUSTOMER_MANAGED_CMK","KeyARN":"{{{Key}}}"}}""")).Expect(200);
        time.Advance(TimeSpan.FromSeconds(10));
        AssertJson($$"""{"KeyARN":"{{Key}}","KeyType":"CUSTOMER_MANAGED_CMK","Status":"ENABLED"}""", await EncryptionAsync(rig));

        (await rig.CallAsync("StopDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).Expect(200);
        AssertJson("""{"Status":"DISABLING"}""", await EncryptionAsync(rig));
        time.Advance(TimeSpan.FromSeconds(10));
        AssertJson("""{"Status":"DISABLED"}""", await EncryptionAsync(rig));
    }

    [Fact]
    public async Task Encryption_is_changed_25_times_a_day_at_most()
    {
        var time = new ManualTime();
        await using var rig = await FirehoseRig.StartAsync(options => options with { Time = time });
        await rig.CreateAsync("a");
        for (var call = 0; call < 25; call++)
        {
            (await rig.CallAsync(call % 2 == 0 ? "StartDeliveryStreamEncryption" : "StopDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).Expect(200);
        }

        (await rig.CallAsync("StopDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).ExpectError("LimitExceededException");
        time.Advance(TimeSpan.FromHours(24));
        (await rig.CallAsync("StopDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).Expect(200);
    }

    [Fact]
    public async Task Describe_begins_behind_the_destination_it_is_told()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");

        var behind = (await rig.CallAsync("DescribeDeliveryStream", $$"""{"DeliveryStreamName":"a","Limit":1,"ExclusiveStartDestinationId":"{{FirehoseRig.Destination}}"}""")).Expect(200);

        Assert.Equal(0, behind.GetProperty("DeliveryStreamDescription").GetProperty("Destinations").GetArrayLength());
    }

    internal static void AssertJson(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, actual), actual.GetRawText());

    internal static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    internal static async Task Eventually(Func<Task<bool>> holds)
    {
        var limit = DateTime.UtcNow.AddSeconds(30);
        while (!await holds())
        {
            Assert.True(DateTime.UtcNow < limit, "it did not come true");
            await Task.Delay(10);
        }
    }

    private static async Task<string> ListAsync(FirehoseRig rig, string input) => (await rig.CallAsync("ListDeliveryStreams", input)).Expect(200).GetRawText();

    private static async Task<JsonElement> EncryptionAsync(FirehoseRig rig) => (await rig.DescribeAsync("a")).GetProperty("DeliveryStreamEncryptionConfiguration");
}
