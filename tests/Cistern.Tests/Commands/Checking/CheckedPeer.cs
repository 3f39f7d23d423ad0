using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Cistern.Tests.Commands.Checking;

/// <summary>A request as the peer got it.</summary>
internal sealed record PeerRequest(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Id => Headers.GetValueOrDefault("x-amz-firehose-request-id", "");

    public bool HasKey => Headers.GetValueOrDefault("x-amz-firehose-access-key") == CheckedPeer.Key;

    public bool IsGzip => Headers.ContainsKey("content-encoding");
}

/// <summary>What a peer answers: a fixed text, or whatever it does to the stream.</summary>
internal delegate Task PeerAnswer(PeerRequest request, Stream stream, Socket socket, CancellationToken cancel);

/// <summary>An endpoint on loopback that takes one request a connection and answers as a test wants, byte for byte; with TLS if it is given a certificate.</summary>
internal sealed class CheckedPeer : IAsyncDisposable
{
    public const string Key = "the-right-key";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly SslStreamCertificateContext? _certificate;
    private readonly long _bodyLimit;
    private readonly PeerAnswer _answer;
    private readonly Task _accepting;
    private readonly List<Task> _connections = [];

    /// <param name="bodyLimit">Over it the peer answers 413 before it reads, as proxies do.</param>
    public CheckedPeer(PeerAnswer answer, SslStreamCertificateContext? certificate = null, long bodyLimit = long.MaxValue)
    {
        (_answer, _certificate, _bodyLimit) = (answer, certificate, bodyLimit);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/firehose");

    /// <summary>The key of each request, in order; empty for none.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>Answers as a good endpoint does, but with what the test changes about a good delivery.</summary>
    public static PeerAnswer Answering(Func<PeerRequest, string> good) => (request, stream, _, cancel) =>
        SendAsync(stream, request.HasKey ? good(request) : Refusal(request), cancel);

    public static string Good(PeerRequest request) => Ok(Body(request.Id));

    public static string Body(string id) => string.Create(CultureInfo.InvariantCulture, $$"""{"requestId":"{{id}}","timestamp":{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}}""");

    public static string Ok(string body, string headers = "Content-Type: application/json\r\n", string status = "200 OK") =>
        string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public static string Refusal(PeerRequest request) => Ok(Body(request.Id)[..^1] + ",\"errorMessage\":\"no such key\"}", status: "401 Unauthorized");

    public static async Task SendAsync(Stream stream, string text, CancellationToken cancel) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancel);

    /// <summary>Sends a beginning, and then the same again without an end.</summary>
    public static PeerAnswer Endless(string begin, string again) => async (_, stream, _, cancel) =>
    {
        await SendAsync(stream, begin, cancel);
        while (true)
        {
            await SendAsync(stream, again, cancel);
        }
    };

    public static Task Hang(PeerRequest request, Stream stream, Socket socket, CancellationToken cancel) => Task.Delay(Timeout.Infinite, cancel);

    public static Task Reset(PeerRequest request, Stream stream, Socket socket, CancellationToken cancel)
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Close();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test ends.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await using var stream = await OpenAsync(socket);
                if (await ReadAsync(stream) is { } request)
                {
                    Note(request);
                    await _answer(request, stream, socket, _stop.Token);
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException or ObjectDisposedException or System.Security.Authentication.AuthenticationException)
            {
                // The check went away, which it does.
            }
        }
    }

    private async Task<Stream> OpenAsync(Socket socket)
    {
        var plain = new NetworkStream(socket);
        if (_certificate is null)
        {
            return plain;
        }

        var tls = new SslStream(plain);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate }, _stop.Token);
        return tls;
    }

    private void Note(PeerRequest request)
    {
        lock (Keys)
        {
            Keys.Add(request.Headers.GetValueOrDefault("x-amz-firehose-access-key", ""));
        }
    }

    private async Task<PeerRequest?> ReadAsync(Stream stream)
    {
        var reader = new List<byte>();
        var one = new byte[1];
        while (reader.Count < 4 || !(reader[^4] == '\r' && reader[^3] == '\n' && reader[^2] == '\r' && reader[^1] == '\n'))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            reader.Add(one[0]);
        }

        var lines = Encoding.Latin1.GetString([.. reader]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].ToDictionary(line => line[..line.IndexOf(':')].ToLowerInvariant(), line => line[(line.IndexOf(':') + 1)..].Trim());
        var length = long.Parse(headers.GetValueOrDefault("content-length", "0"), CultureInfo.InvariantCulture);
        if (length > _bodyLimit)
        {
            await SendAsync(stream, Ok("<html>413 Request Entity Too Large</html>", "Content-Type: text/html\r\n", "413 Request Entity Too Large"), _stop.Token);
            await stream.CopyToAsync(Stream.Null, _stop.Token); // As proxies do: a closed door would take the answer back.
            return null;
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new PeerRequest(lines[0], headers, body);
    }
}
