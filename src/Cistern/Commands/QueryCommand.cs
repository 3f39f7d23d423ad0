using System.CommandLine;
using System.Text.Json;
using Cistern.Commands.Asking;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary><c>cistern query</c>: a question to the store, answered as a table, CSV or JSON.</summary>
internal sealed class QueryCommand : CisternCommand
{
    private readonly Argument<string[]> _where = new("where") { Description = "A filter such as status:5xx or path:/docs/*; see docs/filters.md. Begin with -- if it begins with a dash.", Arity = ArgumentArity.ZeroOrMore };
    private readonly ServerOptionsGroup _server = new();
    private readonly Option<string> _signal = new("--signal") { Description = "What to ask: requests, logs, metrics, deliveries, rejects or events.", HelpName = "SIGNAL", DefaultValueFactory = _ => "requests" };
    private readonly Option<string> _from = new("--from") { Description = "The beginning: -24h, -7d, a time in UTC such as 2026-11-20T08:00.", HelpName = "TIME", DefaultValueFactory = _ => "-24h" };
    private readonly Option<string> _to = new("--to") { Description = "The end, exclusive.", HelpName = "TIME", DefaultValueFactory = _ => "now" };
    private readonly Option<string[]> _measures = List("--measure", "MEASURE", "What to compute; several with commas or several times. Default: how many.");
    private readonly Option<string[]> _by = List("--by", "DIMENSION", "What to group by, such as path, status or time:1h.");
    private readonly Option<string?> _having = new("--having") { Description = "A filter over the measures: only groups for which it holds, such as 'requests>=100 error_rate>0.01'.", HelpName = "FILTER" };
    private readonly Option<string?> _order = new("--order") { Description = "The measure or dimension to sort by; a dash in front sorts the largest first.", HelpName = "NAME" };
    private readonly Option<int?> _limit = new("--limit") { Description = "Rows at most.", HelpName = "N" };
    private readonly Option<bool> _compare = new("--compare") { Description = "Show the same length of time directly before, and the change." };
    private readonly Option<string?> _zone = new("--tz") { Description = "The time zone of hours and days, such as Europe/Berlin. Default: UTC.", HelpName = "ZONE" };
    private readonly Option<string?> _sql = new("--sql") { Description = "One SELECT in the store's SQL instead of all of the above.", HelpName = "SELECT" };
    private readonly Option<AnswerFormat?> _format = new("--format") { Description = "Table, csv or json. Default: table on a terminal, csv otherwise.", HelpName = "FORMAT" };

    public QueryCommand(CommandContext context)
        : base(
            "query",
            "Ask for figures: measures by dimensions over a range of time, or SQL.",
            "cistern query --url http://127.0.0.1:8080 --key $KEY --measure requests --by path --order -requests --limit 10",
            "cistern query status:5xx --data ./data --from -7d --measure requests,time_taken_p95 --by time:1h --format csv",
            "cistern query --data ./data --sql \"SELECT status, count(*) FROM requests GROUP BY ALL ORDER BY 2 DESC\"")
    {
        Add(_where);
        Add(_signal);
        Add(_from);
        Add(_to);
        Add(_measures);
        Add(_by);
        Add(_having);
        Add(_order);
        Add(_limit);
        Add(_compare);
        Add(_zone);
        Add(_sql);
        Add(_format);
        _server.AddTo(this);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var sql = parsed.GetValue(_sql);
        if (sql is not null && parsed.GetValue(_where) is { Length: > 0 })
        {
            throw new CommandMisuseException("--sql and a filter cannot be used together; write the filter as WHERE");
        }

        await using var server = await ServerAccess.OpenAsync(context, _server.Read(parsed), "query", KeyScopes.Read, cancel);
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        var api = new ApiClient(http, server.Url, server.Key);
        var answer = sql is null ? await api.QueryAsync(ReadQuestion(parsed).ToJson(), cancel) : await api.SqlAsync(sql, cancel);
        AnswerWriter.Write(answer, parsed.GetValue(_format) ?? (context.Terminal.OutIsInteractive ? AnswerFormat.Table : AnswerFormat.Csv), context.Terminal);
        WriteNote(answer.Meta, context.Terminal.Error);
        return ExitCode.Ok;
    }

    private Question ReadQuestion(ParseResult parsed)
    {
        return new Question
        {
            Signal = parsed.GetValue(_signal)!,
            From = parsed.GetValue(_from)!,
            To = parsed.GetValue(_to)!,
            Measures = Split(parsed.GetValue(_measures)),
            By = Split(parsed.GetValue(_by)),
            Where = string.Join(' ', parsed.GetValue(_where) ?? []),
            Having = parsed.GetValue(_having),
            Order = parsed.GetValue(_order),
            Limit = parsed.GetValue(_limit),
            Compare = parsed.GetValue(_compare),
            TimeZone = parsed.GetValue(_zone),
        };
    }

    // What qualifies the figures (sampling, cut results) belongs beside them, but not into the piped output.
    private static void WriteNote(JsonElement meta, TextWriter error)
    {
        if (meta.ValueKind == JsonValueKind.Object && meta.TryGetProperty("note", out var note) && note.ValueKind == JsonValueKind.String)
        {
            error.WriteLine(note.GetString());
        }
    }

    private static string[] Split(string[]? lists) =>
        [.. (lists ?? []).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static Option<string[]> List(string name, string helpName, string description) =>
        new(name) { Description = description, HelpName = helpName, Arity = ArgumentArity.ZeroOrMore };
}
