using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cistern.Store.ClickHouse;

/// <summary>Where a ClickHouse is, as whom to speak to it, and whether it is a cluster: <c>clickhouse://user:password@host:8443/database?cluster=main&amp;secure=true</c>.</summary>
/// <param name="Hosts">Addresses of its HTTP interface, at least one; any of them answers queries.</param>
/// <param name="Password">Never part of a message: see <see cref="ToString"/>.</param>
/// <param name="Cluster">The name of the cluster as <c>system.clusters</c> has it; null for one server alone.</param>
internal sealed record ClickHouseAddress(IReadOnlyList<Uri> Hosts, string User, string Password, string Database, string? Cluster)
{
    /// <summary>How many replicas of a shard must have a delivery before it is answered; null for two, or one where a shard has no other.</summary>
    public int? Quorum { get; init; }

    /// <summary>The replicas of each shard, if they are written in the address; else <c>system.clusters</c> says them.</summary>
    public IReadOnlyList<IReadOnlyList<Uri>> Shards { get; init; } = [];

    public const string Scheme = "clickhouse";

    private static readonly string[] OptionNames = ["secure", "cluster", "quorum", "shards"];

    private const int PlainPort = 8123;
    private const int SecurePort = 8443;

    /// <summary>Reads an address; several hosts are separated by commas.</summary>
    /// <remarks>What is wrong is said by its place and never in its own words: with a character that is not escaped, any of them may be a part of the password.</remarks>
    /// <param name="problem">What is wrong with it, in a sentence without anything that the address holds.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClickHouseAddress? address, [NotNullWhen(false)] out string? problem)
    {
        (address, problem) = (null, null);
        if (!text.StartsWith($"{Scheme}://", StringComparison.OrdinalIgnoreCase))
        {
            problem = $"the address of a ClickHouse begins with {Scheme}://, as in {Scheme}://user:password@host:8443/database?secure=true";
            return false;
        }

        var rest = text[(Scheme.Length + 3)..];
        var (before, query) = Cut(rest, '?');
        var (authority, database) = Cut(before, '/');
        var at = authority.LastIndexOf('@');
        var (user, password) = Cut(at < 0 ? "" : authority[..at], ':');
        if (rest.LastIndexOf('@') > at)
        {
            problem = "cannot read the address of a ClickHouse: an @ stands behind the first / or ?; write / as %2F, ? as %3F and @ as %40 in user and password";
            return false;
        }

        if (!TryReadOptions(query, out var options, out problem)
            || !TryReadHosts(authority[(at + 1)..].Split(','), "", options.Secure, out var hosts, out problem)
            || !TryReadShards(options, out var shards, out problem))
        {
            return false;
        }

        address = new ClickHouseAddress(hosts, user.Length == 0 ? "default" : Uri.UnescapeDataString(user), Uri.UnescapeDataString(password), database.Length == 0 ? "default" : Uri.UnescapeDataString(database), options.Cluster)
        {
            Quorum = options.Quorum,
            Shards = shards,
        };
        return true;
    }

    /// <summary>For messages: without the password.</summary>
    public override string ToString() => $"{Scheme}://{string.Join(',', Hosts.Select(host => host.Authority))}/{Database}{(Cluster is null ? "" : $"?cluster={Cluster}")}";

    private static bool TryReadOptions(string query, out Options options, [NotNullWhen(false)] out string? problem)
    {
        (options, problem) = (new Options(false, null, null, ""), null);
        foreach (var (place, pair) in query.Split('&', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            var (name, value) = Cut(pair, '=');
            switch (name)
            {
                case "secure" when bool.TryParse(value, out var secure):
                    options = options with { Secure = secure };
                    break;
                case "cluster" when value.Length > 0 && value.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.'):
                    options = options with { Cluster = value };
                    break;
                case "quorum" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var quorum) && quorum is > 0 and < 100:
                    options = options with { Quorum = quorum };
                    break;
                case "shards" when value.Length > 0:
                    options = options with { Shards = value };
                    break;
                default:
                    problem = $"cannot use option {place + 1}{(OptionNames.Contains(name) ? $" ({name})" : "")} behind the ? in the address of a ClickHouse; there are cluster=NAME, secure=true, quorum=1 and shards=HOST:PORT|HOST:PORT,HOST:PORT|HOST:PORT";
                    return false;
            }
        }

        if (options.Cluster is null && (options.Quorum is not null || options.Shards.Length > 0))
        {
            problem = $"quorum and shards in the address of a ClickHouse need cluster=NAME: one server alone has neither";
            return false;
        }

        return true;
    }

    // As ClickHouse's function remote() has it: shards by commas, their replicas by bars.
    private static bool TryReadShards(Options options, out IReadOnlyList<Uri>[] shards, [NotNullWhen(false)] out string? problem)
    {
        (shards, problem) = ([], null);
        var found = new List<IReadOnlyList<Uri>>();
        foreach (var (number, shard) in options.Shards.Split(',', StringSplitOptions.RemoveEmptyEntries).Index())
        {
            if (!TryReadHosts(Uri.UnescapeDataString(shard).Split('|'), $" of shard {number + 1}", options.Secure, out var replicas, out problem))
            {
                return false;
            }

            found.Add(replicas);
        }

        shards = [.. found];
        return true;
    }

    private static bool TryReadHosts(string[] written, string whose, bool secure, out Uri[] hosts, [NotNullWhen(false)] out string? problem)
    {
        (hosts, problem) = ([], null);
        var found = new List<Uri>();
        foreach (var (place, host) in written.Index())
        {
            // A port that is not written would be that of HTTP.
            var hasPort = host.Contains(']', StringComparison.Ordinal) ? host[host.IndexOf(']', StringComparison.Ordinal)..].Contains(':', StringComparison.Ordinal) : host.Contains(':', StringComparison.Ordinal);
            var whole = $"{(secure ? "https" : "http")}://{host}{(hasPort ? "" : $":{(secure ? SecurePort : PlainPort)}")}/";
            if (host.Length == 0 || !Uri.TryCreate(whole, UriKind.Absolute, out var uri) || uri.UserInfo.Length > 0 || uri.PathAndQuery != "/")
            {
                problem = $"cannot read host {place + 1}{whose} in the address of a ClickHouse as a host and port; user and password stand before an @, and what is no letter or digit in them is percent-encoded (/ is %2F)";
                return false;
            }

            found.Add(uri);
        }

        hosts = [.. found];
        return true;
    }

    private static (string Before, string Behind) Cut(string text, char at)
    {
        var place = text.IndexOf(at, StringComparison.Ordinal);
        return place < 0 ? (text, "") : (text[..place], text[(place + 1)..]);
    }

    private sealed record Options(bool Secure, string? Cluster, int? Quorum, string Shards);
}
