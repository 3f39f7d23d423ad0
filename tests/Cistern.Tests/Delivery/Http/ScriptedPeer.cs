using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cistern.Tests.Delivery.Http;

/// <summary>What a peer got: header names as they came, and the body after inflation.</summary>
internal sealed record ReceivedRequest(string RequestLine, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] WireBody)
{
    public string? this[string name] => Headers.FirstOrDefault(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    public string RequestId => this["X-Amz-Firehose-Request-Id"]!;

    public byte[] Body
    {
        get
        {
            if (this["Content-Encoding"] != "gzip")
            {
                return WireBody;
            }

            using var inflated = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(WireBody), CompressionMode.Decompress);
            gzip.CopyTo(inflated);
            return inflated.ToArray();
        }
    }

    public List<string> Records()
    {
        using var document = JsonDocument.Parse(Body);
        return [.. document.RootElement.GetProperty("records").EnumerateArray().Select(record => Encoding.UTF8.GetString(record.GetProperty("data").GetBytesFromBase64()))];
    }
}

/// <summary>A peer on loopback that answers the n-th request with the n-th line of its script, byte for byte; the last line goes on for ever.</summary>
internal sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<ReceivedRequest, byte[]?>[] _script;
    private readonly List<ReceivedRequest> _requests = [];
    private readonly Task _accepting;

    /// <param name="script">Makes an answer from a request; null resets the connection, an empty one never answers.</param>
    public ScriptedPeer(params Func<ReceivedRequest, byte[]?>[] script)
    {
        _script = script;
        _listener.Start();
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/firehose?tenant=7");
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    public IReadOnlyList<ReceivedRequest> Requests
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public static byte[]? Stored(ReceivedRequest request) => Json(200, $$"""{"requestId":"{{request.RequestId}}","timestamp":1760000060420}""");

    public static Func<ReceivedRequest, byte[]?> Status(int status) =>
        request => Json(status, $$"""{"requestId":"{{request.RequestId}}","timestamp":1760000060420,"errorMessage":"not now"}""");

    public static byte[]? Reset(ReceivedRequest request) => null;

    public static byte[]? Hang(ReceivedRequest request) => [];

    public static byte[] Json(int status, string body, string headers = "Content-Type: application/json\r\n") =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Answer\r\n{headers}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await using var stream = new NetworkStream(socket);
                while (await ReadAsync(stream) is { } request && await AnswerAsync(stream, socket, request))
                {
                }
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
            {
                // The sender went away, which some tests want.
            }
        }
    }

    private async Task<bool> AnswerAsync(NetworkStream stream, Socket socket, ReceivedRequest request)
    {
        int number;
        lock (_requests)
        {
            number = _requests.Count;
            _requests.Add(request);
        }

        var answer = _script[Math.Min(number, _script.Length - 1)](request);
        if (answer is null)
        {
            socket.LingerState = new LingerOption(true, 0);
            return false;
        }

        if (answer.Length == 0)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        await stream.WriteAsync(answer, _stop.Token);
        return true;
    }

    private async Task<ReceivedRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].Select(line => KeyValuePair.Create(line[..line.IndexOf(':')], line[(line.IndexOf(':') + 1)..].Trim())).ToList();
        var length = int.Parse(headers.First(header => header.Key == "Content-Length").Value, CultureInfo.InvariantCulture);
        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new ReceivedRequest(lines[0], headers, body);
    }
}
