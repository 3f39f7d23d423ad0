using System.CommandLine;
using System.Net.Security;

namespace Cistern.Commands;

/// <summary><c>cistern ready</c>: whether a server takes deliveries, as an exit code. The health check of a container, whose image has nothing else to ask with.</summary>
internal sealed class ReadyCommand : CisternCommand
{
    private static readonly Uri s_address = new("http://127.0.0.1:8080");

    private readonly Option<Uri?> _url = new("--url") { Description = $"The server's address. Default: {s_address}", HelpName = "URL", CustomParser = SharedOptions.ParseUrl, DefaultValueFactory = static _ => s_address };
    private readonly Option<TimeSpan> _timeout = SharedOptions.Duration("--timeout", "How long to wait for the answer.", TimeSpan.FromSeconds(4));

    public ReadyCommand(CommandContext context)
        : base("ready", "Say whether a server takes deliveries: exit code 0 if it does. No key is needed.", "cistern ready", "cistern ready --url https://127.0.0.1:8443")
    {
        Add(_url);
        Add(_timeout);
        SetAction((parsed, cancel) => RunAsync(context, parsed.GetValue(_url)!, parsed.GetValue(_timeout), cancel));
    }

    private static async Task<int> RunAsync(CommandContext context, Uri url, TimeSpan timeout, CancellationToken cancel)
    {
        using var http = new HttpClient(Handler(url)) { Timeout = timeout };
        try
        {
            using var answer = await http.GetAsync(new Uri(url, "/readyz"), cancel);
            var text = (await answer.Content.ReadAsStringAsync(cancel)).Trim();
            if (!answer.IsSuccessStatusCode)
            {
                throw new CommandFailedException($"not ready ({(int)answer.StatusCode}): {text}");
            }

            context.Terminal.Out.WriteLine(text);
            return ExitCode.Ok;
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailedException($"cannot reach {url}: {failure.Message}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandFailedException($"{url} did not answer within {timeout.TotalSeconds} s");
        }
    }

    // The certificate is made for the name that senders use, and this machine is asked by its own address.
    private static SocketsHttpHandler Handler(Uri url)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (url.IsLoopback)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable);
        }

        return handler;
    }
}
