using System.Threading.Channels;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Sending;

/// <summary>Sends deliveries as they come, a bounded number at a time, and tells what became of each.</summary>
/// <remarks>
/// The queue holds one delivery besides those being sent, so memory is bounded by <c>parallel + 2</c> bodies. The owner calls
/// <see cref="SendAsync"/> for each and <see cref="CompleteAsync"/> at the end, which also brings out what went wrong.
/// </remarks>
internal sealed class DeliveryPump<T>
    where T : notnull
{
    private readonly FirehoseSender _sender;
    private readonly Func<T, OutgoingDelivery> _deliveryOf;
    private readonly Action<T, DeliveryOutcome> _done;
    private readonly Channel<T> _queue = Channel.CreateBounded<T>(1);
    private readonly Task _workers;

    /// <param name="deliveryOf">The delivery in what is pumped; the rest is for <paramref name="done"/>.</param>
    /// <param name="done">Called once for each delivery, from several tasks at a time.</param>
    public DeliveryPump(FirehoseSender sender, Func<T, OutgoingDelivery> deliveryOf, int parallel, Action<T, DeliveryOutcome> done, CancellationToken cancel)
    {
        (_sender, _deliveryOf, _done) = (sender, deliveryOf, done);
        _workers = Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => Task.Run(() => WorkAsync(cancel), cancel)));
    }

    public async ValueTask SendAsync(T delivery, CancellationToken cancel)
    {
        try
        {
            await _queue.Writer.WriteAsync(delivery, cancel);
        }
        catch (ChannelClosedException)
        {
            await _workers; // A worker failed and closed the queue: its exception says why.
            throw;
        }
    }

    public async Task CompleteAsync()
    {
        _queue.Writer.TryComplete();
        await _workers;
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            await foreach (var delivery in _queue.Reader.ReadAllAsync(cancel))
            {
                _done(delivery, await _sender.SendAsync(_deliveryOf(delivery), cancel));
            }
        }
        finally
        {
            // If one worker fails, the producer must not wait for room that nobody makes.
            _queue.Writer.TryComplete();
        }
    }
}
