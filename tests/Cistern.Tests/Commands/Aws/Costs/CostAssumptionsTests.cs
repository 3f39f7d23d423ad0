using System.IO.Compression;
using Cistern.Commands.Aws.Costs;
using Cistern.Commands.Benching;
using Cistern.Delivery.Http;

namespace Cistern.Tests.Commands.Aws.Costs;

/// <summary>What the command takes for granted, held against lines of the demo.</summary>
public sealed class CostAssumptionsTests
{
    [Fact]
    public void The_demos_lines_are_about_as_long_as_is_taken_for_granted()
    {
        var delivery = Deliver(CompressionLevel.Fastest);

        Assert.InRange((double)delivery.RecordBytes / delivery.Records, CostQuestion.LineBytesUsual * 0.95, CostQuestion.LineBytesUsual * 1.05);
    }

    // From the level of gzip that leaves least to the one that leaves most.
    [Theory]
    [InlineData(CompressionLevel.Optimal, 12, 20)]
    [InlineData(CompressionLevel.Fastest, 22, 30)]
    public void No_more_leaves_AWS_than_is_taken_for_granted(CompressionLevel level, double least, double most)
    {
        var delivery = Deliver(level);

        Assert.InRange(100.0 * delivery.Body.Length / delivery.RecordBytes, least, most);
        Assert.True(most <= (double)CostAssumptions.WirePercent);
    }

    private static OutgoingDelivery Deliver(CompressionLevel level)
    {
        using var envelope = new EnvelopeWriter(gzip: true, level);
        var fill = BenchSignal.All.Single(signal => signal.Name == "requests").Open(1, new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
        envelope.Begin("x", DateTimeOffset.UnixEpoch);
        for (var thousand = 0; thousand < 5; thousand++)
        {
            fill(envelope);
        }

        return envelope.Finish();
    }
}
