using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Journal;
using static Cistern.Tests.Delivery.Api.ControlOperationTests;

namespace Cistern.Tests.Delivery.Api;

public sealed class CatalogueTests
{
    [Fact]
    public async Task A_restart_changes_nothing_that_can_be_seen()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a", Requests.Http().With("ProcessingConfiguration", Requests.Lambda(("LambdaArn", "arn:aws:lambda:us-east-1:111122223333:function:f"))));
        (await rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["RetryOptions"] = new JsonObject { ["DurationInSeconds"] = 7 } })).Expect(200);
        (await rig.CallAsync("TagDeliveryStream", """{"DeliveryStreamName":"a","Tags":[{"Key":"ü","Value":"1"}]}""")).Expect(200);
        (await rig.CallAsync("StartDeliveryStreamEncryption", """{"DeliveryStreamName":"a"}""")).Expect(200);
        (await rig.CallAsync("CreateDeliveryStream", Requests.Create("x", "ExtendedS3DestinationConfiguration", Requests.Bucket().With("S3BackupMode", "Enabled").With("S3BackupConfiguration", Requests.Bucket())))).Expect(200);
        string[] before = [(await rig.DescribeAsync("a")).GetRawText(), (await rig.DescribeAsync("x")).GetRawText()];
        var plan = rig.Plan("a");

        await rig.StopAsync();
        await rig.StartAgainAsync();

        string[] after = [(await rig.DescribeAsync("a")).GetRawText(), (await rig.DescribeAsync("x")).GetRawText()];
        Assert.Equal(before, after);
        Assert.Equal((plan.Version, plan.Http!.Url, "own-made-access-key", plan.Http.RetryWindow), (rig.Plan("a").Version, rig.Plan("a").Http!.Url, rig.Plan("a").Http!.AccessKey, rig.Plan("a").Http!.RetryWindow));
        Assert.Equal("own-bucket", rig.Plan("x").SourceBackup!.Bucket);
        Assert.Equal("""{"Tags":[{"Key":"\u00FC","Value":"1"}],"HasMoreTags":false}""", (await rig.CallAsync("ListTagsForDeliveryStream", """{"DeliveryStreamName":"a"}""")).Text);
    }

    [Fact]
    public async Task A_stream_file_holds_what_the_api_describes_and_only_its_owner_reads_it()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        var path = Path.Combine(rig.Folder, "streams", "a@us-east-1@000000000000", "stream.json");

        var file = JsonNode.Parse(File.ReadAllBytes(path))!;

        AssertJson(file["description"]!.ToJsonString(), await rig.DescribeAsync("a"));
        Assert.Equal("own-made-access-key", (string?)file["secrets"]!["AccessKey"]);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }
    }

    /// <summary>As version 1 of the file was written; a later program must open it.</summary>
    [Fact]
    public async Task A_file_of_version_1_is_opened()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.StopAsync();
        var folder = Directory.CreateDirectory(Path.Combine(rig.Folder, "streams", "old@eu-west-1@111122223333")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "stream.json"), """
            {"version":1,
             "description":{"DeliveryStreamName":"old","DeliveryStreamARN":"arn:aws:firehose:eu-west-1:111122223333:deliverystream/old","DeliveryStreamStatus":"ACTIVE",
               "DeliveryStreamEncryptionConfiguration":{"KeyType":"AWS_OWNED_CMK","Status":"ENABLED"},"DeliveryStreamType":"DirectPut","VersionId":"3","CreateTimestamp":1764328497.172,"LastUpdateTimestamp":1764328500,
               "Destinations":[{"DestinationId":"destinationId-000000000001","HttpEndpointDestinationDescription":{"EndpointConfiguration":{"Url":"https://logs.example.com/firehose"},
                 "BufferingHints":{"SizeInMBs":4,"IntervalInSeconds":60},"CloudWatchLoggingOptions":{"Enabled":false},"RequestConfiguration":{"ContentEncoding":"GZIP"},
                 "ProcessingConfiguration":{"Enabled":false,"Processors":[]},"RetryOptions":{"DurationInSeconds":300},"S3BackupMode":"FailedDataOnly",
                 "S3DestinationDescription":{"RoleARN":"arn:aws:iam::111122223333:role/own","BucketARN":"arn:aws:s3:::own-bucket","BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300},
                   "CompressionFormat":"UNCOMPRESSED","EncryptionConfiguration":{"NoEncryptionConfig":"NoEncryption"},"CloudWatchLoggingOptions":{"Enabled":false}}}}],
               "HasMoreDestinations":false},
             "secrets":{"AccessKey":"kept"},"tags":{"env":"dev"},"encryptionCalls":[1764328499.5]}
            """, TestContext.Current.CancellationToken);

        await rig.StartAgainAsync();

        var description = (await rig.CallAsync("DescribeDeliveryStream", """{"DeliveryStreamName":"old"}""", region: "eu-west-1", accessKey: "111122223333")).Expect(200).GetProperty("DeliveryStreamDescription");
        AssertJson(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "stream.json"), TestContext.Current.CancellationToken))!["description"]!.ToJsonString(), description);
        var plan = rig.Delivery.Plans.Single().Value;
        Assert.Equal((3, "kept", true, "own-bucket"), (plan.Version, plan.Http!.AccessKey, plan.Http.Gzip, plan.S3.Bucket));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.tmp")]
    [InlineData("-")]
    public async Task A_name_is_no_path(string name)
    {
        await using var rig = await FirehoseRig.StartAsync();

        await rig.CreateAsync(name);
        await rig.StopAsync();
        await rig.StartAgainAsync();

        Assert.Equal(name, Text(await rig.DescribeAsync(name), "DeliveryStreamName"));
        Assert.Equal([$"{name}@us-east-1@000000000000"], Directory.EnumerateDirectories(Path.Combine(rig.Folder, "streams")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_region_that_is_a_path_is_not_taken_from_a_request()
    {
        await using var rig = await FirehoseRig.StartAsync();

        var created = await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket()).ToJsonString(), region: "..%2f..");

        Assert.Contains(":us-east-1:", created.Expect(200).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"version":1,"description":{"DeliveryStreamARN":"x"}}""")]
    public async Task A_file_that_cannot_be_read_stops_the_start_with_its_place(string content)
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        await rig.StopAsync();
        var path = Path.Combine(rig.Folder, "streams", "a@us-east-1@000000000000", "stream.json");
        var good = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);

        var failure = await Assert.ThrowsAsync<StreamFileException>(rig.StartAgainAsync);

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        await File.WriteAllBytesAsync(path, good, TestContext.Current.CancellationToken);
        await rig.StartAgainAsync();
    }

    [Fact]
    public async Task What_a_crash_left_of_a_creation_or_deletion_is_cleared_away()
    {
        await using var rig = await FirehoseRig.StartAsync(options => options with { Catalogue = new CatalogueOptions { TransitionTime = TimeSpan.FromMilliseconds(1) } });
        await rig.CreateAsync("a");
        await Task.Delay(5, TestContext.Current.CancellationToken);
        await rig.StopAsync();
        var path = Path.Combine(rig.Folder, "streams", "a@us-east-1@000000000000", "stream.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken)).Replace("\"CREATING\"", "\"DELETING\"", StringComparison.Ordinal).Replace("\"ACTIVE\"", "\"DELETING\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        Directory.CreateDirectory(Path.Combine(rig.Folder, "streams", "b@us-east-1@000000000000", "journal"));

        await rig.StartAgainAsync();

        await Eventually(async () => (await rig.CallAsync("DescribeDeliveryStream", """{"DeliveryStreamName":"a"}""")).Status == 400);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(rig.Folder, "streams")));
        await rig.CreateAsync("a");
    }

    [Fact]
    public async Task One_process_owns_a_folder()
    {
        await using var rig = await FirehoseRig.StartAsync();

        await Assert.ThrowsAsync<DataFolderInUseException>(() => Cistern.Delivery.FirehoseServer.StartAsync(new Cistern.Delivery.FirehoseOptions { Data = rig.Folder, Listen = ["http://127.0.0.1:0"] }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_name_can_be_used_again_after_its_deletion()
    {
        await using var rig = await FirehoseRig.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            await rig.CreateAsync("a");
            (await rig.CallAsync("DeleteDeliveryStream", """{"DeliveryStreamName":"a"}""")).Expect(200);
            await Eventually(async () => (await rig.CallAsync("DescribeDeliveryStream", """{"DeliveryStreamName":"a"}""")).Status == 400);
        }

        Assert.Equal(3, rig.Delivery.Deleted.Count);
    }
}
