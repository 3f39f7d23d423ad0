using System.Net;
using System.Net.Sockets;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Stands between a client and a server, and ends connections where a test wants them to end.</summary>
internal sealed class CutRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly int _target;
    private readonly Task _accepting;
    private readonly List<Task> _relayed = [];

    public CutRelay(Uri target)
    {
        _target = target.Port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public int Connections { get; private set; }

    /// <summary>The next request on a connection finds it closed; the server never sees it.</summary>
    public bool ClosesAtNextRequest { get; set; }

    /// <summary>So many bytes of the next answer arrive, then the connection ends. The server has done what it was told.</summary>
    public long? AnswerBytes { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_relayed);
        _end.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                Connections++;
                _relayed.Add(RelayAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _target);
                await Task.WhenAny(AskAsync(client.GetStream(), server.GetStream()), AnswerAsync(server.GetStream(), client.GetStream()));
            }
            catch (SocketException)
            {
                // Without a server there is nothing to relay.
            }
        }
    }

    private async Task AskAsync(NetworkStream client, NetworkStream server)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await client.ReadAsync(buffer, _end.Token) is > 0 and var read && !ClosesAtNextRequest)
            {
                await server.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }

            ClosesAtNextRequest = false;
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has ended it.
        }
    }

    private async Task AnswerAsync(NetworkStream server, NetworkStream client)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await server.ReadAsync(buffer, _end.Token) is > 0 and var read)
            {
                var part = (int)Math.Min(read, AnswerBytes ?? long.MaxValue);
                await client.WriteAsync(buffer.AsMemory(0, part), _end.Token);
                AnswerBytes -= part;
                if (part < read)
                {
                    AnswerBytes = null;
                    return;
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has ended it.
        }
    }
}
