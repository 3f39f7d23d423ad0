using System.Net.Security;
using Cistern.Commands;
using Cistern.Commands.Asking;
using Cistern.Commands.Replaying;
using Cistern.Ingest.Keys;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Cistern.Dashboard;

/// <summary>Sends rejects to this server again, in the background and one replay at a time: what <c>cistern replay rejects</c> does, over HTTP like it, with a key that goes at the end.</summary>
internal sealed partial class RejectReplay(IServer server, RejectReplayFile file, KeyStore keys, AccessKeys active, TimeProvider time, ILogger<RejectReplay> logger) : IAsyncDisposable
{
    private static readonly TimeSpan _retryFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _keyLife = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>The last replay, of whichever server on the store; null if there was none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public RejectReplayProgress? Last => file.Read();

    /// <summary>Begins a replay; false if one runs, here or on another server.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    public bool TryStart(RejectQuestion question)
    {
        lock (_gate)
        {
            var started = time.GetUtcNow();
            if (!_running.IsCompleted || !file.TryBegin(new RejectReplayProgress(started, null, 0, 0, 0, 0, 0, null)))
            {
                return false;
            }

            _running = Task.Run(() => RunAsync(question, started));
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    // Never throws: what went wrong is the outcome.
    private async Task RunAsync(RejectQuestion question, DateTimeOffset started)
    {
        RejectReplayer? replayer = null;
        RejectReplayProgress Progress(DateTimeOffset? ended, string? problem) => new(
            started, ended, replayer?.Rejects ?? 0, replayer?.Deliveries ?? 0, replayer?.Ledger.Rows ?? 0, replayer?.Ledger.Repeats ?? 0, replayer?.Ledger.Rejected ?? 0, problem);
        var sending = SendAsync(question, started, made => replayer = made);
        while (await Task.WhenAny(sending, Task.Delay(RejectReplayFile.Beat, time)) != sending)
        {
            TryTell(Progress(null, null));
        }

        var last = Progress(time.GetUtcNow(), await sending);
        TryTell(last);
        Log.Ended(logger, last.Rejects, last.Rows, last.Problem ?? "");
    }

    // Why it ended before its end; null if it did not.
    private async Task<string?> SendAsync(RejectQuestion question, DateTimeOffset started, Action<RejectReplayer> made)
    {
        try
        {
            var name = $"replay-{Guid.NewGuid():N}"[..15];
            var key = keys.Create(new NewKey { Name = name, Scopes = KeyScopes.Admin, Expires = started + _keyLife }).Secret?.Reveal() ?? throw new CommandFailedException("no key could be made for it");
            active.ReadIfChanged();
            try
            {
                using var http = new HttpClient(TrustingHandler()) { Timeout = _answerTimeout };
                var api = new ApiClient(http, OwnAddress(), key);
                var replayer = new RejectReplayer(time, OwnAddress(), key, api, note: _ => { }, moved: () => { }, attributes: [], _retryFor, again: false) { Connect = _ => new HttpMessageInvoker(TrustingHandler()) };
                made(replayer);
                await replayer.SendAsync(question, _stop.Token);
                await replayer.Ledger.AskAsync(api, _stop.Token);
                return null;
            }
            finally
            {
                keys.Revoke(name);
                active.ReadIfChanged();
            }
        }
        catch (OperationCanceledException)
        {
            return "the server was stopped; another replay goes on";
        }
        catch (Exception failure) when (failure is CommandFailedException or KeyFileException or IOException or HttpRequestException)
        {
            return failure.Message;
        }
    }

    // What cannot be written down now is written with the next.
    private void TryTell(RejectReplayProgress progress)
    {
        try
        {
            file.Tell(progress);
        }
        catch (IOException error)
        {
            Log.NotWritten(logger, error.Message);
        }
    }

    private Uri OwnAddress()
    {
        var address = server.Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(address.Replace("[::]", "127.0.0.1", StringComparison.Ordinal).Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal).Replace("*", "127.0.0.1", StringComparison.Ordinal));
    }

    // The certificate is our own, and made for another name than the loopback's.
    private static SocketsHttpHandler TrustingHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, _, _, errors) => !errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) },
    };

    private static partial class Log
    {
        [LoggerMessage(3042, LogLevel.Warning, "How the replay of rejects goes could not be written down: {Problem}")]
        public static partial void NotWritten(ILogger logger, string problem);

        [LoggerMessage(3041, LogLevel.Information, "Replayed {Rejects} rejects, which gave {Rows} rows {Problem}")]
        public static partial void Ended(ILogger logger, long rejects, long rows, string problem);
    }
}
