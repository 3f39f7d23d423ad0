using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>What can be asked about agents that read, and people who arrive from their products. A measure is one line.</summary>
/// <remarks>
/// Every count is a sum of weights, so it is scaled where the log is sampled. A row that was stored before there were classes has an empty one, and counts for neither
/// agents nor people.
/// </remarks>
internal static class AgentMeasures
{
    /// <summary>Classes that count as AI. Search engines feed AI answers too and are shown beside it; undocumented ones are not counted.</summary>
    public const string IsAi = "class IN ('training', 'search', 'user-fetch', 'agent', 'coding', 'data-provider')";

    // Reads that an answer could send somebody back for: what Cloudflare Radar counts too, so that the ratios can be set side by side.
    private const string IsReader = "class IN ('training', 'search', 'user-fetch', 'agent')";

    // What reads by browser-like clients are, and how they came, is seen when a row comes: here it would take the user agent and all headers of every row.
    private const string HumanRead = "arrival <> ''";
    private const string Entry = "arrival = 'entry'";
    public const string IsRead = "kind = 'page' AND method = 'GET'";
    public const string IsOk = "(status BETWEEN 200 AND 299 OR status = 304)";
    public const string IsBlocked = "status IN (401, 402, 403, 406, 429, 451)";
    private const string IsRedirect = "(status BETWEEN 300 AND 399 AND status <> 304)";
    private const string IsMissing = "status IN (404, 410)";
    public const string IsFailed = "(status BETWEEN 500 AND 599 OR status = 0)";
    private const string AgentRead = $"{IsAi} AND {IsRead}";
    private const string Delivered = $"{AgentRead} AND {IsOk}";
    private const string Judged = "proof IN ('signed', 'address', 'mismatch')";

    private const string Visit = $"{Entry} AND {IsOk} AND ai_source <> ''";

    // From the origin, as far as the log tells: an error may also come from the edge itself.
    private const string FromOrigin = "(result_type = 'Miss' OR (result_type = 'Error' AND origin_fbl IS NOT NULL))";
    private const string WantsMarkdown =
        "(position('text/markdown' IN lower(cs_accept)) > 0 AND (position('text/html' IN lower(cs_accept)) = 0 OR position('text/markdown' IN lower(cs_accept)) < position('text/html' IN lower(cs_accept))))";

    // Delivered page reads are the sum of these.
    private static readonly (string Name, string Agents, string Condition)[] ReadsOfClasses =
    [
        ("training_reads", "crawlers for training", "class = 'training'"),
        ("search_reads", "crawlers for AI search", "class = 'search'"),
        ("user_fetch_reads", "agents of the class user-fetch", "class = 'user-fetch'"),
        ("acting_agent_reads", "agents of the class agent", "class = 'agent'"),
        ("coding_reads", "coding tools", "class = 'coding'"),
        ("data_provider_reads", "data providers", "class = 'data-provider'"),
    ];

    private const long DayMicroseconds = 86_400_000_000;

    public static IEnumerable<Measure> All(string weight) =>
    [
        .. Readers(weight),
        .. Episodes(),
        .. Proof(weight),
        .. People(weight),
    ];

    private static IEnumerable<Measure> Readers(string weight)
    {
        Measure Count(string name, string description, string condition) =>
            new(name, Unit.Requests, MeasureKind.Count, description, s => s.SumWhere(weight, condition));
        Measure Share(string name, string description, string part, string whole) =>
            new(name, Unit.Ratio, MeasureKind.Value, description, s => Ratio(s, weight, part, whole));

        yield return Count("agent_requests", "Requests of AI agents: training, search, user-fetch, agent, coding, data-provider.", IsAi);
        yield return Count("page_reads", "Pages that AI agents asked for with GET.", AgentRead);
        yield return Count("delivered_page_reads", "Page reads of AI agents that were answered 200 to 299 or 304.", Delivered);
        yield return Share("delivery_rate", "Delivered page reads / page reads of AI agents.", Delivered, AgentRead);
        yield return Count("blocked_page_reads", "Page reads of AI agents that were answered 401, 402, 403, 406, 429 or 451.", $"{AgentRead} AND {IsBlocked}");
        yield return Count("redirected_page_reads", "Page reads of AI agents that were answered 300 to 399, without 304.", $"{AgentRead} AND {IsRedirect}");
        yield return Count("missing_page_reads", "Page reads of AI agents that were answered 404 or 410.", $"{AgentRead} AND {IsMissing}");
        yield return Count("failed_page_reads", "Page reads of AI agents that were answered 500 to 599, or not at all.", $"{AgentRead} AND {IsFailed}");
        yield return new("pages_touched", Unit.Values, MeasureKind.Value, "Distinct pages that were delivered to AI agents, by host and percent-decoded path (page). With sampling: of the rows, not scaled.", s => s.CountDistinct(PageWhere(s, Delivered)));
        yield return new("live_pages", Unit.Values, MeasureKind.Value, "Distinct pages that were delivered to anyone, by host and percent-decoded path (page). With sampling: of the rows, not scaled.", s => s.CountDistinct(PageWhere(s, $"{IsRead} AND {IsOk}")));
        yield return Count("live_reads", "Pages that were delivered to anyone.", $"{IsRead} AND {IsOk}");
        foreach (var (name, agents, condition) in ReadsOfClasses)
        {
            yield return Count(name, $"Page reads of {agents} that were answered 200 to 299 or 304.", $"{condition} AND {IsRead} AND {IsOk}");
        }

        yield return new("agents", Unit.Values, MeasureKind.Value, "Distinct agents that the rules name, of all classes.", s => s.CountDistinct("nullif(agent, '')"));
        yield return Count("machine_file_reads", "Requests of AI agents for robots.txt, sitemaps, feeds, llms.txt and /.well-known/.", $"{IsAi} AND kind = 'machine'");
        yield return Count("robots_checks", "Requests of AI agents for /robots.txt.", $"{IsAi} AND path = '/robots.txt'");
        yield return Count("robots_judged", "Page reads of agents of all classes that the robots.txt in force allowed or disallowed; those in the grace of 24 hours and the exempt ones are not judged.", "robots IN ('allowed', 'disallowed')");
        yield return Count("robots_violations", "Page reads of agents of all classes that the robots.txt in force at the time disallowed.", "robots = 'disallowed'");
        yield return Share("markdown_demand", "Page reads of AI agents whose Accept lists text/markdown before or without text/html / page reads with a known Accept.", $"{AgentRead} AND {WantsMarkdown}", $"{AgentRead} AND cs_accept <> ''");
        yield return new("agent_bytes", Unit.Bytes, MeasureKind.Count, "Bytes sent to AI agents, headers included.", s => s.SumWhere($"{weight} * bytes_sent", IsAi));
        yield return Share("agent_origin_share", "Requests of AI agents that the origin answered / requests of AI agents with a known result.", $"{IsAi} AND {FromOrigin}", $"{IsAi} AND result_type <> ''");
        yield return new("last_delivered_read", Unit.Time, MeasureKind.Moment, "When a page was last delivered to an AI agent.", s => s.MaxWhere("time", Delivered));
        yield return new("last_training_read", Unit.Time, MeasureKind.Moment, "When a page was last delivered to a crawler for training.", s => s.MaxWhere("time", $"class = 'training' AND {IsRead} AND {IsOk}"));
        yield return new("last_search_read", Unit.Time, MeasureKind.Moment, "When a page was last delivered to a crawler for AI search.", s => s.MaxWhere("time", $"class = 'search' AND {IsRead} AND {IsOk}"));
        yield return new("first_search_read", Unit.Time, MeasureKind.Moment, "When a page was first delivered to a crawler for AI search.", s => s.MinWhere("time", $"class = 'search' AND {IsRead} AND {IsOk}"));
        yield return new("last_user_read", Unit.Time, MeasureKind.Moment, "When a page was last delivered to an agent because a person asked.", s => s.MaxWhere("time", $"class IN ('user-fetch', 'agent') AND {IsRead} AND {IsOk}"));
        yield return new("first_user_read", Unit.Time, MeasureKind.Moment, "When a page was first delivered to an agent because a person asked.", s => s.MinWhere("time", $"class IN ('user-fetch', 'agent') AND {IsRead} AND {IsOk}"));
        yield return new("last_live_read", Unit.Time, MeasureKind.Moment, "When a page was last delivered to anyone.", s => s.MaxWhere("time", $"{IsRead} AND {IsOk}"));
    }

    private static IEnumerable<Measure> Episodes()
    {
        const string Unscaled = "Of the rows that the filter lets through, not scaled by sampling.";
        const string Episode = "bursts of requests of user-fetch and agent by operator and host, which a gap of more than 10 seconds ends: an estimate of questions";
        string Of(SqlDialect s, string part) => $"{s.CountWhere(part)} / nullif({s.CountWhere(EpisodeSql.Begins)}, 0)";

        yield return new("read_episodes", Unit.Values, MeasureKind.Count, $"Read episodes, {Episode}. Each counts where it begins. {Unscaled}", s => s.CountWhere(EpisodeSql.Begins)) { Needs = RowMarks.Episodes };
        yield return new("requests_per_episode", Unit.Rows, MeasureKind.Value, $"Requests of user-fetch and agent / read episodes. {Unscaled}", s => Of(s, EpisodeSql.IsAsked)) { Needs = RowMarks.Episodes };
        yield return new("robots_first_share", Unit.Ratio, MeasureKind.Value, $"Read episodes with a request of /robots.txt / read episodes. {Unscaled}", s => Of(s, $"{EpisodeSql.Begins} AND {EpisodeSql.Checks}")) { Needs = RowMarks.EpisodeChecks };
    }

    private static IEnumerable<Measure> Proof(string weight)
    {
        yield return new("proven_requests", Unit.Requests, MeasureKind.Count, "Requests whose agent is proven by a signature or by its operator's addresses.", s => s.SumWhere(weight, "proof IN ('signed', 'address')"));
        yield return new("impostor_requests", Unit.Requests, MeasureKind.Count, "Requests that claim an agent from outside its operator's addresses.", s => s.SumWhere(weight, "proof = 'mismatch'"));
        yield return new("unlisted_requests", Unit.Requests, MeasureKind.Count, "Requests of agents whose operator publishes no addresses: neither proven nor refuted.", s => s.SumWhere(weight, "proof = 'unlisted'"));
        yield return new("proven_share", Unit.Ratio, MeasureKind.Value, "Proven requests / proven requests and impostors. Agents without published addresses are left out.", s => Ratio(s, weight, "proof IN ('signed', 'address')", Judged));
    }

    private static IEnumerable<Measure> People(string weight)
    {
        yield return new("human_page_reads", Unit.Requests, MeasureKind.Count, "Pages that browser-like clients asked for with GET. Some AI reads cannot be told from them.", s => s.SumWhere(weight, HumanRead));
        yield return new("human_delivered_reads", Unit.Requests, MeasureKind.Count, "Page reads of browser-like clients that were answered 200 to 299 or 304.", s => s.SumWhere(weight, $"{HumanRead} AND {IsOk}"));
        yield return new("human_blocked_reads", Unit.Requests, MeasureKind.Count, "Page reads of browser-like clients that were answered 401, 402, 403, 406, 429 or 451.", s => s.SumWhere(weight, $"{HumanRead} AND {IsBlocked}"));
        yield return new("ai_visits", Unit.Requests, MeasureKind.Count, "Delivered page reads of browser-like clients that came from an AI product, by referer or utm_source. Apps send neither, so it is a lower bound.", s => s.SumWhere(weight, Visit));
        yield return new("ai_visitors", Unit.Values, MeasureKind.Value, "Distinct visitors from AI products a day (UTC), added up over the days: an estimate by address, user agent and host. With sampling: of the rows, not scaled.", s => s.CountDistinct($"CASE WHEN {Visit} THEN {s.Fingerprint(s.IntegerDivide(s.Microseconds("time"), $"{DayMicroseconds}"), "client_ip", "user_agent", "host")} END"));
        yield return new("first_ai_visit", Unit.Time, MeasureKind.Moment, "When the first visit came from an AI product.", s => s.MinWhere("time", Visit));
        yield return new("last_ai_visit", Unit.Time, MeasureKind.Moment, "When the last visit came from an AI product.", s => s.MaxWhere("time", Visit));
        yield return new("entry_page_reads", Unit.Requests, MeasureKind.Count, "Page reads of browser-like clients whose referer is empty or another site's; without what is loaded in case it is wanted.", s => s.SumWhere(weight, Entry));
        yield return new("ai_share_of_arrivals", Unit.Ratio, MeasureKind.Value, "Visits from AI products / entry page reads.", s => Ratio(s, weight, Visit, Entry));
        yield return new("reads_per_visit", Unit.Ratio, MeasureKind.Value, "Delivered page reads of training, search, user-fetch and agent / visits from AI products; null under 10 visits. Apps send no referer, so it is an upper bound.", ReadsPerVisit(weight));
    }

    private static Func<SqlDialect, string> ReadsPerVisit(string weight) => s =>
        $"CASE WHEN {s.SumWhere(weight, Visit)} >= 10 THEN {s.SumWhere(weight, $"{IsReader} AND {IsRead} AND {IsOk}")} / {s.SumWhere(weight, Visit)} END";

    private static string PageWhere(SqlDialect s, string condition) => $"CASE WHEN {condition} THEN {s.Fingerprint(AgentFields.Page(s))} END";

    private static string Ratio(SqlDialect dialect, string weight, string part, string whole) =>
        $"{dialect.SumWhere(weight, part)} / nullif({dialect.SumWhere(weight, whole)}, 0)";
}
