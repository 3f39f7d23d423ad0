using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Cistern.Commands.Checking;

/// <summary>What is to be checked.</summary>
internal sealed record CheckPlan
{
    /// <summary>As Firehose would be given it: used as it is.</summary>
    public required Uri Url { get; init; }

    /// <summary>The address as it was typed, for its length.</summary>
    public required string UrlText { get; init; }

    /// <summary>As name servers and certificates have it.</summary>
    public string Host => Url.IdnHost;

    /// <summary>As it stands in the header Host.</summary>
    public string Authority => $"{(Url.HostNameType == UriHostNameType.IPv6 ? $"[{Host}]" : Host)}{(Url.IsDefaultPort ? "" : $":{Url.Port}")}";

    public string Key { get; init; } = "";

    /// <summary>The ARN that the deliveries carry; a key may be for certain streams only.</summary>
    public required string SourceArn { get; init; }

    public IReadOnlyDictionary<string, string> CommonAttributes { get; init; } = new Dictionary<string, string>();

    /// <summary>What the test record is; null follows the path.</summary>
    public string? Signal { get; init; }

    public bool Quick { get; init; }

    public bool NoRecord { get; init; }

    /// <summary>Roots that are trusted besides the system's.</summary>
    public X509Certificate2Collection Roots { get; init; } = [];

    public CheckLimits Limits { get; init; } = new();

    /// <summary>Finds the addresses of a name.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> LookUp { get; init; } = Dns.GetHostAddressesAsync;
}

/// <summary>How long a check waits, and what it calls slow.</summary>
internal sealed record CheckLimits
{
    public TimeSpan Lookup { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From the last byte of a request to the last of its answer; and how long a write may stand still.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a record may take until it can be read.</summary>
    public TimeSpan Arrival { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan SlowMedian { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan SlowWorst { get; init; } = TimeSpan.FromSeconds(10);

    public int BodyBytes { get; init; } = 64 << 20;
}
