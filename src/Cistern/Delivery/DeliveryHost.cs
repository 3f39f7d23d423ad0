using System.Net.Security;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Http;
using Cistern.Delivery.Kinesis;
using Cistern.Delivery.Pipeline;
using Cistern.Delivery.Transform;
using Cistern.Delivery.Transform.Local;
using Cistern.Operations;

namespace Cistern.Delivery;

/// <summary>A delivery service with what it stands on, running: buckets, functions, connections, loops.</summary>
internal sealed class DeliveryHost : IAsyncDisposable
{
    private readonly DeliveryLoops _loops;
    private readonly IObjectStore _objects;
    private readonly IFunctionService _functions;

    private DeliveryHost(DeliveryService service, DeliveryLoops loops, IObjectStore objects, IFunctionService functions) =>
        (Service, _loops, _objects, _functions) = (service, loops, objects, functions);

    public DeliveryService Service { get; }

    /// <summary>Where the objects can be read.</summary>
    public IObjectSource? Objects => _objects as IObjectSource;

    /// <exception cref="IOException">The folder of the buckets cannot be made.</exception>
    public static DeliveryHost Open(FirehoseParts parts)
    {
        var options = parts.Options;
        var logger = parts.Loggers.CreateLogger<DeliveryService>();
        IObjectStore objects = options.S3 is { } s3 ? new S3ObjectStore(s3) : new FolderObjectStore(parts.Folder.Buckets, parts.Disk);
        var functions = OpenFunctions(parts);
        var service = new DeliveryService(parts.Folder, new DeliveryParts
        {
            Disk = parts.Disk,
            Time = options.Time,
            Objects = objects,
            Functions = functions,
            Connect = url => Connect(url, options.Catalogue.AllowInsecureEndpoints),
            Metrics = parts.Metrics,
            Logger = logger,
            Settings = options.Delivery,
        }, new Random());
        var access = options.KinesisEndpoint is { } kinesis ? new KinesisAccess(kinesis, options.AwsCredentials) : null;
        var feed = new KinesisFeed(service, parts.Folder, parts.Disk, access, parts.Metrics, options.Time, logger);
        return new DeliveryHost(service, new DeliveryLoops(service, feed, options.Time, logger), objects, functions);
    }

    /// <summary>Stops where it is; nothing that was answered is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await _loops.DisposeAsync();
        await Service.DisposeAsync();
        await (_functions is IAsyncDisposable functions ? functions.DisposeAsync() : ValueTask.CompletedTask);
        (_functions as IDisposable)?.Dispose();
        (_objects as IDisposable)?.Dispose();
    }

    private static IFunctionService OpenFunctions(FirehoseParts parts)
    {
        var options = parts.Options;
        if (options.LambdaEndpoint is { } endpoint)
        {
            return new LambdaService(endpoint, options.AwsCredentials, options.Region, options.Time);
        }

        var settings = new LocalSettings { Timeout = options.FunctionTimeout, Region = options.Region };
        return new LocalFunctions(options.Functions, settings, options.Time, parts.Loggers.CreateLogger<LocalFunctions>());
    }

    // On this machine there is nobody who could listen; certificates there are self-signed as a rule.
    public static HttpMessageInvoker Connect(Uri url, bool allowInsecure)
    {
        var handler = FirehoseSender.CreateHandler(url);
        if (url.IsLoopback || allowInsecure)
        {
            handler.SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) };
        }

        return new HttpMessageInvoker(handler);
    }
}
