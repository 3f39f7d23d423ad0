using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Cistern.Commands.Aws;
using Cistern.Commands.Checking;
using Cistern.Commands.Checking.Endpoint;
using Cistern.Commands.Checking.Streams;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Http;
using Cistern.Replay;

namespace Cistern.Commands;

/// <summary><c>cistern check</c>: what a person would try when nothing arrives, in order, each with a finding and its remedy.</summary>
internal sealed class CheckCommand : CisternCommand
{
    private const string OwnArn = "arn:aws:firehose:local:000000000000:deliverystream/cistern-check";

    private readonly Argument<string?> _url = new("url") { Description = "The address that the stream is given, used as it is. Default: that of --stream.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<string?> _arn = new("--source-arn") { Description = "The ARN of the delivery stream to send as. Default: that of --stream, else one of the check's own.", HelpName = "ARN" };
    private readonly Option<string?> _signal = new("--signal") { Description = "What the test record is: requests, logs or metrics. Default: what the address takes, else logs.", HelpName = "SIGNAL" };
    private readonly Option<string?> _ca = new("--ca") { Description = "PEM file of roots that are trusted besides the system's, for a trial within your own walls.", HelpName = "FILE" };
    private readonly Option<bool> _quick = new("--quick") { Description = "Leave the bodies of 64 MiB out." };
    private readonly Option<bool> _noRecord = new("--no-record") { Description = "Send no test record." };
    private readonly Option<TimeSpan> _timeout = SharedOptions.Duration("--timeout", "How long to wait for an answer; Firehose waits 180s.", TimeSpan.FromSeconds(30));
    private readonly Option<string?> _stream = new("--stream") { Description = "Look at this delivery stream too, through your own AWS CLI.", HelpName = "NAME" };
    private readonly Option<string?> _backup = new("--backup") { Description = "Summarise what failed: s3://BUCKET/PREFIX, a folder or a file.", HelpName = "SOURCE" };
    private readonly Option<Uri?> _s3Endpoint = new("--s3-endpoint") { Description = "The address of the S3 service for --backup. Default: Amazon's.", HelpName = "URL", CustomParser = SharedOptions.ParseUrl };
    private readonly Option<string?> _s3Region = new("--s3-region") { Description = "The region of the S3 service. Default: --region, AWS_REGION, the profile's, or us-east-1.", HelpName = "REGION" };
    private readonly Option<bool> _json = new("--json") { Description = "Print the findings as JSON." };
    private readonly AwsCliOptions _aws = new();

    public CheckCommand(CommandContext context)
        : base(
            "check",
            "Find out why nothing arrives: an endpoint as Firehose sees it, the delivery stream, and what failed. Each finding has its remedy.",
            "cistern check https://logs.example.com/v1/logs/aws_data_firehose_cloudfront --key $KEY",
            "cistern check http://127.0.0.1:8080/firehose --key $KEY --quick",
            "cistern check --stream shop-cloudfront --region us-east-1",
            "cistern check --backup s3://shop-backup/http-endpoint-failed/")
    {
        Add(_url);
        Option[] options = [_key, _arn, _signal, _ca, _quick, _noRecord, _timeout, _stream, _backup, _s3Endpoint, _s3Region, _json];
        foreach (var option in options)
        {
            Add(option);
        }

        _aws.AddTo(this);
        SetAction((parsed, cancel) => RunAsync(context, parsed, cancel));
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancel)
    {
        var json = parsed.GetValue(_json);
        var text = new CheckText(context.Terminal);
        var report = json ? new CheckReport(_ => { }) : new CheckReport(text.Write, text.Begin);
        var url = await CheckAsync(context, parsed, report, cancel);
        if (json)
        {
            context.Terminal.Out.WriteLine(CheckJson.Write(url, report));
        }
        else
        {
            text.WriteEnd(report);
        }

        return report.Failed ? ExitCode.Failed : ExitCode.Ok;
    }

    // The stream is described first, because its ARN goes with what is sent; what else is of AWS comes behind the endpoint.
    private async Task<string> CheckAsync(CommandContext context, ParseResult parsed, CheckReport report, CancellationToken cancel)
    {
        var (url, name, backup) = (parsed.GetValue(_url), parsed.GetValue(_stream), parsed.GetValue(_backup));
        if (url is null && name is null && backup is null)
        {
            throw new CommandMisuseException("name what shall be checked: the address of an endpoint, --stream NAME or --backup SOURCE");
        }

        using var objects = backup is null ? null : OpenBackup(context, parsed, backup);
        var given = url is null ? null : ReadPlan(parsed, url, parsed.GetValue(_arn) ?? OwnArn);
        var aws = new StreamCheck(new AwsCli(_aws.Read(parsed)), report, context.Time);
        var stream = name is null ? null : await aws.DescribeAsync(name, cancel);
        url ??= stream?.Url ?? "";
        if (url.Length > 0)
        {
            var plan = given is not null && stream is null ? given : ReadPlan(parsed, url, parsed.GetValue(_arn) ?? (stream?.Arn is { Length: > 0 } arn ? arn : OwnArn));
            await new EndpointCheck(plan, report, context.Time).RunAsync(cancel);
        }

        if (stream is not null)
        {
            await aws.RunAsync(stream, url, parsed.GetValue(_key) ?? "", cancel);
        }

        if (objects is not null)
        {
            await new BackupCheck(objects, backup!, report, context.Time).RunAsync(url, cancel);
        }

        return url;
    }

    private CheckPlan ReadPlan(ParseResult parsed, string text, string arn)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            throw new CommandMisuseException($"cannot use '{ReplaySurvey.Printable(text)}' as an address; write it whole, such as https://logs.example.com/firehose");
        }

        var plan = new CheckPlan
        {
            Url = url,
            UrlText = text,
            Key = parsed.GetValue(_key) ?? "",
            SourceArn = arn,
            Signal = ReadSignal(parsed),
            Quick = parsed.GetValue(_quick),
            NoRecord = parsed.GetValue(_noRecord),
            Roots = ReadRoots(parsed.GetValue(_ca)),
            Limits = new CheckLimits { Answer = parsed.GetValue(_timeout) },
        };
        var problem = new HttpDestination { Url = url, SourceArn = arn, AccessKey = plan.Key }.FindProblem()
            ?? (plan.Key.All(char.IsAscii) ? null : "cannot send the access key: only ASCII characters go into a header")
            ?? (arn.Length is > 0 and <= 512 && arn.All(c => c is > ' ' and < '\u007F') ? null : "cannot use --source-arn: only printable ASCII without blanks")
            ?? (plan.Limits.Answer > TimeSpan.Zero ? null : "cannot use --timeout: it must be longer than nothing");
        return problem is null ? plan : throw new CommandMisuseException(problem);
    }

    private string? ReadSignal(ParseResult parsed) => parsed.GetValue(_signal) is { } signal && !TestRecord.Signals.Contains(signal)
        ? throw new CommandMisuseException($"there is no signal '{signal}'; there are {string.Join(", ", TestRecord.Signals)}")
        : parsed.GetValue(_signal);

    private static X509Certificate2Collection ReadRoots(string? file)
    {
        var roots = new X509Certificate2Collection();
        if (file is null)
        {
            return roots;
        }

        try
        {
            roots.ImportFromPemFile(file);
        }
        catch (CryptographicException failure)
        {
            throw new CommandFailedException($"cannot read the certificates in {file}: {failure.Message}");
        }

        return roots.Count > 0 ? roots : throw new CommandFailedException($"there is no certificate in {file}; --ca takes a PEM file");
    }

    // What the environment says the SDK would find itself; but a test hands in an environment of its own.
    private ReplaySources OpenBackup(CommandContext context, ParseResult parsed, string source)
    {
        string? Given(string name) => context.Environment[name] as string is { Length: > 0 } value ? value : null;
        var whole = Given("AWS_ACCESS_KEY_ID") is not null && Given("AWS_SECRET_ACCESS_KEY") is not null;
        var objects = new ReplaySources([source], new S3Options
        {
            Endpoint = parsed.GetValue(_s3Endpoint),
            Region = parsed.GetValue(_s3Region) ?? _aws.Read(parsed).Region,
            AccessKey = whole ? Given("AWS_ACCESS_KEY_ID") : null,
            SecretKey = whole ? Given("AWS_SECRET_ACCESS_KEY") : null,
            SessionToken = whole ? Given("AWS_SESSION_TOKEN") : null,
        });
        return objects.FindProblem() is { } problem ? throw new CommandFailedException(problem.Replace("cannot replay", "cannot look at", StringComparison.Ordinal)) : objects;
    }
}
