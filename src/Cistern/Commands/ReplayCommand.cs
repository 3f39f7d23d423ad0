using System.CommandLine;
using Cistern.Commands.Asking;
using Cistern.Commands.Replaying;
using Cistern.Commands.Sending;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Http;
using Cistern.Ingest.Keys;
using Cistern.Replay;

namespace Cistern.Commands;

/// <summary><c>cistern replay</c>: what Firehose could not deliver, from the objects in which it was kept, sent again.</summary>
internal sealed class ReplayCommand : CisternCommand
{
    private const string StateName = ".cistern-replay";

    private readonly Argument<string[]> _sources = new("source") { Description = "Where the objects are: s3://BUCKET/PREFIX, files, or folders (with all below them).", Arity = ArgumentArity.ZeroOrMore };
    private readonly ServerOptionsGroup _server = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Send nothing: say what there is, by stream and error code, since when, with examples of the messages." };
    private readonly Option<bool> _plain = new("--plain") { Description = "The destination is a Firehose endpoint other than Cistern: nothing of our own is sent along or asked." };
    private readonly Option<bool> _raw = new("--raw") { Description = "The objects hold source records (S3BackupMode AllData), not failed ones: each line or JSON document is a record." };
    private readonly Option<string?> _arn = new("--source-arn") { Description = "The ARN of the delivery stream to send as. Default: made of the name in each object's key.", HelpName = "ARN" };
    private readonly Option<string?> _region = new("--region") { Description = "The region in the stream's ARN. Default: that of the function that failed, else 'local'.", HelpName = "REGION" };
    private readonly Option<string?> _account = new("--account") { Description = "The account in the stream's ARN. Default: that of the function that failed, else zeros.", HelpName = "ACCOUNT" };
    private readonly Option<string[]> _attributes = SharedOptions.Pairs("--attribute", "A common attribute of every delivery, such as cloudfront-fields=1-46; error objects do not keep them.");
    private readonly Option<bool> _gzip = new("--gzip") { Description = "Compress the bodies." };
    private readonly Option<long> _bytes = SharedOptions.Bytes("--bytes", "Bytes of records in a delivery at most, before base64; up to 64MiB.", ReplayReading.BatchBytesDefault);
    private readonly Option<int> _parallel = SharedOptions.Number("--parallel", "Deliveries in flight at a time.", 2, 1, 16);
    private readonly Option<TimeSpan> _retryFor = SharedOptions.Duration("--retry-for", "How long a failed delivery is tried again.", TimeSpan.FromSeconds(300));
    private readonly Option<string?> _state = new("--state") { Description = $"The file that notes what was sent. Default: {StateName} in the first folder, or in the working folder.", HelpName = "FILE" };
    private readonly Option<bool> _again = new("--again") { Description = "Send also what the state file says was sent." };
    private readonly Option<Uri?> _s3Endpoint = new("--s3-endpoint") { Description = "The address of the S3 service. Default: Amazon's.", HelpName = "URL", CustomParser = SharedOptions.ParseUrl };
    private readonly Option<string?> _s3Region = new("--s3-region") { Description = "The region of the S3 service. Default: AWS_REGION, the profile's, or us-east-1.", HelpName = "REGION" };

    public ReplayCommand(CommandContext context)
        : base(
            "replay",
            "Send again what Firehose kept in error objects, and what Cistern rejected. What was stored before is not stored again. Needs a key with scope admin.",
            "cistern replay s3://shop-backup/http-endpoint-failed/ --dry-run",
            "cistern replay s3://shop-backup/http-endpoint-failed/2026/11/ --url http://127.0.0.1:8080 --key $KEY --attribute cloudfront-fields=1-46",
            "cistern replay ./buckets/shop-backup --data ./data",
            "cistern replay ./failed --url https://logs.example.com/v1/input --key $KEY --plain")
    {
        Add(_sources);
        Option[] options = [_dryRun, _plain, _raw, _arn, _region, _account, _attributes, _gzip, _bytes, _parallel, _retryFor, _state, _again, _s3Endpoint, _s3Region];
        foreach (var option in options)
        {
            Add(option);
        }

        _server.AddTo(this);
        Add(new ReplayRejectsCommand(context));
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var sources = parsed.GetValue(_sources) is { Length: > 0 } named
            ? named
            : throw new CommandMisuseException("name what shall be replayed: s3://BUCKET/PREFIX, a folder, a file, or the command rejects");
        using var objects = new ReplaySources(sources, ReadS3(parsed, context));
        if (objects.FindProblem() is { } problem)
        {
            throw new CommandFailedException(problem);
        }

        return parsed.GetValue(_dryRun)
            ? await SurveyAsync(context, Plan(parsed, objects, new Uri("http://127.0.0.1/"), ""), cancel)
            : await SendAsync(context, parsed, objects, cancel);
    }

    private static async Task<int> SurveyAsync(CommandContext context, ReplayPlan plan, CancellationToken cancel)
    {
        var progress = new ProgressLine(context.Terminal, context.Time);
        var report = new ReplayReport(progress.Note);
        try
        {
            await new Replayer(context.Time, plan with { Again = true }, report, progress.Note, () => progress.Show(report.Status)).SurveyAsync(cancel);
        }
        finally
        {
            progress.Finish();
        }

        report.WriteSurvey(context.Terminal.Out);
        return report.Failed ? ExitCode.Failed : ExitCode.Ok;
    }

    private async Task<int> SendAsync(CommandContext context, ParseResult parsed, ReplaySources objects, CancellationToken cancel)
    {
        var plain = parsed.GetValue(_plain);
        var choice = _server.Read(parsed);
        await using var server = plain && choice.Key is null or "" && choice.DataFolder is null ? null : await ServerAccess.OpenAsync(context, choice, "replay", KeyScopes.Admin, cancel);
        var url = server?.Url ?? choice.Url ?? throw new CommandMisuseException($"name the destination with --url (or {SharedOptions.UrlVariable})");
        var plan = Plan(parsed, objects, url, server?.Key ?? "");
        var progress = new ProgressLine(context.Terminal, context.Time);
        var report = new ReplayReport(progress.Note);
        var started = context.Time.GetTimestamp();
        try
        {
            await new Replayer(context.Time, plan, report, progress.Note, () => progress.Show(report.Status)).SendAsync(cancel);
        }
        catch (ReplayStoppedException stopped)
        {
            throw new CommandFailedException($"{stopped.Message}; the same command goes on where this one stopped");
        }
        finally
        {
            progress.Finish();
        }

        var asked = !plain && await TryAskAsync(context, report, new Uri(url, "/"), server!.Key, cancel);
        report.WriteSent(context.Terminal.Out, asked, context.Time.GetElapsedTime(started));
        return report.Failed ? ExitCode.Failed : ExitCode.Ok;
    }

    // The data is delivered; that nobody says what became of it is no reason to fail.
    private static async Task<bool> TryAskAsync(CommandContext context, ReplayReport report, Uri server, string key, CancellationToken cancel)
    {
        using var http = new HttpClient();
        try
        {
            await report.Ledger.AskAsync(new ApiClient(http, server, key), cancel);
            return true;
        }
        catch (CommandFailedException failure)
        {
            context.Terminal.Error.WriteLine($"cannot ask what became of it (--plain is for destinations that are no Cistern): {failure.Message}");
            return false;
        }
    }

    private ReplayPlan Plan(ParseResult parsed, ReplaySources objects, Uri url, string key)
    {
        var plain = parsed.GetValue(_plain);
        var attributes = SharedOptions.ReadPairs(parsed.GetValue(_attributes));
        var destination = new HttpDestination
        {
            Url = url.AbsolutePath == "/" ? new Uri(url, "/firehose") : url,
            SourceArn = "",
            AccessKey = key,
            CommonAttributes = attributes,
            ExtraHeaders = plain ? new Dictionary<string, string>() : new Dictionary<string, string> { ["X-Cistern-Repeat-Scope"] = "import" },
            RetryWindow = parsed.GetValue(_retryFor),
            GiveUpWhenRefused = true,
        };
        var bytes = parsed.GetValue(_bytes);
        var problem = destination.FindProblem()
            ?? (bytes is >= 1 and <= EnvelopeWriter.DeliveryBytesMax ? null : $"cannot use {bytes} for --bytes: Firehose sends 1 byte to 64 MiB of records in a delivery")
            ?? FindArnProblem(parsed.GetValue(_arn)) ?? FindArnProblem(parsed.GetValue(_region)) ?? FindArnProblem(parsed.GetValue(_account));
        if (problem is not null)
        {
            throw new CommandMisuseException(problem);
        }

        var raw = parsed.GetValue(_raw);
        return new ReplayPlan(
            objects.ListAsync,
            new ReplayReading(raw, bytes, ReplayReading.IdentityOf(raw, attributes), parsed.GetValue(_gzip)),
            new ReplayArn(parsed.GetValue(_arn), parsed.GetValue(_region), parsed.GetValue(_account)),
            destination,
            plain,
            parsed.GetValue(_parallel),
            parsed.GetValue(_state) ?? StateFile(parsed.GetValue(_sources)!),
            parsed.GetValue(_again));
    }

    // It is sent in a header.
    private static string? FindArnProblem(string? part) =>
        part is null || (part.Length is > 0 and <= 512 && part.All(c => c is > ' ' and < '\u007F')) ? null : $"cannot use '{ReplaySurvey.Printable(part)}' in the ARN of a stream: only printable ASCII without blanks";

    private static string StateFile(string[] sources) => sources.FirstOrDefault(source => !ReplaySources.IsBucket(source) && Directory.Exists(source)) is { } folder
        ? Path.Combine(folder, StateName)
        : StateName;

    // What the environment says the SDK would find itself; but a test hands in an environment of its own.
    private S3Options ReadS3(ParseResult parsed, CommandContext context)
    {
        var given = context.Environment["AWS_ACCESS_KEY_ID"] as string is { Length: > 0 } && context.Environment["AWS_SECRET_ACCESS_KEY"] as string is { Length: > 0 };
        return new S3Options
        {
            Endpoint = parsed.GetValue(_s3Endpoint),
            Region = parsed.GetValue(_s3Region),
            AccessKey = given ? context.Environment["AWS_ACCESS_KEY_ID"] as string : null,
            SecretKey = given ? context.Environment["AWS_SECRET_ACCESS_KEY"] as string : null,
            SessionToken = given ? context.Environment["AWS_SESSION_TOKEN"] as string : null,
        };
    }
}
