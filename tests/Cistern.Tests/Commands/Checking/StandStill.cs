using System.Net;
using System.Net.Sockets;

namespace Cistern.Tests.Commands.Checking;

/// <summary>A proxy that passes on small requests, and reads no more of a large one after its first bytes.</summary>
internal sealed class StandStill : IAsyncDisposable
{
    private const int SmallBytes = 64 << 10;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly Task _accepting;
    private readonly int _behind;

    public StandStill(int behind)
    {
        _behind = behind;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/firehose");

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
                _connections.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test ends.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _behind, _stop.Token);
                var back = server.GetStream().CopyToAsync(client.GetStream(), _stop.Token);
                await ForwardAsync(client.GetStream(), server.GetStream());
                await back;
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or SocketException)
            {
                // One of both went away.
            }
        }
    }

    private async Task ForwardAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[8192];
        for (var total = 0; await from.ReadAsync(buffer, _stop.Token) is > 0 and var read;)
        {
            total += read;
            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            await Task.Delay(total > SmallBytes ? Timeout.Infinite : 0, _stop.Token);
        }
    }
}
