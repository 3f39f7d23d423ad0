using Cistern.Commands.Aws;

namespace Cistern.Commands.Checking.Streams;

/// <summary>The side of AWS: a delivery stream, and everything around it that must be right.</summary>
internal sealed class StreamCheck(AwsCli cli, CheckReport report, TimeProvider time)
{
    private readonly AwsLook _look = new(cli, report);

    /// <summary>The stream, or null if it cannot be seen; then it was said why.</summary>
    /// <exception cref="CommandFailedException">There is no AWS CLI.</exception>
    public async Task<DescribedStream?> DescribeAsync(string name, CancellationToken cancel)
    {
        var described = await _look.AskAsync(CheckSteps.Stream, cancel, "firehose", "describe-delivery-stream", "--delivery-stream-name", name);
        if (described.IsMissing)
        {
            report.Add(CheckSteps.Stream, FindingKinds.StreamUnknown, name);
        }

        return described.Json.Member("DeliveryStreamDescription") is { } description ? new DescribedStream(description) : null;
    }

    /// <param name="url">The address that was checked.</param>
    /// <param name="key">The key that was checked; empty if none was given.</param>
    public async Task RunAsync(DescribedStream stream, string url, string key, CancellationToken cancel)
    {
        if (!new StreamState(stream, report, time).Check(url))
        {
            return;
        }

        await new StreamParts(stream, _look, report).CheckAsync(key, cancel);
        await new StreamRole(stream, _look, report).CheckAsync(cancel);
        await new StreamSource(stream, _look, report).CheckAsync(url, cancel);
        await new StreamTraffic(stream, _look, report, time).CheckAsync(cancel);
        await new StreamErrors(stream, _look, report, time).CheckAsync(cancel);
    }
}
