using System.CommandLine;
using Cistern.Commands.Asking;
using Cistern.Commands.Replaying;
using Cistern.Commands.Sending;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary><c>cistern replay rejects</c>: what Cistern could not decode, sent to it again.</summary>
internal sealed class ReplayRejectsCommand : CisternCommand
{
    private readonly ServerOptionsGroup _server = new();
    private readonly Option<string?> _where = new("--where") { Description = "A filter over rejects, such as 'signal:requests reason:*timestamp*'; see docs/filters.md.", HelpName = "FILTER" };
    private readonly Option<string> _from = new("--from") { Description = "The beginning: -24h, -7d, a time in UTC such as 2026-11-20T08:00.", HelpName = "TIME", DefaultValueFactory = _ => "-30d" };
    private readonly Option<string> _to = new("--to") { Description = "The end, exclusive.", HelpName = "TIME", DefaultValueFactory = _ => "now" };
    private readonly Option<string[]> _attributes = SharedOptions.Pairs("--attribute", "A common attribute in the place of the delivery's own, such as cloudfront-fields=1-46; may be given several times.");
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Send nothing: say what there is, by stream and reason, with examples." };
    private readonly Option<bool> _again = new("--again") { Description = "Send also what was replayed before with the same attributes and by the same version." };
    private readonly Option<TimeSpan> _retryFor = SharedOptions.Duration("--retry-for", "How long a failed delivery is tried again.", TimeSpan.FromSeconds(300));

    public ReplayRejectsCommand(CommandContext context)
        : base(
            "rejects",
            "Send again what Cistern could not decode, after an upgrade or with other attributes. The rejected rows stay. Needs a key with scope admin.",
            "cistern replay rejects --url http://127.0.0.1:8080 --key $KEY --dry-run",
            "cistern replay rejects --data ./data --where signal:requests --attribute cloudfront-fields=1-46")
    {
        Option[] options = [_where, _from, _to, _attributes, _dryRun, _again, _retryFor];
        foreach (var option in options)
        {
            Add(option);
        }

        _server.AddTo(this);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        await using var server = await ServerAccess.OpenAsync(context, _server.Read(parsed), "replay", KeyScopes.Admin, cancel);
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        var api = new ApiClient(http, server.Url, server.Key);
        var question = new RejectQuestion(parsed.GetValue(_where) ?? "", parsed.GetValue(_from)!, parsed.GetValue(_to)!);
        var progress = new ProgressLine(context.Terminal, context.Time);
        RejectReplayer? running = null;
        var replayer = running = new RejectReplayer(
            context.Time, server.Url, server.Key, api, progress.Note, () => progress.Show(running!.Status), SharedOptions.ReadPairs(parsed.GetValue(_attributes)), parsed.GetValue(_retryFor), parsed.GetValue(_again));
        var dryRun = parsed.GetValue(_dryRun);
        try
        {
            await (dryRun ? replayer.SurveyAsync(question, cancel) : replayer.SendAsync(question, cancel));
        }
        finally
        {
            progress.Finish();
        }

        if (dryRun)
        {
            replayer.WriteSurvey(context.Terminal.Out);
        }
        else
        {
            await replayer.Ledger.AskAsync(api, cancel);
            replayer.WriteSent(context.Terminal.Out);
        }

        return ExitCode.Ok;
    }
}
