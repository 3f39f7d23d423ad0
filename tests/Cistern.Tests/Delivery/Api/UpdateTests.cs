using System.Text.Json.Nodes;
using static Cistern.Tests.Delivery.Api.ControlOperationTests;

namespace Cistern.Tests.Delivery.Api;

public sealed class UpdateTests
{
    [Fact]
    public async Task An_update_of_the_same_type_keeps_what_it_does_not_name()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a", Requests.Http().With("RetryOptions.DurationInSeconds", 30).With("S3Configuration.Prefix", "failed/").With("BufferingHints", Hints(4, 60)));

        (await rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject
        {
            ["BufferingHints"] = Hints(1, 15),
            ["S3Update"] = new JsonObject { ["CompressionFormat"] = "GZIP" },
        })).Expect(200);

        var description = await rig.DescribeAsync("a");
        var http = description.GetProperty("Destinations")[0].GetProperty("HttpEndpointDestinationDescription");
        Assert.Equal("2", Text(description, "VersionId"));
        Assert.True(description.GetProperty("LastUpdateTimestamp").GetDouble() >= description.GetProperty("CreateTimestamp").GetDouble());
        AssertJson("""{"SizeInMBs":1,"IntervalInSeconds":15}""", http.GetProperty("BufferingHints"));
        Assert.Equal(30, http.GetProperty("RetryOptions").GetProperty("DurationInSeconds").GetInt32());
        Assert.Equal(("failed/", "GZIP"), (Text(http.GetProperty("S3DestinationDescription"), "Prefix"), Text(http.GetProperty("S3DestinationDescription"), "CompressionFormat")));
        var plan = rig.Plan("a");
        Assert.Equal((2, 1L << 20, 15d, "own-made-access-key", "failed/"), (plan.Version, plan.Http!.Buffering.Bytes, plan.Http.Buffering.Interval.TotalSeconds, plan.Http.AccessKey, plan.S3.Prefix));
    }

    [Fact]
    public async Task A_new_endpoint_is_not_sent_the_old_key()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");

        (await rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = "https://other.example.com/" } })).Expect(200);
        Assert.Equal(("https://other.example.com/", ""), (rig.Plan("a").Http!.Url.ToString(), rig.Plan("a").Http!.AccessKey));

        (await rig.UpdateAsync("a", "2", "HttpEndpointDestinationUpdate", new JsonObject { ["EndpointConfiguration"] = new JsonObject { ["Url"] = "https://other.example.com/", ["AccessKey"] = "new" } })).Expect(200);
        Assert.Equal("new", rig.Plan("a").Http!.AccessKey);
    }

    [Fact]
    public async Task An_update_of_another_type_starts_from_the_defaults()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a", Requests.Http().With("S3Configuration.Prefix", "failed/"));

        (await rig.UpdateAsync("a", "1", "ExtendedS3DestinationUpdate", Requests.Bucket().With("BufferingHints", Hints(64, 60)))).Expect(200);

        var destination = (await rig.DescribeAsync("a")).GetProperty("Destinations")[0];
        Assert.False(destination.TryGetProperty("HttpEndpointDestinationDescription", out _));
        Assert.False(destination.GetProperty("ExtendedS3DestinationDescription").TryGetProperty("Prefix", out _));
        Assert.Equal(64, destination.GetProperty("S3DestinationDescription").GetProperty("BufferingHints").GetProperty("SizeInMBs").GetInt32());
        Assert.Null(rig.Plan("a").Http);
    }

    [Fact]
    public async Task An_update_of_another_type_needs_what_a_creation_needs()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");

        var refused = await rig.UpdateAsync("a", "1", "SplunkDestinationUpdate", new JsonObject { ["HECEndpoint"] = "https://splunk.example.com" });

        Assert.Equal(
            "2 validation errors detected: Value null at 'splunkDestinationUpdate.hECEndpointType' failed to satisfy constraint: Member must not be null; "
            + "Value null at 'splunkDestinationUpdate.s3Configuration' failed to satisfy constraint: Member must not be null", refused.ExpectError("ValidationException"));
        Assert.Equal("1", Text(await rig.DescribeAsync("a"), "VersionId"));
    }

    [Fact]
    public async Task The_plain_and_the_extended_s3_destination_are_one_type()
    {
        await using var rig = await FirehoseRig.StartAsync();
        (await rig.CallAsync("CreateDeliveryStream", Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket().With("Prefix", "in/")))).Expect(200);

        (await rig.UpdateAsync("a", "1", "ExtendedS3DestinationUpdate", new JsonObject { ["FileExtension"] = ".txt" })).Expect(200);
        (await rig.UpdateAsync("a", "2", "S3DestinationUpdate", new JsonObject { ["CompressionFormat"] = "ZIP" })).Expect(200);

        var plan = rig.Plan("a");
        Assert.Equal((3, "in/", ".txt", Cistern.Delivery.S3Compression.Zip), (plan.Version, plan.S3.Prefix, plan.S3.FileExtension, plan.S3.Compression));
    }

    [Fact]
    public async Task A_stale_version_is_refused()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        (await rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["BufferingHints"] = Hints(1, 60) })).Expect(200);

        var stale = await rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["BufferingHints"] = Hints(2, 60) });

        Assert.Equal("Cannot update firehose: a since the current version id: 2 and specified version id: 1 do not match", stale.ExpectError("ConcurrentModificationException"));
        Assert.Equal(1L << 20, rig.Plan("a").Http!.Buffering.Bytes);
    }

    [Fact]
    public async Task Only_one_of_two_updates_of_the_same_version_is_taken()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(size => rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["BufferingHints"] = Hints(size, 60) })));

        Assert.Equal((1, 7), (answers.Count(answer => answer.Status == 200), answers.Count(answer => answer.ErrorType == "ConcurrentModificationException")));
        Assert.Equal(2, rig.Plan("a").Version);
    }

    [Fact]
    public async Task Destination_and_number_of_updates_are_checked()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        var update = new JsonObject { ["DeliveryStreamName"] = "a", ["CurrentDeliveryStreamVersionId"] = "1", ["DestinationId"] = "destinationId-000000000002", ["S3DestinationUpdate"] = new JsonObject() };

        Assert.Equal("Destination Id destinationId-000000000002 not found", (await rig.CallAsync("UpdateDestination", update)).ExpectError("InvalidArgumentException"));
        update["DestinationId"] = FirehoseRig.Destination;
        update["HttpEndpointDestinationUpdate"] = new JsonObject();
        Assert.StartsWith("Exactly one destination", (await rig.CallAsync("UpdateDestination", update)).ExpectError("InvalidArgumentException"), StringComparison.Ordinal);
        update.Remove("HttpEndpointDestinationUpdate");
        update.Remove("S3DestinationUpdate");
        Assert.StartsWith("Exactly one destination", (await rig.CallAsync("UpdateDestination", update)).ExpectError("InvalidArgumentException"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_cannot_be_moved_to_opensearch()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");

        var refused = await rig.UpdateAsync("a", "1", "AmazonopensearchserviceDestinationUpdate", new JsonObject { ["IndexName"] = "i" });

        Assert.Contains("is not supported", refused.ExpectError("InvalidArgumentException"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absent_encryption_of_objects_stays_what_it_was()
    {
        await using var rig = await FirehoseRig.StartAsync();
        const string Key = "arn:aws:kms:us-east-1:111122223333:key/0a1b2c3d";
        await rig.CreateAsync("a", Requests.Http().With("S3Configuration.EncryptionConfiguration", new JsonObject { ["KMSEncryptionConfig"] = new JsonObject { ["AWSKMSKeyARN"] = Key } }));

        (await rig.UpdateAsync("a", "1", "HttpEndpointDestinationUpdate", new JsonObject { ["S3Update"] = new JsonObject { ["Prefix"] = "p/" } })).Expect(200);

        var bucket = (await rig.DescribeAsync("a")).GetProperty("Destinations")[0].GetProperty("HttpEndpointDestinationDescription").GetProperty("S3DestinationDescription");
        AssertJson($$$"""{"KMSEncryptionConfig":{"AWSKMSKeyARN":"{{{Key}}}"}}""", bucket.GetProperty("EncryptionConfiguration"));
    }

    private static JsonObject Hints(int megabytes, int seconds) => new() { ["SizeInMBs"] = megabytes, ["IntervalInSeconds"] = seconds };
}
