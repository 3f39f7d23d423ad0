using Cistern.Enrich.Kinds;
using Cistern.Enrich.Referrals;
using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Robots;

/// <summary>Every version of the sites' robots.txt, with the group of each agent found beforehand: to judge a row is to look up a host, a version and an agent.</summary>
internal sealed class RobotsHistory
{
    private const long GraceMicros = 24 * 3_600_000_000L;

    private readonly ByteMap _hosts;
    private readonly Dated[][] _versions;

    // By identity: to compare rules member by member costs more than to look one up.
    private readonly Dictionary<AgentRule, int> _places = new(ReferenceEqualityComparer.Instance);

    public RobotsHistory(IReadOnlyList<RobotsVersion> versions, IReadOnlyList<AgentRule> agents)
    {
        Versions = versions;
        var hosts = versions.GroupBy(version => version.Host).ToArray();
        _hosts = new ByteMap(hosts.Select((host, place) => (host.Key, place)));
        string[] tokens = [.. agents.Select(TokenOf)];
        _versions = [.. hosts.Select(host => host.OrderBy(version => version.ValidFrom).Select(version => Dated.Of(version, tokens)).ToArray())];
        foreach (var (place, agent) in agents.Index())
        {
            _places[agent] = place;
        }
    }

    public IReadOnlyList<RobotsVersion> Versions { get; }

    public bool IsEmpty => _versions.Length == 0;

    /// <summary>The name by which a robots.txt speaks of an agent: its token, unless that is more or something else than a product's name.</summary>
    public static string TokenOf(AgentRule agent) =>
        agent.Form == TokenForm.Signature || !agent.Token.All(RobotsTxt.IsInProduct) ? agent.Name : agent.Token;

    /// <summary>The column <c>robots</c> of a page that an agent asked for; empty if no version of the host's was in force.</summary>
    /// <param name="path">As <see cref="RobotsPath"/> encodes it, with the query.</param>
    public ReadOnlySpan<byte> Judge(ReadOnlySpan<byte> host, long micros, AgentRule agent, ReadOnlySpan<byte> path)
    {
        if (InForce(host, micros) is not { } version || !_places.TryGetValue(agent, out var place))
        {
            return default;
        }

        return version.Groups[place].Allows(path) ? "allowed"u8
            : agent.Robots == RobotsStance.MayIgnore ? "exempt"u8
            : micros - version.FromMicros < GraceMicros ? "grace"u8
            : "disallowed"u8;
    }

    /// <summary>Whether a host has any version, so that the path need not be encoded for nothing.</summary>
    public bool Knows(ReadOnlySpan<byte> host) => _hosts.TryFind(WithoutDefaultPort(host), out _);

    private Dated? InForce(ReadOnlySpan<byte> host, long micros)
    {
        if (!_hosts.TryFind(WithoutDefaultPort(host), out var place))
        {
            return null;
        }

        var versions = _versions[place];
        for (var last = versions.Length - 1; last >= 0; last--)
        {
            if (versions[last].FromMicros <= micros)
            {
                return versions[last];
            }
        }

        return null;
    }

    private static ReadOnlySpan<byte> WithoutDefaultPort(ReadOnlySpan<byte> host) =>
        host.EndsWith(":443"u8) ? host[..^4] : host.EndsWith(":80"u8) ? host[..^3] : host;

    /// <param name="Groups">By the agent's place.</param>
    private sealed record Dated(long FromMicros, RobotsGroup[] Groups)
    {
        public static Dated Of(RobotsVersion version, string[] tokens)
        {
            var robots = RobotsTxt.Parse(version.Text);
            return new((version.ValidFrom.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, [.. tokens.Select(robots.GroupOf)]);
        }
    }
}
