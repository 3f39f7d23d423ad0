using Cistern.Operations;
using Cistern.Operations.Settings;

namespace Cistern.Ingest;

/// <summary>Reads the body of a request into segments, within the limits of size, time and memory.</summary>
internal sealed class BodyReader(FairBudget budget, IngestSettings settings, TimeProvider time)
{
    // A body of unknown length claims this much and doubles its claim when it is used up.
    private const long FirstClaim = 1L << 20;

    /// <summary>Claims memory, waits for it, and reads the body.</summary>
    /// <returns>Null, or why the body was not read.</returns>
    /// <param name="stop">The server stops: no more waiting for memory; <paramref name="abort"/>: nor for bytes.</param>
    /// <exception cref="OperationCanceledException">The client is gone, or <paramref name="abort"/> was set.</exception>
    public async Task<IngestResult?> ReadAsync(HttpRequest request, RequestBody into, BudgetClaim claim, Patience patience, CancellationToken stop, CancellationToken abort)
    {
        if (await ClaimAsync(claim, request.ContentLength ?? FirstClaim, patience, stop) is { } refusal)
        {
            return refusal;
        }

        using var timeout = new CancellationTokenSource(settings.BodyTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, abort);
        try
        {
            return await CopyAsync(request, into, claim, patience, stop, linked.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            return IngestResult.Refused(IngestFault.BodyTooSlow,
                $"the body did not arrive within {SettingText.WriteTime(settings.BodyTimeout)} ({into.Length} bytes did); send smaller batches or raise ingest:bodyTimeout");
        }
        catch (BadHttpRequestException error)
        {
            return IngestResult.Refused(IngestFault.BodyIncomplete, $"cannot read the body: {error.Message}; send it again");
        }
    }

    private async Task<IngestResult?> CopyAsync(
        HttpRequest request, RequestBody into, BudgetClaim claim, Patience patience, CancellationToken stop, CancellationToken cancel)
    {
        var claimed = request.ContentLength ?? FirstClaim;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancel);
            if (into.Length + read.Buffer.Length > settings.MaxBodyBytes)
            {
                return TooLarge($"more than {into.Length + read.Buffer.Length}");
            }

            while (into.Length + read.Buffer.Length > claimed)
            {
                claimed *= 2;
                if (await ClaimAsync(claim, Math.Min(claimed, settings.MaxBodyBytes), patience, stop) is { } refusal)
                {
                    return refusal;
                }
            }

            into.Append(read.Buffer);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    /// <summary>The refusal of a body that is over the limit. Not 413: Firehose would throw the batch away.</summary>
    public IngestResult TooLarge(string size) => IngestResult.Refused(IngestFault.BodyTooLarge,
        $"the body has {size} bytes, over the limit of {SettingText.WriteSize(settings.MaxBodyBytes)}; lower the stream's buffer size or raise ingest:maxBodyBytes",
        TimeSpan.FromMinutes(1));

    private async Task<IngestResult?> ClaimAsync(BudgetClaim claim, long bytes, Patience patience, CancellationToken stop)
    {
        // Whole segments, because that is what a body takes.
        var segments = (bytes + BodySegment.Size - 1) / BodySegment.Size;
        return Waited.Refusal(await budget.GrowAsync(claim, segments * BodySegment.Size, patience, stop), settings);
    }
}

/// <summary>The refusal of a delivery that waited in vain.</summary>
internal static class Waited
{
    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(5);

    public static IngestResult? Refusal(BudgetAnswer answer, IngestSettings settings) => answer switch
    {
        BudgetAnswer.Granted => null,
        BudgetAnswer.Crowded => IngestResult.Refused(IngestFault.QueueFull,
            $"{settings.MaxWaiting} deliveries wait already; it comes again by itself, and ingest:maxWaiting sets the limit", ComeAgain),
        BudgetAnswer.TimedOut => IngestResult.Refused(IngestFault.QueueFull,
            $"it waited {SettingText.WriteTime(settings.WaitLimit)} for memory; it comes again by itself, and ingest:inFlightBytes sets how much there is", ComeAgain),
    };
}
