using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Cistern.Delivery.Backup;

/// <summary>Buckets of a service that speaks S3: Amazon's own, or one of those that many run themselves.</summary>
/// <remarks>
/// Checksums beyond the signature and chunked bodies are left out: services other than Amazon's refuse them, or store the framing of the chunks as
/// data. A failed request is tried once more here; whoever called goes on trying.
/// </remarks>
internal sealed class S3ObjectStore : IObjectStore, IObjectSource, IDisposable
{
    private readonly S3Options _options;
    private readonly Lazy<AmazonS3Client> _client;
    private readonly int _pageSize;

    /// <exception cref="ArgumentException">The options cannot be used: see <see cref="S3Options.FindProblem"/>.</exception>
    public S3ObjectStore(S3Options options, int pageSize = 1000)
    {
        if (options.FindProblem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        (_options, _pageSize) = (options, pageSize);

        // At the first request, because without credentials anywhere the client cannot be made: that is a failure of the request.
        _client = new(CreateClient, LazyThreadSafetyMode.PublicationOnly);
    }

    public async Task<ObjectFailure?> PutAsync(NewObject added, CancellationToken cancel)
    {
        try
        {
            using var body = new MemoryStream(Bytes(added.Body, out var offset), offset, added.Body.Length, writable: false);
            var request = new PutObjectRequest
            {
                BucketName = added.Bucket,
                Key = added.Key,
                InputStream = body,
                AutoCloseStream = false,
                ContentType = "application/octet-stream",
                UseChunkEncoding = false,
            };
            if (added.ContentEncoding is { } encoding)
            {
                request.Headers.ContentEncoding = encoding;
            }

            await _client.Value.PutObjectAsync(request, cancel);
            return null;
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested && FailureOf(exception) is { } failure)
        {
            return failure;
        }
    }

    public Task<ObjectPage> ListAsync(string bucket, string prefix, string? after, CancellationToken cancel) => AskAsync(
        async client =>
        {
            var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, StartAfter = after, MaxKeys = _pageSize };
            var answer = await client.ListObjectsV2Async(request, cancel);
            var objects = (answer.S3Objects ?? []).Select(found => new StoredObject(found.Key, found.Size ?? 0)).ToList();
            return new ObjectPage(objects, answer.IsTruncated == true && objects.Count > 0 ? objects[^1].Key : null);
        },
        cancel);

    public Task<Stream> OpenAsync(string bucket, string key, CancellationToken cancel) => AskAsync(
        async client => (await client.GetObjectAsync(new GetObjectRequest { BucketName = bucket, Key = key }, cancel)).ResponseStream,
        cancel);

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }

    private async Task<T> AskAsync<T>(Func<AmazonS3Client, Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return await ask(_client.Value);
        }
        catch (Exception exception) when (!cancel.IsCancellationRequested && FailureOf(exception) is { } failure)
        {
            throw new ObjectStoreException(failure, exception);
        }
    }

    private ObjectFailure? FailureOf(Exception exception) => S3Failures.Of(exception, _options.Endpoint, _options.Timeout);

    private AmazonS3Client CreateClient()
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = _options.Endpoint is not null,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            MaxErrorRetry = 1,
            Timeout = _options.Timeout,
            HttpClientFactory = new Connections(_options.Endpoint),
        };
        if (_options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = _options.Region ?? S3Options.DefaultRegion;
        }
        else if (_options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        else
        {
            config.RegionEndpoint ??= RegionEndpoint.USEast1;
        }

        return (_options.AccessKey, _options.SessionToken) switch
        {
            (null or "", _) => new AmazonS3Client(config),
            (var key, { Length: > 0 } token) => new AmazonS3Client(new SessionAWSCredentials(key, _options.SecretKey, token), config),
            (var key, _) => new AmazonS3Client(new BasicAWSCredentials(key, _options.SecretKey), config),
        };
    }

    // The memory is an array's in practice; a copy is made where it is not.
    private static byte[] Bytes(ReadOnlyMemory<byte> memory, out int offset)
    {
        if (System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out var segment))
        {
            offset = segment.Offset;
            return segment.Array!;
        }

        offset = 0;
        return memory.ToArray();
    }

    // A proxy of the environment is not asked for what is on this machine.
    private sealed class Connections(Uri? endpoint) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig)
        {
            var handler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                UseProxy = endpoint is not { IsLoopback: true },
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                AutomaticDecompression = System.Net.DecompressionMethods.None,
            };
            return new HttpClient(handler) { Timeout = clientConfig.Timeout ?? Timeout.InfiniteTimeSpan };
        }

        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
    }
}
