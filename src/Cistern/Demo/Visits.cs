using System.Globalization;
using System.Text;

namespace Cistern.Demo;

/// <summary>What visits share: the site, its edge, chance, and who comes.</summary>
internal sealed class DemoWorld
{
    public DemoWorld(int seed, DemoStory story, OriginTrouble trouble)
    {
        Story = story;
        Random = new Random(seed);
        Site = new DemoSite();
        Edge = new DemoEdge(Site, Random, trouble);
        Visitors = new VisitorMaker(Random);
    }

    public DemoStory Story { get; }

    public Random Random { get; }

    public DemoSite Site { get; }

    public DemoEdge Edge { get; }

    public VisitorMaker Visitors { get; }

    /// <summary>A pause, in milliseconds: exponential, so that arrivals have no pattern.</summary>
    public long Pause(double meanMilliseconds) => 1 + (long)(-Math.Log(1 - Random.NextDouble()) * meanMilliseconds);
}

/// <summary>Somebody who makes requests, one at a time, each at <see cref="At"/>.</summary>
internal abstract class Visit(DemoWorld world, long at)
{
    /// <summary>When the next request is logged, in milliseconds since 1970.</summary>
    public long At { get; protected set; } = at;

    protected DemoWorld World { get; } = world;

    /// <summary>Fills in the request at <see cref="At"/> and moves on; false if it was the last.</summary>
    public abstract bool Next(LoggedRequest request);
}

/// <summary>A person: a page with all that belongs to it, some reading, perhaps a search, another page.</summary>
internal sealed class PersonVisit(DemoWorld world, long at, Region region) : Visit(world, at)
{
    private const double RepeatVisitorShare = 0.3;
    private const double ReadingMilliseconds = 45_000;

    private static readonly byte[][] _searches =
        [.. new[] { "back%20pressure", "consumer+group", "retention", "exactly+once", "tls", "dead+letter", "docker+compose", "gr%C3%B6%C3%9Fe" }.Select(text => LogEncoding.Encode("q=" + text))];

    private readonly Visitor _visitor = world.Visitors.Person(region);
    private readonly Referral _from = Browsers.Referrals.Pick(world.Random);
    private readonly bool _cached = world.Random.NextDouble() < RepeatVisitorShare;
    private int _pagesLeft = 1 + (int)(-Math.Log(1 - world.Random.NextDouble()) * 1.7);
    private int _assetsLeft = -1;
    private SiteResource? _page;
    private byte[] _referer = [];

    public override bool Next(LoggedRequest request)
    {
        if (_assetsLeft > 0)
        {
            return NextAsset(request);
        }

        return World.Random.NextDouble() switch
        {
            < 0.012 when _page is null => Redirected(request),
            < 0.05 when _page is not null => Search(request),
            < 0.062 when _page is not null => Download(request),
            _ => NextPage(request),
        };
    }

    private bool NextPage(LoggedRequest request)
    {
        var first = _page is null;
        _page = World.Site.PageWeights.Pick(World.Random);
        World.Edge.Answer(request, _visitor, _page, At, first ? _from.EncodedQuery : default, first ? _from.EncodedAddress : _referer);
        _referer = LogEncoding.Encode($"https://{DemoSite.Host}{DemoSite.AsSent(_page.Path)}");
        _pagesLeft--;
        _assetsLeft = first && request.Status is 200 ? World.Site.Assets.Count : 0;
        return Continue(_assetsLeft > 0 ? World.Pause(25) : World.Pause(ReadingMilliseconds));
    }

    private bool NextAsset(LoggedRequest request)
    {
        var asset = World.Site.Assets[^_assetsLeft--];
        if (_cached)
        {
            World.Edge.AnswerNotModified(request, _visitor, asset, At, _referer);
        }
        else
        {
            World.Edge.Answer(request, _visitor, asset, At, default, _referer);
        }

        return Continue(_assetsLeft > 0 ? World.Pause(12) : World.Pause(ReadingMilliseconds));
    }

    private bool Redirected(LoggedRequest request)
    {
        World.Edge.RedirectToHttps(request, _visitor, World.Site["/"], At);
        return Continue(World.Pause(60));
    }

    private bool Search(LoggedRequest request)
    {
        World.Edge.Answer(request, _visitor, World.Site["/api/search"], At, _searches[World.Random.Next(_searches.Length)], _referer);
        return Continue(World.Pause(4_000));
    }

    private bool Download(LoggedRequest request)
    {
        var file = World.Site[World.Random.NextDouble() < 0.6 ? "/files/tidewater-3.0.2-linux-amd64.tar.gz" : "/files/tidewater-handbook.pdf"];
        World.Edge.AnswerRange(request, _visitor, file, At, World.Random.NextDouble() < 0.7 ? 0 : file.Bytes / 2, _referer);
        return Continue(World.Pause(ReadingMilliseconds));
    }

    private bool Continue(long pause)
    {
        At += pause;
        return _assetsLeft > 0 || _pagesLeft > 0;
    }
}

/// <summary>A machine that visits as its habit says.</summary>
internal sealed class MachineVisit(DemoWorld world, long at, Machine machine) : Visit(world, at)
{
    private static readonly (byte[] Path, int Status)[] _probes =
    [
        .. new[]
        {
            ("/wp-login.php", 404), ("/.env", 403), ("/.git/config", 403), ("/xmlrpc.php", 404), ("/admin/", 404), ("/phpmyadmin/index.php", 404), ("/.aws/credentials", 403),
            ("/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php", 404), ("/cgi-bin/%2e%2e/%2e%2e/bin/sh", 403), ("/actuator/env", 404), ("/backup.zip", 404), ("/server-status", 403),
        }.Select(probe => (LogEncoding.Encode(probe.Item1), probe.Item2)),
    ];

    // Pages that are gone; crawlers remember them for years.
    private static readonly byte[][] _gone = [.. new[] { "/docs/1.x/install", "/docs/1.x/quickstart", "/blog/1-0-released", "/docs/guides/zookeeper" }.Select(LogEncoding.Encode)];

    private readonly Visitor _visitor = world.Visitors.OfMachine(machine);
    private int _done;
    private int _left = machine.Habit switch
    {
        MachineHabit.Crawl => 4 + world.Random.Next(36),
        MachineHabit.Fetch => 1 + world.Random.Next(4),
        MachineHabit.Scrape => 30 + world.Random.Next(120),
        MachineHabit.Scan => 20 + world.Random.Next(60),
        MachineHabit.Preview or MachineHabit.Feed => 1,
    };

    public override bool Next(LoggedRequest request)
    {
        switch (machine.Habit)
        {
            case MachineHabit.Crawl:
                Crawl(request);
                break;
            case MachineHabit.Fetch when _done == 0 && World.Random.NextDouble() < 0.2:
                Get(request, "/robots.txt");
                break;
            case MachineHabit.Feed:
                Get(request, "/feed.xml");
                break;
            case MachineHabit.Scrape:
                Scrape(request);
                break;
            case MachineHabit.Scan:
                Scan(request);
                break;
            case MachineHabit.Fetch or MachineHabit.Preview:
                GetAnyPage(request);
                break;
        }

        _done++;
        At += PauseAfter();
        return --_left > 0;
    }

    private long PauseAfter() => machine.Habit switch
    {
        MachineHabit.Crawl => World.Pause(9_000),
        MachineHabit.Fetch => World.Pause(700),
        MachineHabit.Scrape => World.Pause(250),
        MachineHabit.Scan => World.Pause(120),
        MachineHabit.Preview or MachineHabit.Feed => 0,
    };

    private void Crawl(LoggedRequest request)
    {
        if (_done < 2)
        {
            Get(request, _done == 0 ? "/robots.txt" : World.Random.NextDouble() < 0.5 ? "/sitemap.xml" : "/llms.txt");
        }
        else if (World.Random.NextDouble() < 0.06)
        {
            World.Edge.Refuse(request, _visitor, At, _gone[World.Random.Next(_gone.Length)], 404);
        }
        else if (World.Random.NextDouble() < 0.05)
        {
            Get(request, World.Random.NextDouble() < 0.5 ? "/docs/getting-started" : "/docs/reference/config");
        }
        else
        {
            GetAnyPage(request);
        }
    }

    // After a while the site has enough of it.
    private void Scrape(LoggedRequest request)
    {
        if (_done > 40 && World.Random.NextDouble() < 0.7)
        {
            World.Edge.Refuse(request, _visitor, At, World.Site["/api/search"].EncodedPath, 429, PageNumber());
        }
        else if (World.Random.NextDouble() < 0.4)
        {
            World.Edge.Answer(request, _visitor, World.Site["/api/search"], At, PageNumber());
        }
        else
        {
            GetAnyPage(request);
        }
    }

    private byte[] PageNumber() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"q=a&page={_done}"));

    private void Scan(LoggedRequest request)
    {
        var (path, status) = _probes[World.Random.Next(_probes.Length)];
        World.Edge.Refuse(request, _visitor, At, path, status);
    }

    private void GetAnyPage(LoggedRequest request)
    {
        var page = PickPage();
        if (World.Story.IsTurnedAway(machine, page.Path, At))
        {
            World.Edge.Refuse(request, _visitor, At, page.EncodedPath, 403);
        }
        else
        {
            World.Edge.Answer(request, _visitor, page, At);
        }
    }

    private SiteResource PickPage()
    {
        const int Tries = 40;
        var page = World.Site.PageWeights.Pick(World.Random);
        for (var tried = 0; tried < Tries && !Wants(page); tried++)
        {
            page = World.Site.PageWeights.Pick(World.Random);
        }

        return page;
    }

    private bool Wants(SiteResource page) =>
        (machine.Habit != MachineHabit.Crawl || DemoStory.IsDue(machine, page, At)) && (!machine.Obeys || World.Story.MayRead(machine, page, At));

    private void Get(LoggedRequest request, string path) => World.Edge.Answer(request, _visitor, World.Site[path], At);
}

/// <summary>A monitor: the health page and the front page by turns, every minute, for ever.</summary>
internal sealed class MonitorVisit(DemoWorld world, long at, Machine machine) : Visit(world, at)
{
    private readonly Visitor _visitor = world.Visitors.OfMachine(machine);
    private bool _front;

    public override bool Next(LoggedRequest request)
    {
        World.Edge.Answer(request, _visitor, World.Site[_front ? "/" : "/healthz"], At);
        request.Method = "HEAD"u8.ToArray();
        _front = !_front;
        At += 60_000 + World.Random.Next(-200, 200);
        return true;
    }
}
