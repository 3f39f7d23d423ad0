using System.Net.Sockets;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Sends one request over a stream and reads its answer, both at the same time: whoever refuses a body often answers before it is there.</summary>
internal sealed class Exchange(TimeSpan limit, TimeProvider time)
{
    private const int PieceBytes = 64 << 10;

    // What a peer said before it cut the connection may still be on its way.
    private static readonly TimeSpan _afterCut = TimeSpan.FromSeconds(2);

    private bool _stalled;

    /// <summary>Throws only when cancelled.</summary>
    public async Task<ExchangeResult> RunAsync(Stream stream, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var writing = WriteAsync(stream, head, body, stop.Token);
        var reading = new AnswerReader(stream).ReadAsync(stop.Token);
        try
        {
            if (await Task.WhenAny(writing, reading) == writing)
            {
                stop.CancelAfter(await writing && !_stalled ? limit : _afterCut);
            }

            return new ExchangeResult(await reading, null, "", time.GetElapsedTime(started));
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested)
        {
            var (kind, detail) = Name(failure);
            return new ExchangeResult(null, kind, detail, time.GetElapsedTime(started));
        }
        finally
        {
            await stop.CancelAsync();
            await EndAsync(writing, reading);
        }
    }

    // False if the peer does not take it all.
    private async Task<bool> WriteAsync(Stream stream, ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        try
        {
            await WritePieceAsync(stream, head, cancel);
            for (; body.Length > 0; body = body[Math.Min(PieceBytes, body.Length)..])
            {
                await WritePieceAsync(stream, body[..Math.Min(PieceBytes, body.Length)], cancel);
            }

            return true;
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task WritePieceAsync(Stream stream, ReadOnlyMemory<byte> piece, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            await stream.WriteAsync(piece, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            _stalled = true;
            throw;
        }
    }

    private (FindingKind Kind, string Detail) Name(Exception failure) => failure switch
    {
        _ when _stalled => (FindingKinds.BodyNotRead, $"for {Units.Seconds(limit.TotalSeconds)}"),
        BadAnswerException bad => (bad.Kind, bad.Message),
        OperationCanceledException => (FindingKinds.AnswerTimeout, $"nothing whole within {Units.Seconds(limit.TotalSeconds)}"),
        EndOfStreamException => (FindingKinds.ConnectionReset, failure.Message),
        _ => (FindingKinds.ConnectionReset, failure.GetBaseException().Message),
    };

    private static async Task EndAsync(params Task[] tasks)
    {
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException or OperationCanceledException or BadAnswerException)
        {
            // Told already.
        }
    }
}
