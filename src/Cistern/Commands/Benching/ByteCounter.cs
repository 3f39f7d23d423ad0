using System.Net;
using System.Net.Sockets;

namespace Cistern.Commands.Benching;

/// <summary>Stands between a node and a ClickHouse and counts what goes through, which neither of them would tell.</summary>
internal sealed class ByteCounter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Uri _to;
    private readonly Task _accepting;
    private long _sent;
    private long _received;

    public ByteCounter(Uri to)
    {
        _to = to;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Bytes from the node to ClickHouse.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Bytes from ClickHouse to the node.</summary>
    public long Received => Interlocked.Read(ref _received);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                running.Add(PassAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running);
        }
    }

    private async Task PassAsync(TcpClient from)
    {
        using (from)
        using (var to = new TcpClient { NoDelay = true })
        {
            from.NoDelay = true;
            try
            {
                await to.ConnectAsync(_to.Host, _to.Port, _stop.Token);
                var (near, far) = (from.GetStream(), to.GetStream());
                await Task.WhenAny(CountAsync(near, far, bytes => Interlocked.Add(ref _sent, bytes)), CountAsync(far, near, bytes => Interlocked.Add(ref _received, bytes)));
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException or IOException)
            {
                // Either side ends its connections when it likes.
            }
        }
    }

    private async Task CountAsync(NetworkStream from, NetworkStream to, Action<int> count)
    {
        try
        {
            var buffer = new byte[64 << 10];
            while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var bytes)
            {
                count(bytes);
                await to.WriteAsync(buffer.AsMemory(0, bytes), _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or IOException or ObjectDisposedException)
        {
        }
    }
}
