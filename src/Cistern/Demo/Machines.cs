namespace Cistern.Demo;

/// <summary>How a machine goes about the site.</summary>
internal enum MachineHabit
{
    /// <summary>robots.txt and sitemap, then page after page with pauses.</summary>
    Crawl = 1,

    /// <summary>A few pages within seconds, because a person asked a question.</summary>
    Fetch = 2,

    /// <summary>One page, for a preview of a link.</summary>
    Preview = 3,

    /// <summary>The feed, again and again.</summary>
    Feed = 4,

    /// <summary>Many pages and API calls, fast and without asking robots.txt.</summary>
    Scrape = 5,

    /// <summary>Addresses of other people's software, in the hope that it is there.</summary>
    Scan = 6,
}

/// <summary>A machine that visits: its user agent as it is really sent, and networks that it comes from.</summary>
/// <param name="VisitsPerHour">At the nominal rate of the demo.</param>
/// <param name="Addresses">The first three numbers of an IPv4 network, as published by the operator; documentation and benchmark networks where none is known.</param>
/// <param name="Asn">The network's number.</param>
/// <param name="Edge">The edge location that answers it.</param>
internal sealed record Machine(string Name, MachineHabit Habit, double VisitsPerHour, string[] Addresses, int Asn, int Edge, ClientProfile Profile)
{
    /// <summary>Its operator's list of addresses; in the demo's world the list holds <see cref="Addresses"/>, and nothing else. Null if none is published.</summary>
    public string? List { get; init; }

    /// <summary>Does what robots.txt says to its name.</summary>
    public bool Obeys { get; init; }

    /// <summary>Came more and more often over the last weeks.</summary>
    public bool Grows { get; init; }

    /// <summary>Whether the site's firewall turns it away from some pages.</summary>
    public bool IsTurnedAway { get; init; }

    /// <summary>Comes since this long before the demo began; null: since ever.</summary>
    public TimeSpan? Since { get; init; }

    /// <summary>Came until this long before the demo began; null: still comes.</summary>
    public TimeSpan? Until { get; init; }
}

/// <summary>Crawlers, assistants and tools. The strings and networks are facts about third parties as of November 2026.</summary>
internal static class Machines
{
    private const string Webkit = "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko";
    private const string ChromeMac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
    private const string Nexus = "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36";

    private static readonly string[] _hosting = ["192.0.2", "198.51.100"];
    private static readonly string[] _residential = ["203.0.113"];

    public static readonly Machine[] All =
    [
        Crawler("GPTBot", 4, ["132.196.86", "52.230.152"], 8075, $"{Webkit}); compatible; GPTBot/1.4; +https://openai.com/gptbot") with { List = "gptbot" },
        Crawler("OAI-SearchBot", 6, ["51.8.102"], 8075, $"{ChromeMac}; compatible; OAI-SearchBot/1.4; +https://openai.com/searchbot") with { List = "searchbot" },
        Fetcher("ChatGPT-User", 34, ["4.151.71"], 8075, $"{Webkit}); compatible; ChatGPT-User/1.0; +https://openai.com/bot") with { List = "chatgpt-user", Obeys = false },
        Crawler("ClaudeBot", 5, ["216.73.216", "216.73.217"], 16509, $"{Webkit}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)") with { List = "anthropic" },
        Crawler("Claude-SearchBot", 3, ["216.73.218"], 16509, $"{Webkit}; compatible; Claude-SearchBot/1.0; +searchbot@anthropic.com)") with { List = "anthropic" },
        Fetcher("Claude-User", 16, ["216.73.219"], 16509, $"{Webkit}; compatible; Claude-User/1.0; +claude-user@anthropic.com)") with { List = "anthropic" },
        Fetcher("claude-code", 12, _residential, 7922, "Claude-User (claude-code/2.1.259; +https://support.anthropic.com/)", "text/markdown, text/html, */*"),
        Crawler("PerplexityBot", 4, ["18.97.9"], 14618, $"{Webkit}; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)") with { List = "perplexitybot", IsTurnedAway = true },
        Fetcher("Perplexity-User", 10, ["18.97.21"], 14618, $"{Webkit}; compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)") with { List = "perplexity-user", Obeys = false },
        Fetcher("Google-Agent", 4, ["34.64.6"], 15169, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; compatible; Google-Agent; +https://developers.google.com/crawling/docs/crawlers-fetchers/google-agent) Chrome/138.0.0.0 Safari/537.36") with { List = "google-agents", Obeys = false },
        Fetcher("MistralAI-User", 3, ["198.18.10"], 16276, $"{Webkit}; compatible; MistralAI-User/1.0; +https://docs.mistral.ai/robots)") with { List = "mistral-user" },
        Fetcher("DuckAssistBot", 4, ["198.18.20"], 8075, "DuckAssistBot/1.2; (+http://duckduckgo.com/duckassistbot.html)") with { List = "duckassist", Until = TimeSpan.FromHours(25) },
        Crawler("meta-externalagent", 5, ["198.18.30"], 32934, "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)") with { Obeys = false },
        Crawler("Amazonbot", 3, ["198.18.40"], 14618, $"{Webkit}; compatible; Amazonbot/0.1) Chrome/119.0.6045.214 Safari/537.36") with { List = "amazonbot", IsTurnedAway = true },
        Crawler("Bytespider", 3, _hosting, 396986, "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)") with { Obeys = false },
        Crawler("CCBot", 1, ["198.18.50"], 14618, "CCBot/2.0 (https://commoncrawl.org/faq/)") with { List = "commoncrawl" },
        Crawler("Applebot", 4, ["17.22.237"], 714, "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)") with { List = "apple", Grows = false },
        Crawler("Googlebot", 12, ["34.22.85", "66.249.66"], 15169, $"{Nexus} (compatible; Googlebot/2.1; +http://www.google.com/bot.html)") with { List = "google-common", Grows = false },
        Crawler("bingbot", 8, ["13.66.139"], 8075, $"{Webkit}; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0.0.0 Safari/537.36") with { List = "bing", Grows = false },
        Crawler("AhrefsBot", 3, ["198.18.60"], 16276, "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)") with { List = "ahrefs", Grows = false },

        // New since yesterday, gone since yesterday, and known to no rule.
        Fetcher("Kimi-User", 6, _hosting, 136907, $"{Webkit}; compatible; Kimi-User/1.0; +https://www.kimi.com/policies/kimibot)") with { Since = TimeSpan.FromHours(15) },
        Crawler("HarborSearch", 2, _hosting, 24940, "Mozilla/5.0 (compatible; HarborSearchBot/0.9; +https://harborsearch.example/bot)") with { Since = TimeSpan.FromHours(20) },
        Crawler("LighthouseReader", 1.5, _hosting, 16276, "LighthouseReader/2.3 (+https://lighthouse-reader.example/about)"),

        Crawler("FirecrawlAgent", 2, _hosting, 14618, $"{Webkit}; compatible; FirecrawlAgent/1.0; +https://www.firecrawl.dev)"),
        Crawler("TavilyBot", 2, _hosting, 14618, $"{Webkit}; compatible; TavilyBot/1.0)"),
        Fetcher("Cursor", 4, _residential, 7922, "Cursor/1.9.2", "text/markdown, text/html;q=0.9"),
        new("OAI-AdsBot", MachineHabit.Preview, 1, ["20.42.10"], 8075, 0, new ClientProfile($"{Webkit}); compatible; OAI-AdsBot/1.0; +https://openai.com/adsbot")) { List = "adsbot" },

        // A browser in the cloud that signs what it asks for, and one that says nothing of itself but comes from its operator's network.
        new(DemoSigner.AgentName, MachineHabit.Fetch, 5, _hosting, 14618, 0, DemoSigner.Profile) { Grows = true },
        new("browser of an assistant", MachineHabit.Fetch, 3, ["4.151.71"], 8075, 0, new ClientProfile(ChromeMac, "text/html,*/*;q=0.8", "gzip, deflate, br", "HTTP/2.0")) { List = "chatgpt-user" },

        // The names of well-known crawlers from addresses that are not theirs.
        new("GPTBot (impostor)", MachineHabit.Scrape, 0.4, _residential, 9009, 6, new ClientProfile($"{Webkit}); compatible; GPTBot/1.2; +https://openai.com/gptbot")),
        new("Googlebot (impostor)", MachineHabit.Scan, 0.4, _residential, 4134, 8, new ClientProfile("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)")),
        new("ClaudeBot (impostor)", MachineHabit.Scrape, 0.8, _residential, 202425, 6, new ClientProfile($"{Webkit}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)")) { Since = TimeSpan.FromHours(19) },
        new("Slackbot", MachineHabit.Preview, 5, _hosting, 14618, 0, new ClientProfile("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)")),
        new("Twitterbot", MachineHabit.Preview, 2, _hosting, 13414, 0, new ClientProfile("Twitterbot/1.0")),
        new("facebookexternalhit", MachineHabit.Preview, 2, ["198.18.31"], 32934, 0, new ClientProfile("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)")) { List = "meta" },
        new("Feedly", MachineHabit.Feed, 4, _hosting, 398324, 0, new ClientProfile("Feedly/1.0 (+http://www.feedly.com/fetcher.html; 214 subscribers; like FeedFetcher-Google)")),
        new("NetNewsWire", MachineHabit.Feed, 8, _residential, 3320, 3, new ClientProfile("NetNewsWire (RSS Reader; https://netnewswire.com/)", protocol: "HTTP/2.0")),
        new("python-requests", MachineHabit.Scrape, 1.2, _hosting, 24940, 3, new ClientProfile("python-requests/2.32.5", acceptEncoding: "gzip, deflate, br")),
        new("Scrapy", MachineHabit.Scrape, 0.6, _hosting, 14061, 6, new ClientProfile("Scrapy/2.13.3 (+https://scrapy.org)")),
        new("Go", MachineHabit.Scrape, 0.6, _hosting, 16509, 0, new ClientProfile("Go-http-client/2.0", accept: "", acceptEncoding: "gzip", protocol: "HTTP/2.0")),
        new("curl", MachineHabit.Preview, 8, _residential, 3320, 3, new ClientProfile("curl/8.7.1", acceptEncoding: "", protocol: "HTTP/2.0")),
        new("scanner", MachineHabit.Scan, 1.5, _hosting, 202425, 6, new ClientProfile("Mozilla/5.0 (compatible)", acceptEncoding: "")),
        new("scanner without a name", MachineHabit.Scan, 0.8, _residential, 4134, 8, new ClientProfile("", accept: "", acceptEncoding: "")),
    ];

    /// <summary>Asks every minute whether the site is up, from two places.</summary>
    public static readonly Machine[] Monitors =
    [
        new("monitor eu", MachineHabit.Preview, 60, _hosting, 16509, 3, Monitor()),
        new("monitor us", MachineHabit.Preview, 60, _hosting, 16509, 0, Monitor()),
    ];

    private static ClientProfile Monitor() => new("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", protocol: "HTTP/2.0");

    private static Machine Crawler(string name, double perHour, string[] addresses, int asn, string userAgent) =>
        new(name, MachineHabit.Crawl, perHour, addresses, asn, 0, new ClientProfile(userAgent, "text/html,application/xhtml+xml,*/*;q=0.8", "gzip, deflate, br")) { Obeys = true, Grows = true };

    private static Machine Fetcher(string name, double perHour, string[] addresses, int asn, string userAgent, string accept = "text/html,*/*;q=0.8") =>
        new(name, MachineHabit.Fetch, perHour, addresses, asn, 0, new ClientProfile(userAgent, accept, "gzip, deflate, br", "HTTP/2.0")) { Obeys = true, Grows = true };
}
