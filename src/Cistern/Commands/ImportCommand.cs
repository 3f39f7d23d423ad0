using System.CommandLine;
using Cistern.Commands.Asking;
using Cistern.Commands.Importing;
using Cistern.Commands.Sending;
using Cistern.Delivery.Http;
using Cistern.Ingest.Keys;

namespace Cistern.Commands;

/// <summary><c>cistern import</c>: CloudFront log files into the store, each line once however often it is imported.</summary>
internal sealed class ImportCommand : CisternCommand
{
    private readonly Argument<string[]> _paths = new("path") { Description = "Files or folders (with all below them), plain or gzip.", Arity = ArgumentArity.OneOrMore };
    private readonly ServerOptionsGroup _server = new();
    private readonly Option<string?> _fields = new("--fields") { Description = "The fields of lines that do not say it themselves: names, or canonical numbers and ranges such as 1-46,70.", HelpName = "LIST" };
    private readonly Option<double?> _sampling = new("--sampling") { Description = "The sampling rate of the logs in percent; rows then count for as many requests as they stand for.", HelpName = "PERCENT" };
    private readonly Option<int> _parallel = SharedOptions.Number("--parallel", "Deliveries in flight at a time.", 2, 1, 16);
    private readonly Option<TimeSpan> _retryFor = SharedOptions.Duration("--retry-for", "How long a failed delivery is tried again.", TimeSpan.FromSeconds(300));

    public ImportCommand(CommandContext context)
        : base(
            "import",
            "Import CloudFront standard and real-time log files. A file that is imported again is not stored again. Needs a key with scope admin.",
            "cistern import ./cloudfront-logs --url http://127.0.0.1:8080 --key $KEY",
            "cistern import E2EXAMPLE.2026-11-20-14.1a2b3c4d.gz --data ./data",
            "cistern import realtime.tsv --data ./data --fields 1-46 --sampling 10")
    {
        Add(_paths);
        Add(_fields);
        Add(_sampling);
        Add(_parallel);
        Add(_retryFor);
        _server.AddTo(this);
        SetAction((parsed, cancel) => RunAsync(context, _server.Read(parsed), ReadPlan(parsed), cancel));
    }

    private ImportPlan ReadPlan(ParseResult parsed)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        AddFields(attributes, parsed.GetValue(_fields) ?? "");
        if (parsed.GetValue(_sampling) is { } percent)
        {
            attributes["cloudfront-sampling"] = percent is > 0 and <= 100
                ? percent.ToString(System.Globalization.CultureInfo.InvariantCulture)
                : throw new CommandMisuseException($"cannot use {percent} for --sampling: it is a percentage above 0 and up to 100");
        }

        var reading = string.Join('\n', attributes.Select(pair => $"{pair.Key}={pair.Value}"));
        return new ImportPlan(ImportFiles.Find(parsed.GetValue(_paths)!), attributes, reading, parsed.GetValue(_parallel), parsed.GetValue(_retryFor));
    }

    // An attribute holds 1,024 characters and the names of all fields are more: a long list goes on in cloudfront-fields-2 and so on.
    private static void AddFields(Dictionary<string, string> attributes, string list)
    {
        var number = 1;
        var part = "";
        foreach (var name in list.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
        {
            if (part.Length + name.Length + 1 > HttpDestination.AttributeValueCharactersMax)
            {
                attributes[NameOf(number++)] = part;
                part = "";
            }

            part += part.Length == 0 ? name : "," + name;
        }

        if (part.Length > 0)
        {
            attributes[NameOf(number)] = part;
        }
    }

    private static string NameOf(int number) => number == 1 ? "cloudfront-fields" : $"cloudfront-fields-{number}";

    private static async Task<int> RunAsync(CommandContext context, ServerChoice choice, ImportPlan plan, CancellationToken cancel)
    {
        await using var server = await ServerAccess.OpenAsync(context, choice, "import", KeyScopes.Admin, cancel);
        using var http = new HttpClient();
        var api = new ApiClient(http, server.Url, server.Key);
        var progress = new ProgressLine(context.Terminal, context.Time);
        var summary = new ImportSummary();
        var started = context.Time.GetTimestamp();
        try
        {
            await new Importer(context, server, plan, summary, progress).RunAsync(cancel);
        }
        finally
        {
            progress.Finish();
        }

        await summary.AskAsync(api, cancel);
        summary.Write(context.Terminal.Out, context.Time.GetElapsedTime(started));
        return summary.Failed ? ExitCode.Failed : ExitCode.Ok;
    }
}
