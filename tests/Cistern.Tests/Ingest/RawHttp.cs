using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Cistern.Tests.Ingest;

/// <summary>An answer as it came over the wire.</summary>
internal sealed record RawAnswer(int Status, string Reason, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.Where(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(header => header.Value).SingleOrDefault();
}

/// <summary>A connection on which a test writes its own bytes, because a client library would put right what the test wants wrong.</summary>
internal sealed class RawHttp : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client = new();
    private readonly NetworkStream _stream;
    private readonly List<byte> _unread = [];

    public RawHttp(Uri server)
    {
        _client.Connect(server.Host, server.Port);
        _client.NoDelay = true;
        _stream = _client.GetStream();
    }

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Limit);
        await _stream.WriteAsync(bytes, limit.Token);
    }

    /// <summary>Sends the head of a POST; header lines are given without their line ends.</summary>
    public Task SendHeadAsync(string method, string path, params IEnumerable<string> headers) =>
        SendAsync($"{method} {path} HTTP/1.1\r\nHost: test\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");

    public async Task<RawAnswer> ReadAnswerAsync(bool withoutBody = false)
    {
        var head = Encoding.Latin1.GetString(await ReadHeadAsync());
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var status = lines[0].Split(' ', 3);
        var headers = lines[1..].Select(line => line.Split(": ", 2)).Select(parts => (parts[0], parts[1])).ToArray();
        var length = headers.Where(header => header.Item1.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Select(header => header.Item2).SingleOrDefault("0");
        var body = withoutBody ? [] : await ReadAsync(int.Parse(length, CultureInfo.InvariantCulture));
        return new RawAnswer(int.Parse(status[1], CultureInfo.InvariantCulture), status[2], headers, body);
    }

    /// <summary>Whether the server closed the connection, with nothing more to read.</summary>
    public async Task<bool> IsClosedAsync()
    {
        try
        {
            return _unread.Count == 0 && await FillAsync() == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Goes away at once, as a client does that crashes.</summary>
    public void Reset()
    {
        _client.Client.LingerState = new LingerOption(true, 0);
        _client.Dispose();
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> ReadHeadAsync()
    {
        while (true)
        {
            var end = Encoding.Latin1.GetString([.. _unread]).IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                return Take(end + 4);
            }

            Assert.True(await FillAsync() > 0, $"the connection ended inside of a head: {Encoding.Latin1.GetString([.. _unread])}");
        }
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        while (_unread.Count < count)
        {
            Assert.True(await FillAsync() > 0, $"the connection ended {count - _unread.Count} bytes too early");
        }

        return Take(count);
    }

    private byte[] Take(int count)
    {
        var taken = _unread[..count].ToArray();
        _unread.RemoveRange(0, count);
        return taken;
    }

    private async Task<int> FillAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        var buffer = new byte[16 << 10];
        var count = await _stream.ReadAsync(buffer, limit.Token);
        _unread.AddRange(buffer.AsSpan(0, count));
        return count;
    }
}
