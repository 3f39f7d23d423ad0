using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Signing;
using Cistern.Delivery.Aws;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Pipeline;
using Cistern.Delivery.Transform.Local;
using Cistern.Operations;

namespace Cistern.Delivery;

/// <summary>How a Firehose is run.</summary>
internal sealed record FirehoseOptions
{
    public const string DefaultListen = "http://127.0.0.1:4573";
    public const string DefaultAccount = "000000000000";
    public const string DefaultRegion = "us-east-1";

    /// <summary>The data folder.</summary>
    public required string Data { get; init; }

    /// <summary>Addresses as <c>serve</c> takes them; port 0 takes a free one.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [DefaultListen];

    /// <summary>PEM files for <c>https://</c> addresses.</summary>
    public string TlsCertificate { get; init; } = "";

    public string TlsKey { get; init; } = "";

    /// <summary>Where requests belong that do not say it.</summary>
    public string Account { get; init; } = DefaultAccount;

    public string Region { get; init; } = DefaultRegion;

    /// <summary>Who may call; empty takes every request as it is.</summary>
    public IReadOnlyList<FirehoseCredential> Credentials { get; init; } = [];

    /// <summary>Refuse puts over AWS's quotas of the region, as AWS does.</summary>
    public bool EnforceQuotas { get; init; }

    public CatalogueOptions Catalogue { get; init; } = new();

    /// <summary>The most that the body of a request may have. A batch of 4 MiB is 5.6 MB of base64.</summary>
    public int MaxBodyBytes { get; init; } = 8 << 20;

    /// <summary>The most that all bodies on their way may have; over it puts are told to slow down.</summary>
    public long MaxInFlightBytes { get; init; } = 64 << 20;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where the log goes; by default to standard error, a line each.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = ServerLogging.ToStandardError;

    /// <summary>The service that keeps buckets; without one they are folders of the data folder.</summary>
    public S3Options? S3 { get; init; }

    /// <summary>Functions that are executables of this machine.</summary>
    public IReadOnlyList<FunctionCommand> Functions { get; init; } = [];

    /// <summary>How long one of these may work on a batch.</summary>
    public TimeSpan FunctionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A service that runs the functions instead.</summary>
    public Uri? LambdaEndpoint { get; init; }

    /// <summary>The service whose data streams are read.</summary>
    public Uri? KinesisEndpoint { get; init; }

    /// <summary>By which requests to AWS-compatible services are signed.</summary>
    public AwsCredentials AwsCredentials { get; init; } = new("test", "test");

    /// <summary>Bounds of buffers and deliveries.</summary>
    public DeliverySettings Delivery { get; init; } = new();

    /// <summary>What takes the records instead of a service of our own; for tests of the API alone.</summary>
    public Func<FirehoseParts, IDeliveryService>? OpenDelivery { get; init; }
}

/// <summary>What a delivery service is given.</summary>
internal sealed record FirehoseParts(FirehoseFolder Folder, Journal.IDisk Disk, Metrics.StreamMetrics Metrics, FirehoseOptions Options, ILoggerFactory Loggers);
