using System.Net.Sockets;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>The connections of production, counted: how many were opened, and the bytes that went over them.</summary>
internal sealed class CountedConnections : IDisposable
{
    private long _sent;
    private long _received;
    private int _opened;

    public CountedConnections()
    {
        var handler = ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10));
        handler.ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            Interlocked.Increment(ref _opened);
            return new CountedStream(socket, this);
        };
        Http = new HttpMessageInvoker(handler);
    }

    public HttpMessageInvoker Http { get; }

    public int Opened => Volatile.Read(ref _opened);

    public long Sent => Interlocked.Read(ref _sent);

    public long Received => Interlocked.Read(ref _received);

    public void Dispose() => Http.Dispose();

    private sealed class CountedStream(Socket socket, CountedConnections counts) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Read(await base.ReadAsync(buffer, cancellationToken));

        public override int Read(Span<byte> buffer) => Read(base.Read(buffer));

        public override int Read(byte[] buffer, int offset, int count) => Read(base.Read(buffer, offset, count));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Add(ref counts._sent, buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Interlocked.Add(ref counts._sent, buffer.Length);
            base.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Interlocked.Add(ref counts._sent, count);
            base.Write(buffer, offset, count);
        }

        private int Read(int bytes)
        {
            Interlocked.Add(ref counts._received, bytes);
            return bytes;
        }
    }
}
