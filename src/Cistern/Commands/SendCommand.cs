using System.CommandLine;
using Cistern.Commands.Sending;
using Cistern.Delivery.Http;

namespace Cistern.Commands;

/// <summary><c>cistern send</c>: lines of a file or of standard input, sent as Firehose would send them.</summary>
internal sealed class SendCommand : CisternCommand
{
    private const string DefaultStream = "arn:aws:firehose:local:000000000000:deliverystream/cistern-send";

    private readonly Argument<string> _file = new("file") { Description = "The file to send, plain or gzip; - is standard input.", DefaultValueFactory = _ => "-", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<Uri?> _url = SharedOptions.Url("The address of the destination; without a path, /firehose is meant.");
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<string> _stream = new("--stream") { Description = "The ARN of the delivery stream to send as.", HelpName = "ARN", DefaultValueFactory = _ => DefaultStream };
    private readonly Option<bool> _gzip = new("--gzip") { Description = "Compress the bodies." };
    private readonly Option<int> _records = SharedOptions.Number("--records", "Records in a delivery at most; a line is a record.", EnvelopeWriter.RecordsMax, 1, EnvelopeWriter.RecordsMax);
    private readonly Option<long> _bytes = SharedOptions.Bytes("--bytes", "Bytes of records in a delivery at most, before base64; up to 64MiB.", 5L << 20);
    private readonly Option<TimeSpan> _interval = SharedOptions.Duration("--interval", "A delivery goes when it is this old, full or not.", TimeSpan.FromSeconds(5));
    private readonly Option<string[]> _attributes = SharedOptions.Pairs("--attribute", "A common attribute of every delivery; may be given several times.");
    private readonly Option<int> _parallel = SharedOptions.Number("--parallel", "Deliveries in flight at a time.", 2, 1, 256);
    private readonly Option<TimeSpan> _retryFor = SharedOptions.Duration("--retry-for", "How long a failed delivery is tried again, at most 2h.", TimeSpan.FromSeconds(300));
    private readonly Option<int> _repeat = SharedOptions.Number("--repeat", "Send the file this many times, each time with new delivery ids.", 1, 1, 1_000_000);
    private readonly Option<int> _rate = SharedOptions.Number("--rate", "Lines a second; 0 is as fast as it goes.", 0, 0, 10_000_000);
    private readonly Option<string?> _failed = new("--failed") { Description = "Keep deliveries that were given up in this folder, as Firehose's error objects.", HelpName = "DIR" };

    public SendCommand(CommandContext context)
        : base(
            "send",
            "Send lines through the Firehose protocol, with its batching, retries and checks of the answers.",
            "cistern send access.tsv.gz --url http://127.0.0.1:8080/firehose --key $KEY --gzip",
            "tail -f realtime.tsv | cistern send --url https://logs.example.com/v1/logs/aws_data_firehose_cloudfront --key $KEY --attribute cloudfront-fields=1-46",
            "cistern send sample.tsv --url http://127.0.0.1:8080 --key $KEY --repeat 100 --rate 5000 --failed ./failed")
    {
        Add(_file);
        Add(_url);
        Add(_key);
        Add(_stream);
        Add(_gzip);
        Add(_records);
        Add(_bytes);
        Add(_interval);
        Add(_attributes);
        Add(_parallel);
        Add(_retryFor);
        Add(_repeat);
        Add(_rate);
        Add(_failed);
        SetAction((parsed, cancel) => RunAsync(context, ReadOptions(parsed), cancel));
    }

    private SendOptions ReadOptions(ParseResult parsed)
    {
        var url = parsed.GetValue(_url) ?? throw new CommandMisuseException($"--url is missing; name the destination, or set {SharedOptions.UrlVariable}");
        var options = new SendOptions
        {
            File = parsed.GetValue(_file)!,
            Destination = new HttpDestination
            {
                Url = url.AbsolutePath == "/" ? new Uri(url, "/firehose") : url,
                SourceArn = parsed.GetValue(_stream)!,
                AccessKey = parsed.GetValue(_key) ?? "",
                CommonAttributes = SharedOptions.ReadPairs(parsed.GetValue(_attributes)),
                RetryWindow = parsed.GetValue(_retryFor),
            },
            Gzip = parsed.GetValue(_gzip),
            Records = parsed.GetValue(_records),
            Bytes = parsed.GetValue(_bytes),
            Interval = parsed.GetValue(_interval),
            Parallel = parsed.GetValue(_parallel),
            Repeat = parsed.GetValue(_repeat),
            Rate = parsed.GetValue(_rate),
            FailedFolder = parsed.GetValue(_failed),
        };
        return options.FindProblem() is { } problem ? throw new CommandMisuseException(problem) : options;
    }

    private static async Task<int> RunAsync(CommandContext context, SendOptions options, CancellationToken cancel)
    {
        using var http = new HttpMessageInvoker(FirehoseSender.CreateHandler(options.Destination.Url));
        var progress = new ProgressLine(context.Terminal, context.Time);
        var statistics = new SendStatistics(context.Time);
        var sender = new FirehoseSender(http, options.Destination, context.Time, Random.Shared);
        sender.Retrying += (delivery, attempt, pause) =>
            progress.Note($"delivery {delivery.RequestId} will be tried again in {Units.Seconds(pause.TotalSeconds)}: {attempt.Error?.Code()}, {attempt.Message}");

        using var lines = new LineSender(context, options, sender, statistics, progress);
        long tooLong;
        try
        {
            tooLong = await lines.RunAsync(cancel);
        }
        catch (InvalidDataException exception)
        {
            throw new CommandFailedException($"cannot send {options.File} to its end: {exception.Message}");
        }
        finally
        {
            progress.Finish();
        }

        statistics.Write(context.Terminal.Out);
        if (tooLong > 0)
        {
            context.Terminal.Error.WriteLine($"{tooLong} lines were left out: a Firehose record holds at most {EnvelopeWriter.RecordBytesMax} bytes");
        }

        return statistics.GivenUp > 0 || tooLong > 0 ? ExitCode.Failed : ExitCode.Ok;
    }
}
