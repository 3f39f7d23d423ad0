using System.Runtime.CompilerServices;
using System.Text;
using Cistern.Enrich.Rules;
using Cistern.Formats.Text;

namespace Cistern.Enrich.Referrals;

/// <summary>A host whose pages send people: a line of <c>referrers.tsv</c>.</summary>
/// <param name="Utm">Values of <c>utm_source</c> that mean the product, besides its hosts and its name.</param>
internal sealed record ReferrerRule(string Host, string Product, string Operator, IReadOnlyList<string> Utm)
{
    public static IReadOnlyList<string> Columns { get; } = ["host", "product", "operator", "utm", "note"];

    public static ReferrerRule? Read(RuleLine line, List<RuleProblem> problems)
    {
        var host = line[0].ToLowerInvariant();
        if (Uri.CheckHostName(host) == UriHostNameType.Dns && host.Contains('.', StringComparison.Ordinal) && line[1].Length > 0)
        {
            return new ReferrerRule(host, line[1], line[2], line[3].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        problems.Add(line.Problem(line[1].Length == 0 ? "the product is missing" : $"'{host}' is no host name"));
        return null;
    }
}

/// <summary>Which AI product a person came from: by the referring page's host, else by <c>utm_source</c>.</summary>
internal sealed class ReferrerTable
{
    private const int UtmBytesMax = 128;

    private readonly ByteMap _hosts;
    private readonly ByteMap _sources;
    private readonly ByteMap _ownHosts;
    private readonly byte[][] _products;
    private readonly byte[][] _operators;

    /// <param name="ownHosts">Hosts that never count, with those below them, besides the host that was asked.</param>
    public ReferrerTable(IReadOnlyList<ReferrerRule> rules, IReadOnlyList<string> ownHosts)
    {
        Rules = rules;
        _products = [.. rules.Select(rule => Encoding.UTF8.GetBytes(rule.Product))];
        _operators = [.. rules.Select(rule => Encoding.UTF8.GetBytes(rule.Operator))];
        _hosts = new ByteMap(rules.Select((rule, place) => (rule.Host, place)));

        // The first product of a name has it, and a host is more than a name.
        _sources = new ByteMap([
            .. rules.Select((rule, place) => (rule.Product, place)).Reverse(),
            .. rules.SelectMany((rule, place) => rule.Utm.Select(value => (value, place))).Reverse(),
            .. rules.Select((rule, place) => (rule.Host, place))]);
        _ownHosts = new ByteMap(ownHosts.Select(host => (host, 0)));
    }

    public IReadOnlyList<ReferrerRule> Rules { get; }

    /// <summary>The product's name.</summary>
    public ReadOnlySpan<byte> ProductOf(int rule) => _products[rule];

    /// <summary>Who runs the product; empty if the rules do not say.</summary>
    public ReadOnlySpan<byte> OperatorOf(int rule) => _operators[rule];

    /// <summary>The rule of the product that a request comes from; -1 if it comes from none.</summary>
    /// <param name="host">The host that was asked.</param>
    /// <param name="query">As the log has it, without '?'.</param>
    /// <param name="isOwn">The referring page is the site's own.</param>
    [SkipLocalsInit]
    public int Find(ReadOnlySpan<byte> referer, ReadOnlySpan<byte> query, ReadOnlySpan<byte> host, out bool isOwn)
    {
        // From one page of the site to the next: most of all.
        isOwn = IsWithin(referer, host);
        if (isOwn)
        {
            return -1;
        }

        if (!referer.IsEmpty)
        {
            Span<byte> scratch = stackalloc byte[RefererHost.ScratchBytes];
            var from = RefererHost.Of(referer, scratch);
            isOwn = IsOwn(from, host);
            if (isOwn)
            {
                return -1;
            }

            if (RuleOf(from) is var rule and >= 0)
            {
                return rule;
            }
        }

        return query.IsEmpty ? -1 : FindUtm(query);
    }

    /// <summary>The rule whose host is the given one or the longest parent domain of it; -1 if there is none.</summary>
    public int RuleOf(ReadOnlySpan<byte> host) => Longest(_hosts, host);

    private static bool IsWithin(ReadOnlySpan<byte> referer, ReadOnlySpan<byte> host)
    {
        if (host.IsEmpty || !referer.StartsWith("https://"u8))
        {
            return false;
        }

        var rest = referer["https://".Length..];
        return rest.StartsWith(host) && (rest.Length == host.Length || rest[host.Length] == '/');
    }

    private static int Longest(ByteMap hosts, ReadOnlySpan<byte> host)
    {
        while (!host.IsEmpty)
        {
            if (hosts.TryFind(host, out var place))
            {
                return place;
            }

            host = host.IndexOf((byte)'.') is var dot and >= 0 ? host[(dot + 1)..] : default;
        }

        return -1;
    }

    // A site that is itself below a product's host, help.example.ai below example.ai, is no arrival from it either.
    private bool IsOwn(ReadOnlySpan<byte> from, ReadOnlySpan<byte> host)
    {
        if (from.IsEmpty)
        {
            return false;
        }

        var own = RefererHost.Normalise(host);
        if (Ascii.EqualsIgnoreCase(from, own) || Longest(_ownHosts, from) >= 0)
        {
            return true;
        }

        var rule = RuleOf(from);
        return rule >= 0 && rule == RuleOf(own);
    }

    private int FindUtm(ReadOnlySpan<byte> query)
    {
        if (query.IndexOf("utm_source"u8) < 0)
        {
            return -1;
        }

        foreach (var range in query.Split((byte)'&'))
        {
            var pair = query[range];
            if (pair.StartsWith("utm_source="u8) && SourceOf(pair["utm_source=".Length..]) is var rule and >= 0)
            {
                return rule;
            }
        }

        return -1;
    }

    // The whole value, as the browser encodes it.
    private int SourceOf(ReadOnlySpan<byte> value)
    {
        if (value.Length > UtmBytesMax)
        {
            return -1;
        }

        Span<byte> text = stackalloc byte[UtmBytesMax];
        var length = PercentDecoding.Decode(value, text[..value.Length], out _);
        text[..length].Replace((byte)'+', (byte)' ');
        return _sources.TryFind(text[..length], out var rule) ? rule : -1;
    }
}
