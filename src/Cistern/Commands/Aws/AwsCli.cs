using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cistern.Commands.Aws;

/// <summary>The user's own AWS CLI: their credentials, profiles and proxies, none of which we ever see.</summary>
/// <remarks>Version 1 and 2. Arguments are handed over one by one, no shell reads them; the answer is JSON.</remarks>
internal sealed partial class AwsCli(AwsCliPlace place)
{
    private const int AnswerCharsMax = 32 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs <c>aws SERVICE OPERATION …</c>.</summary>
    /// <param name="arguments">Such as <c>firehose describe-delivery-stream --delivery-stream-name NAME</c>; region, profile and output are added.</param>
    /// <exception cref="CommandFailedException">There is no AWS CLI, it took longer than two minutes, or it answered what is no JSON. What AWS refuses is an answer, not an exception.</exception>
    public async Task<AwsCliAnswer> CallAsync(IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        using var process = Start([.. arguments, .. place.Arguments]);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(Limit);
        try
        {
            var error = ReadAsync(process.StandardError, timeout.Token);
            var output = await ReadAsync(process.StandardOutput, timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return process.ExitCode == 0 ? new AwsCliAnswer(Parse(output, arguments), null, "") : Refusal(process.ExitCode, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancel.ThrowIfCancellationRequested();
            throw new CommandFailedException($"'{place.Command} {Name(arguments)}' did not end within {Limit.TotalSeconds:0} s");
        }
    }

    private Process Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(place.Command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false, StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8 };
        start.Environment["AWS_PAGER"] = "";
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return process;
        }
        catch (Win32Exception)
        {
            throw new CommandFailedException($"cannot run '{place.Command}': this needs the AWS CLI, installed and signed in (aws configure, aws sso login); --aws-command says where it is");
        }
    }

    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancel)
    {
        var text = new StringBuilder();
        var buffer = new char[8192];
        while (await reader.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            text.Append(buffer, 0, text.Length < AnswerCharsMax ? read : 0);
        }

        return text.ToString();
    }

    // Operations without an answer print nothing.
    private JsonElement Parse(string output, IReadOnlyList<string> arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(string.IsNullOrWhiteSpace(output) ? "{}" : output);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw new CommandFailedException($"'{place.Command} {Name(arguments)}' did not answer with JSON but with '{output.Trim()[..Math.Min(200, output.Trim().Length)]}'");
        }
    }

    private static AwsCliAnswer Refusal(int exitCode, string error)
    {
        var sentence = string.Join(' ', error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var match = ServiceError().Match(sentence);
        return new AwsCliAnswer(default, match.Success ? match.Groups["code"].Value : exitCode is 253 ? "NoCredentials" : "Failed", match.Success ? match.Groups["text"].Value : sentence);
    }

    private static string Name(IReadOnlyList<string> arguments) => string.Join(' ', arguments.Take(2));

    [GeneratedRegex(@"An error occurred \((?<code>[^)]+)\) when calling the \w+ operation(?: \([^)]*\))?: (?<text>.*)$")]
    private static partial Regex ServiceError();
}
