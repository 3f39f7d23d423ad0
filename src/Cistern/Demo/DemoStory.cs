using System.Text;
using Cistern.Enrich.Kinds;

namespace Cistern.Demo;

/// <summary>What changes on the demo's site over the weeks. Dates count back from the moment when the demo was first started.</summary>
internal sealed class DemoStory(DateTimeOffset told)
{
    private const double GrowthPerDay = 0.018;
    private const long DayMilliseconds = 86_400_000;

    /// <summary>What the site lets agents read since long ago.</summary>
    public const string FirstRobots = """
        User-agent: *
        Disallow: /api/

        Sitemap: https://docs.example.com/sitemap.xml
        """;

    /// <summary>And since a few days ago.</summary>
    public const string SecondRobots = """
        User-agent: *
        Disallow: /api/
        Disallow: /search

        # What may not be learned from.
        User-agent: GPTBot
        User-agent: ClaudeBot
        User-agent: CCBot
        User-agent: meta-externalagent
        Disallow: /api/
        Disallow: /search
        Disallow: /blog/
        Disallow: /docs/reference/

        User-agent: Bytespider
        Disallow: /

        Sitemap: https://docs.example.com/sitemap.xml
        """;

    // Where the firewall turns agents away, and since when.
    private static readonly string[] _closed = ["/pricing", "/docs/reference/"];
    private static readonly TimeSpan _closedSince = TimeSpan.FromDays(9);

    private readonly RobotsTxt _first = RobotsTxt.Parse(Encoding.UTF8.GetBytes(FirstRobots));
    private readonly RobotsTxt _second = RobotsTxt.Parse(Encoding.UTF8.GetBytes(SecondRobots));
    private readonly Dictionary<(string Machine, int Page, bool Changed), bool> _mayRead = [];
    private readonly long _told = told.ToUnixTimeMilliseconds();
    private readonly long _robotsChanged = (told - RobotsChange).ToUnixTimeMilliseconds();
    private readonly long _closedFrom = (told - _closedSince).ToUnixTimeMilliseconds();

    /// <summary>How long before the start the lists and the first robots.txt came into force.</summary>
    public static TimeSpan Began { get; } = TimeSpan.FromDays(120);

    /// <summary>How long before the start robots.txt changed.</summary>
    public static TimeSpan RobotsChange { get; } = TimeSpan.FromDays(4);

    /// <summary>How often a machine comes at a moment, against its rate at the demo's start.</summary>
    public double Activity(Machine machine, long at)
    {
        var before = _told - at;
        if (before > (machine.Since?.TotalMilliseconds ?? double.MaxValue) || before < (machine.Until?.TotalMilliseconds ?? double.MinValue))
        {
            return 0;
        }

        return machine.Grows ? Math.Min(1, Math.Exp(-GrowthPerDay * before / DayMilliseconds)) : 1;
    }

    /// <summary>Whether a machine may read a page, if it does what robots.txt says.</summary>
    public bool MayRead(Machine machine, SiteResource page, long at)
    {
        var changed = at >= _robotsChanged;
        if (!_mayRead.TryGetValue((machine.Name, page.Index, changed), out var may))
        {
            _mayRead[(machine.Name, page.Index, changed)] = may = (changed ? _second : _first).GroupOf(machine.Name).Allows(RobotsPath.Encode(page.Path));
        }

        return may;
    }

    public bool IsTurnedAway(Machine machine, string path, long at) =>
        machine.IsTurnedAway && at >= _closedFrom && _closed.Any(closed => path.StartsWith(closed, StringComparison.Ordinal));

    /// <summary>Whether a crawler looks at a page on this day: at what people seldom read it looks every few days only, and what nothing links it never finds.</summary>
    public static bool IsDue(Machine machine, SiteResource page, long at)
    {
        const double ReadOften = 5;
        var every = (uint)Math.Ceiling(ReadOften / page.Weight);
        return !page.IsUnlinked && (every <= 1 || (uint)HashCode(machine.Name, page.Index, at / DayMilliseconds) % (every * 2) == 0);
    }

    // The same in every run, unlike the runtime's.
    private static int HashCode(string name, int page, long day) =>
        name.Aggregate((int)((page * 31) + (day * 7_919)), (hash, letter) => (hash * 16_777_619) ^ letter);
}
