using Cistern.Delivery.Http;

namespace Cistern.Commands.Sending;

/// <summary>What <c>cistern send</c> was asked to do.</summary>
internal sealed record SendOptions
{
    private static readonly TimeSpan _retryMax = TimeSpan.FromSeconds(7200);

    public required string File { get; init; }

    public required HttpDestination Destination { get; init; }

    public bool Gzip { get; init; }

    public int Records { get; init; } = EnvelopeWriter.RecordsMax;

    public long Bytes { get; init; } = 5L << 20;

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    public int Parallel { get; init; } = 2;

    public int Repeat { get; init; } = 1;

    /// <summary>Lines a second; 0 is without a limit.</summary>
    public int Rate { get; init; }

    public string? FailedFolder { get; init; }

    /// <summary>The first option that cannot be used, with the bound; or null.</summary>
    public string? FindProblem()
    {
        if (Bytes is < 1 or > EnvelopeWriter.DeliveryBytesMax)
        {
            return $"cannot use {Bytes} for --bytes: Firehose sends 1 byte to 64 MiB of records in a delivery";
        }

        if (Destination.RetryWindow > _retryMax)
        {
            return $"cannot use {Units.Seconds(Destination.RetryWindow.TotalSeconds)} for --retry-for: Firehose allows at most 2 h";
        }

        if (Repeat > 1 && File == "-")
        {
            return "cannot repeat standard input; name a file";
        }

        return Destination.FindProblem();
    }
}
