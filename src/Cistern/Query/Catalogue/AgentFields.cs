using System.Text.RegularExpressions;
using Cistern.Enrich.Rules;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>What rows about readers can be filtered and grouped by besides the columns.</summary>
internal static class AgentFields
{
    // Automation that may have no name in the rules.
    public const string IsBot = "class IN ('other-bot', 'tool', 'undocumented', 'empty')";

    private const string Address = @"https?://[^\s;,()<>""]+";
    private const string AddressOrMail = @"https?:[^ ;)]*|[^ ]*@[^ ]*";

    // What browsers say of themselves and of the device: none of it tells bots apart.
    private const string BrowserWords =
        @"(?i)(?:Mozilla/[0-9.]+\+?|\(?KHTML, like Gecko"
        + @"|\b(?:AppleWebKit|AppleWebit|Chrome|Chromium|Safari|Version|Mobile|Gecko|Firefox|Trident|Presto|Edge?|EdgA|OPR|Ubuntu|Fedora|Build)/[^ ;)]*"
        + @"|\bMSIE [0-9.]+|\.NET[A-Z0-9. ]*"
        + @"|\b(?:Windows(?: NT| Phone)?[ 0-9.]*|Win64|WOW64|x64|x86_64|i[3-6]86|X11|Linux|Macintosh|(?:PPC|Intel) Mac OS X[ 0-9._]*"
        + @"|(?:CPU )?(?:iPhone )?OS [0-9_.]+ like Mac OS X|iPhone|iPad|iPod|Android[ 0-9.]*|Mobile|rv:[0-9.]+|U|[a-z]{2}-[a-z]{2}|compatible|[^;()]*Build/[^;)]*)(?:[;,)(]|\b))";

    // In this order: up to four words of which the last says what it is, 'Gluten Free Crawler'; what a version stands behind, 'python-requests/2.31'; the first words.
    private static readonly string[] Names =
    [
        "((?:[A-Z][A-Za-z0-9_.!-]* ){0,3}[A-Za-z0-9_.!-]*(?:[Bb][Oo][Tt]|[Cc]rawl|CRAWL|[Ss]pider|SPIDER|[Ss]crap|[Ff]etch)[A-Za-z0-9_.!-]*)",
        "([A-Za-z0-9][A-Za-z0-9_.!-]*(?: [A-Za-z][A-Za-z_.!-]*){0,3})/v?[0-9]",
        "([A-Za-z][A-Za-z0-9_.!-]*(?: [A-Za-z][A-Za-z_.!-]*){0,3})",
    ];

    // Of a user agent in which nothing looks like a name.
    private const int UnnamedCharacters = 60;

    // The program's own hosts: a host that only an operator's file names is told apart by the missing utm_source.
    private static readonly string ProductHosts =
        $@"(?i)^https?://(?:[^/?#@]*@)?(?:[^/?#@:]*\.)?({string.Join('|', RuleSet.Own.Referrers.Rules.Select(rule => Regex.Escape(rule.Host)))})\.?(?:[:/?#]|$)";

    public static QueryField[] All { get; } =
    [
        new("page", FieldKind.Text, "Host and percent-decoded path: what pages_touched and live_pages count.", s => Page(s.Dialect)),
        new("bot_name", FieldKind.Text, "Of other-bot, tool, undocumented and empty: the agent, or what the user agent of an unnamed one calls itself ('python-requests'). Empty for others.", s => BotName(s.Dialect)),
        new("bot_contact", FieldKind.Text, "Of the same classes: the address in the user agent, which mostly explains the bot.", s => $"CASE WHEN {IsBot} THEN {s.Dialect.Extract("user_agent", Address, group: false)} ELSE '' END"),
        new("referral_basis", FieldKind.Text, "How ai_source was found: referer, or utm (utm_source in the query); empty if there is none.", s => ReferralBasis(s.Dialect)),
    ];

    /// <summary>The page that a row is about. A slash at the end makes another page.</summary>
    public static string Page(SqlDialect s) => s.Join("host", s.PercentDecode("path"));

    private static string BotName(SqlDialect s) =>
        $"CASE WHEN NOT {IsBot} THEN '' WHEN agent <> '' THEN agent ELSE {CallsItself(s)} END";

    private static string CallsItself(SqlDialect s)
    {
        var words = s.Blank(s.Blank("user_agent", AddressOrMail), BrowserWords);
        var names = Names.Select(pattern => $"nullif({s.Trim(s.Extract(words, pattern, group: true), " .-!_")}, '')");
        return $"coalesce({string.Join(", ", names)}, substr(user_agent, 1, {UnnamedCharacters}))";
    }

    private static string ReferralBasis(SqlDialect s) =>
        $"CASE WHEN ai_source = '' THEN '' WHEN query NOT LIKE '%utm_source=%' OR {s.Extract(s.PercentDecode("referer"), ProductHosts, group: true)} <> '' THEN 'referer' ELSE 'utm' END";
}
