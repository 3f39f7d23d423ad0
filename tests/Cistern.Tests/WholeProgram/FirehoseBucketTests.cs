using Cistern.Delivery.Backup;
using Cistern.Tests.Delivery.Backup;

namespace Cistern.Tests.WholeProgram;

/// <summary>A whole Firehose whose bucket is one of a real S3 service.</summary>
[Collection(ObjectServiceCollection.Name)]
public sealed class FirehoseBucketTests(ObjectService service)
{
    // Nobody listens on the port for discarded data.
    private const string NoEndpoint = "http://127.0.0.1:9/";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_fails_while_the_bucket_is_away_is_there_when_it_is_back()
    {
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        await using var firehose = await RunningFirehose.StartAsync(options => options with { S3 = Options(ObjectService.SecretKey) });
        await firehose.CreateAsync("s", NoEndpoint, "k", bucket: bucket);
        service.StopGateway();
        await firehose.PutAsync("s", ["a", "b", "c"]);
        await EventuallyAsync(() => firehose.StatusOf("s").LastObjectFailure is not null);
        Assert.Equal((3, 0), (firehose.StatusOf("s").OutboxRecords, firehose.StatusOf("s").BackedUpRecords));

        await service.StartGatewayAsync();
        await EventuallyAsync(() => firehose.StatusOf("s").BackedUpRecords == 3);
        var page = await store.ListAsync(bucket, "s/http-endpoint-failed/", after: null, CancellationToken.None);
        Assert.NotEmpty(page.Objects);
        Assert.Null(firehose.StatusOf("s").LastObjectFailure);
    }

    [Fact]
    public async Task A_wrong_secret_keeps_the_records_and_says_why()
    {
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        await using var firehose = await RunningFirehose.StartAsync(options => options with { S3 = Options("wrong") });
        await firehose.CreateAsync("s", NoEndpoint, "k", bucket: bucket);
        await firehose.PutAsync("s", ["a"]);
        await EventuallyAsync(() => firehose.StatusOf("s").LastObjectFailure is not null);
        Assert.Equal("S3.AccessDenied", firehose.StatusOf("s").LastObjectFailure!.Code);
        Assert.Equal(1, firehose.StatusOf("s").OutboxRecords);
    }

    private S3Options Options(string secret) => new() { Endpoint = service.Endpoint, AccessKey = ObjectService.AccessKey, SecretKey = secret };

    private static async Task EventuallyAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!holds())
        {
            Assert.False(limit.IsCancellationRequested, "it did not come about");
            await Task.Delay(50);
        }
    }
}
