using System.Runtime.InteropServices;
using Cistern.Store.Identity;

namespace Cistern.Store.Embedded.Identity;

/// <summary>Which deliveries are stored: those of the last day in bounded memory, imports for ever.</summary>
/// <remarks>
/// A delivery is known by the ARN of its source and its id, hashed to 128 bits with a key that nobody outside knows. One writer. Before a delivery is
/// durable its id may have to go again: withdraw in the reverse order of adding.
/// </remarks>
internal sealed class DeliveryIds(SipKey key, TimeSpan window, long maxBytes)
{
    private readonly IdentityWindow _recent = new(window, maxBytes);
    private readonly HashSet<UInt128> _imports = [];

    /// <summary>Ids held.</summary>
    public int Count => _recent.Count + _imports.Count;

    /// <summary>What a delivery is known by. Strings of the process, not of the disk: the hash is of their UTF-16.</summary>
    public UInt128 Identify(string stream, string deliveryId)
    {
        var hash = new SipHash128(key);
        hash.AppendField(MemoryMarshal.AsBytes(stream.AsSpan()));
        hash.AppendField(MemoryMarshal.AsBytes(deliveryId.AsSpan()));
        return hash.Finish();
    }

    /// <summary>Adds a delivery; false if it is stored already. One whose scope is <see cref="RepeatScope.None"/> is always new and not remembered.</summary>
    public bool TryAdd(UInt128 delivery, RepeatScope scope, long receivedMs) => scope switch
    {
        RepeatScope.Delivery => _recent.TryAdd(delivery, receivedMs),
        RepeatScope.Import => _imports.Add(delivery),
        RepeatScope.None => true,
    };

    /// <summary>Forgets the delivery that was added last: it did not become durable.</summary>
    /// <exception cref="InvalidOperationException">Another one was added after it: a mistake in our code.</exception>
    public void Withdraw(UInt128 delivery, RepeatScope scope)
    {
        if (scope == RepeatScope.Import)
        {
            _imports.Remove(delivery);
        }
        else if (scope == RepeatScope.Delivery)
        {
            if (_recent.Newest != delivery)
            {
                throw new InvalidOperationException("a delivery id is withdrawn that is not the last that was added");
            }

            _recent.Withdraw(1);
        }
    }

    /// <summary>How far back every delivery is remembered.</summary>
    public TimeSpan Reach(long nowMs) => _recent.Reach(nowMs);
}
