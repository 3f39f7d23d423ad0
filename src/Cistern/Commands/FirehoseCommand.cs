using System.CommandLine;
using System.Net;
using Cistern.Delivery;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Signing;
using Cistern.Delivery.Aws;
using Cistern.Delivery.Backup;
using Cistern.Delivery.Pipeline;
using Cistern.Delivery.Transform.Local;
using Cistern.Operations.Settings;

namespace Cistern.Commands;

/// <summary><c>cistern firehose</c>: a Firehose service of one's own, until it is told to stop.</summary>
internal sealed class FirehoseCommand : CisternCommand
{
    private readonly Option<string[]> _listen = new("--listen") { Description = $"An address to listen on; several times for several. Default: {FirehoseOptions.DefaultListen}.", HelpName = "URL", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string> _data = new("--data") { Description = "The data folder; it is made if it is not there.", HelpName = "DIR", DefaultValueFactory = static _ => "./firehose" };
    private readonly Option<string> _account = new("--account") { Description = "The account of streams, 12 digits.", HelpName = "N", DefaultValueFactory = static _ => FirehoseOptions.DefaultAccount };
    private readonly Option<string> _region = new("--region") { Description = "The region of requests that do not say theirs by a signature.", HelpName = "REGION", DefaultValueFactory = static _ => FirehoseOptions.DefaultRegion };
    private readonly Option<string?> _credentials = new("--credentials") { Description = "Take only requests signed with a key pair of this file, which is written as ~/.aws/credentials is.", HelpName = "FILE" };
    private readonly Option<bool> _insecure = new("--allow-insecure-endpoints") { Description = "Deliver to http:// and self-signed endpoints also beyond this machine." };
    private readonly Option<bool> _quotas = new("--aws-quotas") { Description = "Refuse puts over AWS's quotas of the region." };
    private readonly Option<string> _certificate = new("--tls-certificate") { Description = "A PEM file with the certificate for https:// addresses.", HelpName = "FILE", DefaultValueFactory = static _ => "" };
    private readonly Option<string> _key = new("--tls-key") { Description = "A PEM file with its key.", HelpName = "FILE", DefaultValueFactory = static _ => "" };

    private readonly Option<string?> _s3 = new("--s3-endpoint") { Description = "Keep buckets at this S3 service. Default: folders in the data folder.", HelpName = "URL" };
    private readonly Option<string[]> _functions = SharedOptions.Pairs("--function", "A Lambda function that is an executable: its name, and the command that runs it.");
    private readonly Option<TimeSpan> _functionTimeout = SharedOptions.Duration("--function-timeout", "How long such a function may work on a batch.", TimeSpan.FromSeconds(60));
    private readonly Option<string?> _lambda = new("--lambda-endpoint") { Description = "Run functions at this Lambda service instead.", HelpName = "URL" };
    private readonly Option<string?> _kinesis = new("--kinesis-endpoint") { Description = "Read data streams of this Kinesis service.", HelpName = "URL" };
    private readonly Option<bool> _loseTooLarge = new("--lose-413") { Description = "Throw a batch away that an endpoint answers with 413, as AWS documents it. Default: back it up." };

    public FirehoseCommand(CommandContext context)
        : base(
            "firehose",
            "Be a Firehose: take records from the AWS CLI and SDKs, buffer, transform, deliver and back them up, until Ctrl-C or SIGTERM.",
            "cistern firehose --data ./firehose",
            "cistern firehose --listen http://127.0.0.1:4573 --data ./firehose --account 111122223333 --region eu-central-1",
            "cistern firehose --listen https://0.0.0.0:4573 --tls-certificate fullchain.pem --tls-key key.pem --credentials ./credentials --data ./firehose")
    {
        foreach (var option in new Option[] { _listen, _data, _account, _region, _credentials, _insecure, _quotas, _s3, _functions, _functionTimeout, _lambda, _kinesis, _loseTooLarge, _certificate, _key })
        {
            Add(option);
        }

        StopTimeout = TimeSpan.FromMinutes(5);
        SetAction((parsed, cancel) => RunAsync(context, ReadOptions(context, parsed), cancel));
    }

    private FirehoseOptions ReadOptions(CommandContext context, ParseResult parsed)
    {
        var options = new FirehoseOptions
        {
            Data = parsed.GetValue(_data)!,
            Listen = parsed.GetValue(_listen) is { Length: > 0 } listen ? listen : [FirehoseOptions.DefaultListen],
            TlsCertificate = parsed.GetValue(_certificate)!,
            TlsKey = parsed.GetValue(_key)!,
            Account = parsed.GetValue(_account)!,
            Region = parsed.GetValue(_region)!,
            Credentials = parsed.GetValue(_credentials) is { } file ? CredentialsFile.Read(file) : [],
            EnforceQuotas = parsed.GetValue(_quotas),
            S3 = ReadUrl(parsed.GetValue(_s3), "--s3-endpoint") is { } service ? new S3Options { Endpoint = service } : null,
            Functions = [.. (parsed.GetValue(_functions) ?? []).Select(ReadFunction)],
            FunctionTimeout = parsed.GetValue(_functionTimeout),
            LambdaEndpoint = ReadUrl(parsed.GetValue(_lambda), "--lambda-endpoint"),
            KinesisEndpoint = ReadUrl(parsed.GetValue(_kinesis), "--kinesis-endpoint"),
            AwsCredentials = AwsCredentials.Of(context.Environment) ?? new AwsCredentials("test", "test"), // Services of one's own take any.
            Delivery = new DeliverySettings { LosesTooLarge = parsed.GetValue(_loseTooLarge) },
            Catalogue = new CatalogueOptions { AllowInsecureEndpoints = parsed.GetValue(_insecure) },
            Time = context.Time,
        };
        return FindProblem(options) is { } problem ? throw new CommandMisuseException(problem) : options;
    }

    private static FunctionCommand ReadFunction(string text) =>
        FunctionCommand.Parse(text, out var problem) ?? throw new CommandMisuseException($"cannot use '{text}' for --function: {problem}");

    private static Uri? ReadUrl(string? text, string option) =>
        text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url
        : throw new CommandMisuseException($"cannot use '{text}' for {option}: it must be an address that begins with http:// or https://");

    private static string? FindProblem(FirehoseOptions options)
    {
        if (options.Account.Length != 12 || !options.Account.All(char.IsAsciiDigit))
        {
            return $"cannot use '{options.Account}' for --account: an account has 12 digits";
        }

        if (!AuthorizationHeader.IsRegion(options.Region))
        {
            return $"cannot use '{options.Region}' for --region: write it as in us-east-1";
        }

        return options.Listen.Select(text => FindListenProblem(text, options)).FirstOrDefault(problem => problem is not null);
    }

    // Beyond this machine everybody could put and read: then it takes credentials, and a wire that cannot be overheard.
    private static string? FindListenProblem(string text, FirehoseOptions options)
    {
        if (!ListenAddress.TryParse(text, out var address))
        {
            return $"cannot listen on '{text}'; write http:// or https://, an IP address, localhost or *, and a port, as in {FirehoseOptions.DefaultListen}";
        }

        if (!address.Loopback && options.Credentials.Count == 0)
        {
            return $"cannot listen on '{text}' beyond this machine without --credentials: everybody could call";
        }

        if (address.Tls && (!File.Exists(options.TlsCertificate) || !File.Exists(options.TlsKey)))
        {
            return $"cannot listen on '{text}' without --tls-certificate and --tls-key, two PEM files";
        }

        return null;
    }

    private static async Task<int> RunAsync(CommandContext context, FirehoseOptions options, CancellationToken cancel)
    {
        await using var server = await FirehoseServer.StartAsync(options, cancel);
        var url = server.Urls[0].Replace("[::]", IPAddress.Loopback.ToString(), StringComparison.Ordinal).Replace("0.0.0.0", IPAddress.Loopback.ToString(), StringComparison.Ordinal);
        context.Terminal.Out.WriteLine($"Firehose on {url}; try: aws firehose list-delivery-streams --endpoint-url {url} --region {options.Region}");
        context.Terminal.Out.Flush();
        await Task.Delay(Timeout.Infinite, cancel).ContinueWith(static _ => { }, TaskScheduler.Default);
        return ExitCode.Ok;
    }
}
