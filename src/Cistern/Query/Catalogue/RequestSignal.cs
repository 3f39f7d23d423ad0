using Cistern.Formats;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Catalogue;

/// <summary>What can be asked about requests. A measure or a dimension is one line.</summary>
internal static class RequestSignal
{
    /// <summary>How many requests a row stands for; one that says nothing about sampling stands for itself.</summary>
    public const string Weight = "coalesce(weight, 1)";

    private const string Sampled = "With sampling: of the rows, not scaled.";

    // A status that the source left out is neither an error nor a success, so it is in no denominator either.
    private const string StatusKnown = "status IS NOT NULL";

    private const string CacheJudged = "result_type NOT IN ('', 'Redirect', 'LimitExceeded', 'CapacityExceeded')";

    private const string StatusClass =
        "CASE WHEN status BETWEEN 100 AND 199 THEN '1xx' WHEN status BETWEEN 200 AND 299 THEN '2xx' WHEN status BETWEEN 300 AND 399 THEN '3xx' "
        + "WHEN status BETWEEN 400 AND 499 THEN '4xx' WHEN status BETWEEN 500 AND 599 THEN '5xx' WHEN status = 0 THEN '000' ELSE '' END";

    public static Signal Signal { get; } = new(Tables.Requests, Computed(), Measures())
    {
        FreeText = ["path", "query", "host", "client_ip", "user_agent", "referer", "request_id"],
        TieBreak = ["request_id", "host", "client_ip", "method", "path", "query", "status", "bytes_sent", "time_taken", "user_agent"],
        MeasuredColumns = ["weight"],
        FewValued =
        [
            "kind", "class", "operator", "proof", "ai_source", "referral_basis", "robots", "arrival",
            "status_class", "status", "method", "scheme", "protocol", "tls", "result_type", "detailed_result_type", "c_ip_version",
        ],
        Weighted = true,
        Repeating = ["page", "host", "path", "path_folder", "path_directory", "path_extension", "agent", "bot_name", "referer_host", "user_agent", "country", "asn", "edge_location", "day_of_week", "hour_of_day", "stream"],
        Support = s => s.Sum(Weight),
    };

    private static QueryField[] Computed() =>
    [
        new("status_class", FieldKind.Text, "1xx to 5xx; 000 if the viewer left before an answer.", _ => StatusClass),
        new("path_folder", FieldKind.Text, "The first folder of the path, '/docs/' of '/docs/a.html'; '/' outside of folders.", PathFolder),
        new("path_directory", FieldKind.Text, "All folders of the path, '/docs/api/' of '/docs/api/a.html'; '/' outside of folders.", s => s.Dialect.Extract("path", "(?s)^.*/", group: false)),
        new("path_extension", FieldKind.Text, "The extension of the path, lower case; empty without one.", s => $"lower({s.Dialect.Extract("path", @"\.([A-Za-z0-9]{1,8})$", group: true)})"),
        new("referer_host", FieldKind.Text, "The host of the referring page, lower case.", s => $"lower({s.Dialect.Extract("referer", "^[A-Za-z]+://(?:[^/@]*@)?([^/:?#]+)", group: true)})"),
        new("network", FieldKind.Text, "The first two numbers of an IPv4 address.", s => s.Dialect.Extract("client_ip", @"^([0-9]+\.[0-9]+)\.", group: true)),
        .. AgentFields.All,
        .. CommonFields.All,
    ];

    private static Measure[] Measures() =>
    [
        new("requests", Unit.Requests, MeasureKind.Count, "Requests: the sum of the rows' weights.", s => s.Sum(Weight)),
        new("rows", Unit.Rows, MeasureKind.Count, "Rows stored, not scaled by sampling.", s => s.Count()),
        new("bytes_sent", Unit.Bytes, MeasureKind.Count, "Bytes sent to viewers, headers included.", s => s.Sum($"{Weight} * bytes_sent")),
        new("bytes_received", Unit.Bytes, MeasureKind.Count, "Bytes received from viewers, headers included.", s => s.Sum($"{Weight} * bytes_received")),
        new("status_1xx", Unit.Requests, MeasureKind.Count, "Requests with status 100 to 199.", s => s.SumWhere(Weight, "status BETWEEN 100 AND 199")),
        new("status_2xx", Unit.Requests, MeasureKind.Count, "Requests with status 200 to 299.", s => s.SumWhere(Weight, "status BETWEEN 200 AND 299")),
        new("status_3xx", Unit.Requests, MeasureKind.Count, "Requests with status 300 to 399.", s => s.SumWhere(Weight, "status BETWEEN 300 AND 399")),
        new("status_4xx", Unit.Requests, MeasureKind.Count, "Requests with status 400 to 499.", s => s.SumWhere(Weight, "status BETWEEN 400 AND 499")),
        new("status_5xx", Unit.Requests, MeasureKind.Count, "Requests with status 500 to 599.", s => s.SumWhere(Weight, "status BETWEEN 500 AND 599")),
        new("aborted", Unit.Requests, MeasureKind.Count, "Requests whose viewer left before an answer (status 000).", s => s.SumWhere(Weight, "status = 0")),
        new("errors", Unit.Requests, MeasureKind.Count, "Requests with status 400 to 599.", s => s.SumWhere(Weight, "status BETWEEN 400 AND 599")),
        new("error_rate", Unit.Ratio, MeasureKind.Value, "Requests with status 400 to 599 / requests with a known status.", s => Ratio(s, "status BETWEEN 400 AND 599", StatusKnown)),
        new("cache_hit_ratio", Unit.Ratio, MeasureKind.Value, "Hit, RefreshHit and OriginShieldHit / all known results but Redirect, LimitExceeded and CapacityExceeded.", s => Ratio(s, "result_type IN ('Hit', 'RefreshHit', 'OriginShieldHit')", CacheJudged)),
        new("time_taken_avg", Unit.Seconds, MeasureKind.Value, "Mean time from the request's arrival to the last byte.", s => $"{s.Sum($"{Weight} * time_taken")} / nullif({s.SumWhere(Weight, "time_taken IS NOT NULL")}, 0)"),
        new("time_taken_p50", Unit.Seconds, MeasureKind.Value, Quantile("half", "from the request's arrival to the last byte"), s => s.Quantile("time_taken", 0.5)),
        new("time_taken_p90", Unit.Seconds, MeasureKind.Value, Quantile("90 %", "from the request's arrival to the last byte"), s => s.Quantile("time_taken", 0.9)),
        new("time_taken_p95", Unit.Seconds, MeasureKind.Value, Quantile("95 %", "from the request's arrival to the last byte"), s => s.Quantile("time_taken", 0.95)),
        new("time_taken_p99", Unit.Seconds, MeasureKind.Value, Quantile("99 %", "from the request's arrival to the last byte"), s => s.Quantile("time_taken", 0.99)),
        new("time_taken_max", Unit.Seconds, MeasureKind.Value, "The longest time from a request's arrival to the last byte.", s => s.Max("time_taken")),
        new("time_to_first_byte_p50", Unit.Seconds, MeasureKind.Value, Quantile("half", "from the request's arrival to the first byte"), s => s.Quantile("time_to_first_byte", 0.5)),
        new("time_to_first_byte_p95", Unit.Seconds, MeasureKind.Value, Quantile("95 %", "from the request's arrival to the first byte"), s => s.Quantile("time_to_first_byte", 0.95)),
        new("time_to_first_byte_p99", Unit.Seconds, MeasureKind.Value, Quantile("99 %", "from the request's arrival to the first byte"), s => s.Quantile("time_to_first_byte", 0.99)),
        new("origin_first_byte_p95", Unit.Seconds, MeasureKind.Value, Quantile("95 %", "until the origin's first byte"), s => s.Quantile("origin_fbl", 0.95)),
        new("ingest_delay_p50", Unit.Seconds, MeasureKind.Value, Quantile("half", "from a request's log time to its arrival here"), s => s.Quantile(CommonFields.Delay(s, "time"), 0.5)),
        new("ingest_delay_p95", Unit.Seconds, MeasureKind.Value, Quantile("95 %", "from a request's log time to its arrival here"), s => s.Quantile(CommonFields.Delay(s, "time"), 0.95)),
        new("ingest_delay_max", Unit.Seconds, MeasureKind.Value, "The longest time from a request's log time to its arrival here.", s => s.Max(CommonFields.Delay(s, "time"))),
        new("visitors", Unit.Values, MeasureKind.Value, $"Distinct pairs of client address and user agent: an estimate of visitors. {Sampled}", s => s.CountDistinct($"CASE WHEN client_ip <> '' THEN {s.Fingerprint("client_ip", "user_agent")} END")),
        new("client_ips", Unit.Values, MeasureKind.Value, $"Distinct client addresses. {Sampled}", s => s.CountDistinct("nullif(client_ip, '')")),
        new("paths", Unit.Values, MeasureKind.Value, $"Distinct paths. {Sampled}", s => s.CountDistinct("nullif(path, '')")),
        new("hosts", Unit.Values, MeasureKind.Value, $"Distinct hosts. {Sampled}", s => s.CountDistinct("nullif(host, '')")),
        new("asns", Unit.Values, MeasureKind.Value, $"Distinct autonomous systems that clients are in. {Sampled}", s => s.CountDistinct("asn")),
        new("countries", Unit.Values, MeasureKind.Value, $"Distinct countries of clients. {Sampled}", s => s.CountDistinct("nullif(country, '')")),
        new("user_agents", Unit.Values, MeasureKind.Value, $"Distinct user agents. {Sampled}", s => s.CountDistinct("nullif(user_agent, '')")),
        .. AgentMeasures.All(Weight),
        .. ReadMeasures.All(Weight),
        new("first_seen", Unit.Time, MeasureKind.Moment, "The time of the first request.", s => s.Min("time")),
        new("last_seen", Unit.Time, MeasureKind.Moment, "The time of the last request.", s => s.Max("time")),
    ];

    private static string PathFolder(SqlScope scope) => $"coalesce(nullif({scope.Dialect.Extract("path", "^/[^/]+/", group: false)}, ''), '/')";

    private static string Ratio(SqlDialect dialect, string part, string whole) =>
        $"{dialect.SumWhere(Weight, part)} / nullif({dialect.SumWhere(Weight, whole)}, 0)";

    private static string Quantile(string share, string what) =>
        $"The time within which {share} of the requests went {what}; by t-digest, rank within 1 %. {Sampled}";
}
