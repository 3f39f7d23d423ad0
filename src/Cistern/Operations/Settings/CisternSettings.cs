using System.Net;
using Cistern.Formats.Deliveries;

namespace Cistern.Operations.Settings;

/// <summary>Everything that can be set. Read once at start by <see cref="SettingsReader"/>; each room takes the part that it needs.</summary>
/// <remarks>The names, bounds and descriptions of <c>docs/settings.md</c> are in <see cref="SettingsCatalogue"/>.</remarks>
public sealed record CisternSettings
{
    /// <summary>The folder that holds everything that is kept.</summary>
    public string DataFolder { get; init; } = "./data";

    /// <summary>Addresses to listen on, as <c>http://host:port</c> or <c>https://host:port</c>; port 0 takes a free one.</summary>
    public IReadOnlyList<string> Listen { get; init; } = ["http://127.0.0.1:8080"];

    /// <summary>Listen without TLS beyond loopback: for a server behind something that ends TLS.</summary>
    public bool AllowPlainHttp { get; init; }

    /// <summary>PEM file of the certificate and its intermediates.</summary>
    public string TlsCertificate { get; init; } = "";

    /// <summary>PEM file of the certificate's key.</summary>
    public string TlsKey { get; init; } = "";

    /// <summary>From where the headers X-Forwarded-For, -Proto and -Host are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    public IngestSettings Ingest { get; init; } = new();

    public PrivacyRules Privacy { get; init; } = PrivacyRules.Default;

    /// <summary>A folder with the files that servers share, if it is not where the store is; empty if it is.</summary>
    public string SharedFolder { get; init; } = "";

    public StoreSettings Store { get; init; } = new();

    public QuerySettings Query { get; init; } = new();

    public SignInSettings SignIn { get; init; } = new();

    /// <summary>The address of a local Firehose that the dashboard shows; empty shows none.</summary>
    public string Firehose { get; init; } = "";

    /// <summary>What is known about single streams; the first that matches applies.</summary>
    public IReadOnlyList<StreamSettings> Streams { get; init; } = [];
}

/// <summary>What deliveries may take of the machine, and who may send them.</summary>
public sealed record IngestSettings
{
    /// <summary>The largest body, as it comes and after decompression. Firehose sends up to 64 MiB of records, 85 MiB in base64.</summary>
    public long MaxBodyBytes { get; init; } = 128L << 20;

    /// <summary>Bodies and decoded columns of the deliveries in flight, together.</summary>
    public long InFlightBytes { get; init; } = 192L << 20;

    /// <summary>Deliveries that may wait for their turn; more are refused at once.</summary>
    public int MaxWaiting { get; init; } = 1024;

    /// <summary>How long a delivery may wait for its turn. Firehose gives up after 180 s, and the rest needs time too.</summary>
    public TimeSpan WaitLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a body may take to arrive.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Connections open at the same time.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Threads that decode; 0 takes one for each processor.</summary>
    public int DecodeThreads { get; init; }

    /// <summary>Take deliveries without a key from <see cref="AnonymousNetworks"/>.</summary>
    public bool AllowAnonymous { get; init; }

    public IReadOnlyList<IPNetwork> AnonymousNetworks { get; init; } = [];

    /// <summary>How long a stop waits for the deliveries in flight.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Where data is kept, and how the embedded store does it.</summary>
public sealed record StoreSettings
{
    /// <summary>The address of a ClickHouse (docs/clickhouse.md), with its password; empty for the embedded store.</summary>
    public string Address { get; init; } = "";

    /// <summary>Decoded columns that are held in memory before they become a Parquet file.</summary>
    public long HotBytes { get; init; } = 64L << 20;

    /// <summary>The longest that columns wait for that.</summary>
    public TimeSpan SealAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long rows are kept; zero keeps them for ever.</summary>
    public TimeSpan RetentionAge { get; init; }

    /// <summary>How much the Parquet files may take together; zero sets no limit.</summary>
    public long RetentionBytes { get; init; }

    /// <summary>Deliveries are refused while less is free on the disk; zero means the larger of 1 GiB and twice <see cref="HotBytes"/>.</summary>
    public long SpaceFloor { get; init; }

    /// <summary>How far back a row is recognised that comes again in another delivery.</summary>
    public TimeSpan IdentityWindow { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Memory for the identities of that window.</summary>
    public long IdentityBytes { get; init; } = 32L << 20;

    /// <summary>Parquet files a table before compaction goes before panels.</summary>
    public int MaxLiveFiles { get; init; } = 500;

    /// <summary>Small files of one day and level that are joined into one.</summary>
    public int CompactFiles { get; init; } = 8;

    /// <summary>The folder for backups that are asked for over HTTP; empty stands for <c>backups</c> in the data folder.</summary>
    public string BackupFolder { get; init; } = "";

    /// <summary>Memory of the engine that seals and compacts.</summary>
    public long SealMemoryBytes { get; init; } = 192L << 20;

    /// <summary>The floor in bytes, with its default worked out.</summary>
    public long EffectiveSpaceFloor => SpaceFloor > 0 ? SpaceFloor : Math.Max(1L << 30, 2 * HotBytes);
}

/// <summary>What queries may take of the machine.</summary>
public sealed record QuerySettings
{
    public long PanelMemoryBytes { get; init; } = 192L << 20;

    public long SqlMemoryBytes { get; init; } = 192L << 20;

    /// <summary>Threads of each of the two query engines; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    public TimeSpan PanelTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan SqlTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Rows that a statement of <c>/api/sql</c> may give.</summary>
    public int MaxRows { get; init; } = 100_000;

    /// <summary>Rows that one export may give.</summary>
    public int ExportRows { get; init; } = 1_000_000;

    /// <summary>Tails that may be open at a time.</summary>
    public int MaxTails { get; init; } = 32;

    /// <summary>Disk space that each query engine may use when its memory does not suffice.</summary>
    public long SpillBytes { get; init; } = 2L << 30;
}

/// <summary>How browsers sign in.</summary>
public sealed record SignInSettings
{
    /// <summary>How long a browser stays signed in.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromDays(7);
}

/// <param name="Stream">An ARN, with <c>*</c> for any characters.</param>
/// <param name="CloudFrontFields">The fields of its CloudFront lines.</param>
public sealed record StreamSettings(string Stream, string CloudFrontFields);
