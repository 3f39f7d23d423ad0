using Cistern.Delivery.Http;

namespace Cistern.Tests.Faults;

/// <summary>A delivery as a test made it: what must be found of it in the store.</summary>
/// <param name="Paths">The path of each good line that no other delivery holds.</param>
/// <param name="Again">Paths of lines that are in here and in an earlier delivery, too.</param>
/// <param name="BadLines">Lines that cannot be decoded, each of them the only one of its text.</param>
internal sealed record SentDelivery(OutgoingDelivery Wire, IReadOnlyList<string> Paths, IReadOnlyList<string> Again, IReadOnlyList<string> BadLines)
{
    private int _answered;

    public string Id => Wire.RequestId;

    /// <summary>It was answered 200 at least once, so it must be stored.</summary>
    public bool Answered => Volatile.Read(ref _answered) != 0;

    public void MarkAnswered() => Interlocked.Exchange(ref _answered, 1);
}
