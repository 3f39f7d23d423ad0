using System.Globalization;
using System.Text;
using Cistern.Formats.Deliveries;

namespace Cistern.Operations.Settings;

/// <summary>All settings, a line each. A new setting is a property of <see cref="CisternSettings"/> and a line here.</summary>
internal static class SettingsCatalogue
{
    public const string DataFolder = "dataFolder";
    public const string StoreAddress = "store:address";
    public const string Streams = "streams";

    private const long MiB = 1L << 20;
    private const long GiB = 1L << 30;
    private const long TiB = 1L << 40;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly (string, PrivacyAction)[] AllActions =
        [("keep", PrivacyAction.Keep), ("truncate", PrivacyAction.Truncate), ("hash", PrivacyAction.Hash), ("drop", PrivacyAction.Drop)];

    private static readonly (string, PrivacyAction)[] CookieActions =
        [("keep", PrivacyAction.Keep), ("hash", PrivacyAction.Hash), ("drop", PrivacyAction.Drop)];

    public static IReadOnlyList<Setting> All { get; } =
    [
        Setting.Text(DataFolder, "a folder", s => s.DataFolder, (s, v) => s with { DataFolder = v },
            "Where everything is kept, `cistern.json` too; so it is set on the command line or in the environment only."),
        Setting.Text("sharedFolder", "a folder", s => s.SharedFolder, (s, v) => s with { SharedFolder = v },
            "Where keys, sign-ins, saved views and rules are, if not in the data folder or in ClickHouse: a folder that is mounted on every server. It may be read-only; then what would change them is refused."),
        Setting.List("listen", "addresses, separated by commas", s => s.Listen, (s, v) => s with { Listen = v },
            "Where to listen: `http://` or `https://`, an address, `localhost` or `*`, and a port; port 0 takes a free one."),
        Setting.Flag("allowPlainHttp", s => s.AllowPlainHttp, (s, v) => s with { AllowPlainHttp = v },
            "Listen without TLS on other addresses than loopback: for a server behind something that ends TLS."),
        Setting.Text("tlsCertificate", "a PEM file", s => s.TlsCertificate, (s, v) => s with { TlsCertificate = v },
            "The certificate for `https://`, followed by its intermediates. A renewed file is taken without a restart."),
        Setting.Text("tlsKey", "a PEM file", s => s.TlsKey, (s, v) => s with { TlsKey = v }, "The certificate's private key, not encrypted."),
        Setting.Networks("trustedProxies", s => s.TrustedProxies, (s, v) => s with { TrustedProxies = v },
            "Networks of the proxies and load balancers in front. Only from them `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are believed."),

        Setting.Size("ingest:maxBodyBytes", MiB, GiB, s => s.Ingest.MaxBodyBytes, (s, v) => s with { Ingest = s.Ingest with { MaxBodyBytes = v } },
            "The largest body, as it comes and after decompression. Firehose sends 64 MiB of records, 85 MiB in base64; a larger body is refused with 503."),
        Setting.Size("ingest:inFlightBytes", 16 * MiB, TiB, s => s.Ingest.InFlightBytes, (s, v) => s with { Ingest = s.Ingest with { InFlightBytes = v } },
            "Bodies and decoded columns of all deliveries in flight; over it deliveries wait for their turn."),
        Setting.Number("ingest:maxWaiting", 1, 100_000, s => s.Ingest.MaxWaiting, (s, v) => s with { Ingest = s.Ingest with { MaxWaiting = v } },
            "Deliveries that may wait for their turn; more are refused with 503 at once."),
        Setting.Time("ingest:waitLimit", Second, 2 * Minute, s => s.Ingest.WaitLimit, (s, v) => s with { Ingest = s.Ingest with { WaitLimit = v } },
            "How long a delivery may wait for its turn before it is refused with 503."),
        Setting.Time("ingest:bodyTimeout", Second, 2 * Minute, s => s.Ingest.BodyTimeout, (s, v) => s with { Ingest = s.Ingest with { BodyTimeout = v } },
            "How long a body may take to arrive before it is refused with 408."),
        Setting.Number("ingest:maxConnections", 16, 100_000, s => s.Ingest.MaxConnections, (s, v) => s with { Ingest = s.Ingest with { MaxConnections = v } },
            "Connections open at the same time, those of queries too."),
        Setting.Number("ingest:decodeThreads", 0, 256, s => s.Ingest.DecodeThreads, (s, v) => s with { Ingest = s.Ingest with { DecodeThreads = v } },
            "Threads that decode deliveries; 0 takes one for each processor."),
        Setting.Flag("ingest:allowAnonymous", s => s.Ingest.AllowAnonymous, (s, v) => s with { Ingest = s.Ingest with { AllowAnonymous = v } },
            "Take deliveries without a key from the networks below."),
        Setting.Networks("ingest:anonymousNetworks", s => s.Ingest.AnonymousNetworks, (s, v) => s with { Ingest = s.Ingest with { AnonymousNetworks = v } },
            "Networks whose deliveries need no key if `ingest:allowAnonymous` is true."),
        Setting.Time("ingest:stopTimeout", Second, 10 * Minute, s => s.Ingest.StopTimeout, (s, v) => s with { Ingest = s.Ingest with { StopTimeout = v } },
            "How long a stop waits for the deliveries in flight."),

        Setting.Choice("privacy:cookies", CookieActions, s => s.Privacy.Cookies, (s, v) => s with { Privacy = s.Privacy with { Cookies = v } },
            "What is kept of cookies."),
        Setting.Choice("privacy:clientAddress", AllActions, s => s.Privacy.ClientAddress, (s, v) => s with { Privacy = s.Privacy with { ClientAddress = v } },
            "What is kept of client addresses; `truncate` keeps /24 of IPv4 and /48 of IPv6."),
        Setting.Choice("privacy:query", AllActions, s => s.Privacy.Query, (s, v) => s with { Privacy = s.Privacy with { Query = v } },
            "What is kept of queries; `truncate` keeps the names and drops the values."),
        new("privacy:hashKey", "32 hexadecimal digits", "", "The key of `hash`. The same value gives the same hash as long as the key stays.", ApplyHashKey),

        Setting.Text(StoreAddress, "an address", s => s.Store.Address, (s, v) => s with { Store = s.Store with { Address = v } },
            "The ClickHouse that rows are kept in, as `clickhouse://user:password@host:8123/database`; see [clickhouse.md](clickhouse.md). Empty keeps them in the data folder. It holds a password: better in the environment than on a command line."),
        Setting.Size("store:hotBytes", 8 * MiB, 64 * GiB, s => s.Store.HotBytes, (s, v) => s with { Store = s.Store with { HotBytes = v } },
            "Columns held in memory before they become a Parquet file."),
        Setting.Time("store:sealAge", Second, Day, s => s.Store.SealAge, (s, v) => s with { Store = s.Store with { SealAge = v } },
            "The longest that columns wait for that."),
        Setting.Time("store:retentionAge", TimeSpan.FromHours(1), 36_500 * Day, s => s.Store.RetentionAge,
            (s, v) => s with { Store = s.Store with { RetentionAge = v } }, "How long rows are kept; 0 keeps them for ever.", zero: true),
        Setting.Size("store:retentionBytes", 64 * MiB, 1024 * TiB, s => s.Store.RetentionBytes,
            (s, v) => s with { Store = s.Store with { RetentionBytes = v } }, "How much the Parquet files may take together; the oldest go first. 0 sets no limit.", zero: true),
        Setting.Size("store:spaceFloor", MiB, TiB, s => s.Store.SpaceFloor, (s, v) => s with { Store = s.Store with { SpaceFloor = v } },
            "Deliveries are refused with 503 while less is free on the disk; 0 means the larger of 1 GiB and twice `store:hotBytes`.", zero: true),
        Setting.Time("store:identityWindow", Second, 7 * Day, s => s.Store.IdentityWindow, (s, v) => s with { Store = s.Store with { IdentityWindow = v } },
            "How far back a row is recognised that comes again in another delivery; 0 turns that off.", zero: true),
        Setting.Size("store:identityBytes", MiB, 64 * GiB, s => s.Store.IdentityBytes, (s, v) => s with { Store = s.Store with { IdentityBytes = v } },
            "Memory for that; under more traffic the window shrinks."),
        Setting.Number("store:maxLiveFiles", 10, 100_000, s => s.Store.MaxLiveFiles, (s, v) => s with { Store = s.Store with { MaxLiveFiles = v } },
            "Parquet files a table before compaction goes before panels."),
        Setting.Number("store:compactFiles", 2, 100_000, s => s.Store.CompactFiles, (s, v) => s with { Store = s.Store with { CompactFiles = v } },
            "Small files of one day and level that are joined into one when there are this many."),
        Setting.Size("store:sealMemoryBytes", 64 * MiB, TiB, s => s.Store.SealMemoryBytes, (s, v) => s with { Store = s.Store with { SealMemoryBytes = v } },
            "Memory of the engine that writes and joins Parquet files."),

        Setting.Text("store:backupFolder", "a folder", s => s.Store.BackupFolder, (s, v) => s with { Store = s.Store with { BackupFolder = v } },
            "Where a running server puts its backups, each in a folder of its own; if empty, `backups` in the data folder. On the data folder's file system a backup takes no space at first."),

        Setting.Size("query:panelMemoryBytes", 32 * MiB, TiB, s => s.Query.PanelMemoryBytes, (s, v) => s with { Query = s.Query with { PanelMemoryBytes = v } },
            "Memory of the engine that answers everything under `/api` but `/api/sql`."),
        Setting.Size("query:sqlMemoryBytes", 32 * MiB, TiB, s => s.Query.SqlMemoryBytes, (s, v) => s with { Query = s.Query with { SqlMemoryBytes = v } },
            "Memory of the engine that answers `/api/sql`."),
        Setting.Number("query:threads", 0, 256, s => s.Query.Threads, (s, v) => s with { Query = s.Query with { Threads = v } },
            "Threads of each of the two; 0 takes one for each processor."),
        Setting.Time("query:panelTimeout", Second, TimeSpan.FromHours(1), s => s.Query.PanelTimeout, (s, v) => s with { Query = s.Query with { PanelTimeout = v } },
            "How long a query of a panel may run."),
        Setting.Time("query:sqlTimeout", Second, TimeSpan.FromHours(1), s => s.Query.SqlTimeout, (s, v) => s with { Query = s.Query with { SqlTimeout = v } },
            "How long a statement of `/api/sql` may run."),
        Setting.Number("query:maxRows", 1, 10_000_000, s => s.Query.MaxRows, (s, v) => s with { Query = s.Query with { MaxRows = v } },
            "Rows that a statement of `/api/sql` may give."),
        Setting.Number("query:exportRows", 1, 100_000_000, s => s.Query.ExportRows, (s, v) => s with { Query = s.Query with { ExportRows = v } },
            "Rows that one answer of `/api/export` may give."),
        Setting.Number("query:maxTails", 1, 10_000, s => s.Query.MaxTails, (s, v) => s with { Query = s.Query with { MaxTails = v } },
            "Tails (`/api/tail`) that may be open at the same time."),
        Setting.Size("query:spillBytes", MiB, TiB, s => s.Query.SpillBytes, (s, v) => s with { Query = s.Query with { SpillBytes = v } },
            "Disk space that each of the two may use when its memory does not suffice; 0 forbids it.", zero: true),

        Setting.Time("signIn:sessionLifetime", Minute, 365 * Day, s => s.SignIn.SessionLifetime, (s, v) => s with { SignIn = s.SignIn with { SessionLifetime = v } },
            "How long a browser stays signed in to the dashboard. A change holds for those that sign in afterwards."),

        Setting.Text("firehose", "an address", s => s.Firehose, (s, v) => s with { Firehose = v },
            "A local Firehose (`cistern firehose`) that the dashboard shows, as `http://127.0.0.1:4573`. If it takes signed requests only, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` sign them."),
    ];

    /// <summary>The table of <c>docs/settings.md</c>; a test compares it with the file.</summary>
    public static string ToMarkdown()
    {
        var table = new StringBuilder("| name | takes | default | means |\n|---|---|---|---|\n");
        foreach (var setting in All)
        {
            var preset = setting.Default.Length == 0 ? "" : $"`{setting.Default}`";
            table.Append(CultureInfo.InvariantCulture, $"| `{setting.Name}` | {setting.Takes} | {preset} | {setting.Means} |\n");
        }

        return table.ToString();
    }

    private static CisternSettings ApplyHashKey(CisternSettings settings, string text, out string? problem)
    {
        var key = new byte[16];
        var ok = text.Length == 32 && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done;
        problem = ok ? null : "is not 32 hexadecimal digits; take the output of: openssl rand -hex 16";
        return settings with { Privacy = settings.Privacy with { HashKey = key } };
    }
}
