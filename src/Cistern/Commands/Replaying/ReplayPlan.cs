using Cistern.Delivery.Http;
using Cistern.Replay;

namespace Cistern.Commands.Replaying;

/// <summary>How a replay is to be done.</summary>
/// <param name="List">Gives the objects, in order.</param>
/// <param name="Destination">Where to; the stream is set for each object.</param>
/// <param name="Plain">The destination is a Firehose endpoint of any kind; it is not asked what it made of the deliveries.</param>
/// <param name="StateFile">Where is noted what was done.</param>
/// <param name="Again">What was done before is sent once more.</param>
internal sealed record ReplayPlan(
    Func<CancellationToken, IAsyncEnumerable<ReplayObject>> List, ReplayReading Reading, ReplayArn Arn, HttpDestination Destination, bool Plain, int Parallel, string StateFile, bool Again)
{
    /// <summary>What the state belongs to.</summary>
    public string Target { get; init; } = string.Join('\n', Destination.Url.AbsoluteUri, Reading.Identity, Reading.BatchBytes, Arn);

    /// <summary>Makes the connections to the destination.</summary>
    public Func<Uri, HttpMessageInvoker> Connect { get; init; } = url => new HttpMessageInvoker(FirehoseSender.CreateHandler(url));
}
