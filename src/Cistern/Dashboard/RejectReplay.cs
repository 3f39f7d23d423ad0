using System.Net.Security;
using Cistern.Commands;
using Cistern.Commands.Asking;
using Cistern.Commands.Replaying;
using Cistern.Ingest.Keys;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Cistern.Dashboard;

/// <summary>How a replay of rejects goes or went.</summary>
/// <param name="Ended">Null while it runs.</param>
/// <param name="Problem">Why it ended before its end, or null.</param>
internal sealed record RejectReplayProgress(DateTimeOffset Started, DateTimeOffset? Ended, long Rejects, long Deliveries, long Rows, long Repeats, long Rejected, string? Problem);

/// <summary>Sends rejects to this server again, in the background and one replay at a time: what <c>cistern replay rejects</c> does, over HTTP like it, with a key that goes at the end.</summary>
internal sealed partial class RejectReplay(IServer server, KeyStore keys, AccessKeys active, TimeProvider time, ILogger<RejectReplay> logger) : IAsyncDisposable
{
    private static readonly TimeSpan _retryFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _keyLife = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private Func<RejectReplayProgress>? _last;
    private Task _running = Task.CompletedTask;

    /// <summary>The last replay since the start of the server, or null.</summary>
    public RejectReplayProgress? Last
    {
        get
        {
            lock (_gate)
            {
                return _last?.Invoke();
            }
        }
    }

    /// <summary>Begins a replay; false if one runs.</summary>
    public bool TryStart(RejectQuestion question)
    {
        lock (_gate)
        {
            if (!_running.IsCompleted)
            {
                return false;
            }

            var started = time.GetUtcNow();
            _last = () => new RejectReplayProgress(started, null, 0, 0, 0, 0, 0, null);
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
        void Tell(bool ended, string? problem) => Keep(() => new RejectReplayProgress(
            started, ended ? time.GetUtcNow() : null, replayer?.Rejects ?? 0, replayer?.Deliveries ?? 0, replayer?.Ledger.Rows ?? 0, replayer?.Ledger.Repeats ?? 0, replayer?.Ledger.Rejected ?? 0, problem), ended);
        try
        {
            var name = $"replay-{Guid.NewGuid():N}"[..15];
            var key = keys.Create(new NewKey { Name = name, Scopes = KeyScopes.Admin, Expires = started + _keyLife }).Secret?.Reveal() ?? throw new CommandFailedException("no key could be made for it");
            active.ReadIfChanged();
            try
            {
                using var http = new HttpClient(TrustingHandler()) { Timeout = _answerTimeout };
                var api = new ApiClient(http, OwnAddress(), key);
                replayer = new RejectReplayer(time, OwnAddress(), key, api, note: _ => { }, moved: () => { }, attributes: [], _retryFor, again: false) { Connect = _ => new HttpMessageInvoker(TrustingHandler()) };
                Tell(ended: false, null);
                await replayer.SendAsync(question, _stop.Token);
                await replayer.Ledger.AskAsync(api, _stop.Token);
            }
            finally
            {
                keys.Revoke(name);
                active.ReadIfChanged();
            }

            Tell(ended: true, null);
        }
        catch (OperationCanceledException)
        {
            Tell(ended: true, "the server was stopped; another replay goes on");
        }
        catch (Exception failure) when (failure is CommandFailedException or KeyFileException or IOException or HttpRequestException)
        {
            Tell(ended: true, failure.Message);
        }

        Log.Ended(logger, Last?.Rejects ?? 0, Last?.Rows ?? 0, Last?.Problem ?? "");
    }

    // What has ended is kept as it was.
    private void Keep(Func<RejectReplayProgress> progress, bool ended)
    {
        var kept = ended ? progress() : null;
        lock (_gate)
        {
            _last = kept is null ? progress : () => kept;
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
        [LoggerMessage(3041, LogLevel.Information, "Replayed {Rejects} rejects, which gave {Rows} rows {Problem}")]
        public static partial void Ended(ILogger logger, long rejects, long rows, string problem);
    }
}
