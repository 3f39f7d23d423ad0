using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Backup;

namespace Cistern.Tests.Delivery.Backup;

[Collection(ObjectServiceCollection.Name)]
public sealed class S3ObjectStoreTests(ObjectService service)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task An_object_is_stored_byte_for_byte_with_its_headers(int compression)
    {
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        var (format, key) = ((S3Compression)compression, "errors/2026/07/13/14/shop-1 ü+&?#%.x");
        var body = ObjectCompression.Compress(format, ObjectCompressionTests.Sample(300_000), key, DateTimeOffset.UnixEpoch);
        Assert.Null(await store.PutAsync(new NewObject(bucket, key, body.AsMemory(), format.ContentEncoding()), default));

        using var client = service.Client();
        using var answer = await client.GetObjectAsync(bucket, key);
        Assert.Equal((format.ContentEncoding() ?? "", "application/octet-stream"), (answer.Headers.ContentEncoding ?? "", answer.Headers.ContentType));
        Assert.Equal(body, await ReadAsync(answer.ResponseStream));
        await using var read = await store.OpenAsync(bucket, key, default);
        Assert.Equal(body, await ReadAsync(read));
    }

    [Fact]
    public async Task A_slice_of_a_buffer_is_stored_as_the_slice_and_an_empty_object_as_an_empty_one()
    {
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        Assert.Null(await store.PutAsync(new NewObject(bucket, "slice", "0123456789"u8.ToArray().AsMemory(3, 4), null), default));
        Assert.Null(await store.PutAsync(new NewObject(bucket, "empty", default, null), default));
        await using var read = await store.OpenAsync(bucket, "slice", default);
        Assert.Equal("3456", Encoding.ASCII.GetString(await ReadAsync(read)));
        Assert.Equal([("empty", 0), ("slice", 4)], (await store.ListAsync(bucket, "", null, default)).Objects.Select(found => (found.Key, found.Bytes)));
    }

    [Fact]
    public async Task A_listing_comes_in_pages_and_begins_behind_a_key()
    {
        using var store = await service.OpenAsync(pageSize: 2);
        var bucket = await service.NewBucketAsync();
        string[] keys = ["a", "a-b", "a/b/1", "a/b/2", "a/b-1", "a0", "b/x"];
        foreach (var key in keys)
        {
            Assert.Null(await store.PutAsync(new NewObject(bucket, key, "x"u8.ToArray(), null), default));
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), (await FolderObjectStoreTests.ListAllAsync(store, bucket, "")).Select(found => found.Key));
        Assert.Equal(["a/b-1", "a/b/1", "a/b/2"], (await FolderObjectStoreTests.ListAllAsync(store, bucket, "a/")).Select(found => found.Key));
        Assert.Equal(["a/b/2"], (await store.ListAsync(bucket, "a/", "a/b/1", default)).Objects.Select(found => found.Key));
        Assert.Empty((await store.ListAsync(bucket, "none/", null, default)).Objects);
    }

    [Fact]
    public async Task A_wrong_secret_is_a_denied_access_with_the_words_of_the_service()
    {
        using var store = await service.OpenAsync(secret: "another");
        var bucket = await service.NewBucketAsync();
        var failure = await store.PutAsync(new NewObject(bucket, "key", "x"u8.ToArray(), null), default);
        Assert.Equal("S3.AccessDenied", failure!.Code);
        Assert.Contains("403 SignatureDoesNotMatch", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", failure.Message, StringComparison.Ordinal);
        Assert.Equal("S3.AccessDenied", (await Assert.ThrowsAsync<ObjectStoreException>(() => store.ListAsync(bucket, "", null, default))).Failure.Code);
    }

    [Fact]
    public async Task An_unknown_access_key_is_a_denied_access()
    {
        await service.NewBucketAsync();
        using var store = new S3ObjectStore(new S3Options { Endpoint = service.Endpoint, AccessKey = "NOBODY", SecretKey = "x" });
        var failure = await store.PutAsync(new NewObject("bucket-1", "key", "x"u8.ToArray(), null), default);
        Assert.Equal("S3.AccessDenied", failure!.Code);
        Assert.Contains("InvalidAccessKeyId", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_or_object_that_is_not_there_is_named_so()
    {
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        Assert.Equal("S3.NoSuchBucket", (await store.PutAsync(new NewObject("no-such-bucket", "key", "x"u8.ToArray(), null), default))!.Code);
        Assert.Equal("S3.NoSuchBucket", (await Assert.ThrowsAsync<ObjectStoreException>(() => store.ListAsync("no-such-bucket", "", null, default))).Failure.Code);
        Assert.Equal("S3.NoSuchKey", (await Assert.ThrowsAsync<ObjectStoreException>(() => store.OpenAsync(bucket, "none", default))).Failure.Code);
    }

    [Fact]
    public async Task While_the_service_is_away_a_put_fails_and_later_it_works()
    {
        using var store = await service.OpenAsync();
        var bucket = await service.NewBucketAsync();
        var added = new NewObject(bucket, "key", "x"u8.ToArray(), "gzip");
        Assert.Null(await store.PutAsync(added, default));
        service.StopGateway();
        try
        {
            var failure = await store.PutAsync(added with { Key = "other" }, default);
            Assert.Equal("S3.InternalError", failure!.Code);
            Assert.Contains($"cannot reach {service.Endpoint.GetLeftPart(UriPartial.Authority)}", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            await service.StartGatewayAsync();
        }

        Assert.Null(await store.PutAsync(added with { Key = "other" }, default));
        Assert.Equal(["key", "other"], (await store.ListAsync(bucket, "", null, default)).Objects.Select(found => found.Key));
    }

    private static async Task<byte[]> ReadAsync(Stream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}

/// <summary>What a service may answer or not answer that the real one does not do on demand.</summary>
public sealed class S3FailureTests
{
    [Theory]
    [InlineData(403, "AccessDenied", "S3.AccessDenied")]
    [InlineData(403, "AllAccessDisabled", "S3.AccessDenied")]
    [InlineData(404, "NoSuchBucket", "S3.NoSuchBucket")]
    [InlineData(503, "SlowDown", "S3.SlowDown")]
    [InlineData(500, "InternalError", "S3.InternalError")]
    [InlineData(400, "KMS.DisabledException", "S3.KMS.DisabledException")]
    [InlineData(400, "KeyTooLongError", "S3.InvalidPrefixConfigurationException")]
    [InlineData(403, "", "S3.AccessDenied")]
    [InlineData(503, "", "S3.SlowDown")]
    [InlineData(502, "", "S3.InternalError")]
    public async Task An_answer_becomes_the_code_that_Firehose_has_for_it(int status, string code, string expected)
    {
        var body = code.Length == 0 ? "<html>a proxy</html>" : $"<Error><Code>{code}</Code><Message>the reason</Message></Error>";
        await using var peer = await AnsweringPeer.StartAsync(status, body);
        using var store = Open(peer.Url, TimeSpan.FromSeconds(30));
        var failure = await store.PutAsync(new NewObject("bucket", "key", "x"u8.ToArray(), null), default);
        Assert.Equal(expected, failure!.Code);
        Assert.Contains($"{status} ", failure.Message, StringComparison.Ordinal);
        Assert.InRange(peer.Requests, 1, 2); // Once more, and no more than that.
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_given_up_after_the_time_set()
    {
        await using var peer = await AnsweringPeer.StartAsync(status: 0, "");
        using var store = Open(peer.Url, TimeSpan.FromMilliseconds(300));
        var failure = await store.PutAsync(new NewObject("bucket", "key", "x"u8.ToArray(), null), default);
        Assert.Equal("S3.InternalError", failure!.Code);
        Assert.Contains("within 0.3 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_put_that_is_cancelled_ends_as_a_cancellation()
    {
        await using var peer = await AnsweringPeer.StartAsync(status: 0, "");
        using var store = Open(peer.Url, TimeSpan.FromMinutes(1));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync(new NewObject("bucket", "key", "x"u8.ToArray(), null), cancel.Token));
    }

    [Theory]
    [InlineData("key", null, "needs its secret key")]
    [InlineData(null, "secret", "needs its secret key")]
    public void Half_of_the_credentials_is_refused(string? access, string? secret, string reason)
    {
        var problem = new S3Options { AccessKey = access, SecretKey = secret }.FindProblem();
        Assert.Contains(reason, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("'secret'", problem, StringComparison.Ordinal);
    }

    private static S3ObjectStore Open(Uri url, TimeSpan timeout) => new(new S3Options { Endpoint = url, AccessKey = "a", SecretKey = "b", Timeout = timeout });
}
