using System.Text.Json;

namespace Cistern.Commands.Checking.Streams;

/// <summary>What brings records into a stream, as far as it can be found from there.</summary>
internal sealed class StreamSource(DescribedStream stream, AwsLook look, CheckReport report)
{
    private const string StandardLogsRegion = "us-east-1";

    private bool _unseen;

    public async Task CheckAsync(string url, CancellationToken cancel)
    {
        if (stream.Kinesis.Text("KinesisStreamARN") is { Length: > 0 } kinesis)
        {
            await CheckKinesisAsync(kinesis, url, cancel);
            return;
        }

        if (!stream.IsDirectPut)
        {
            return;
        }

        var vended = await FindDeliveryAsync(cancel);
        var found = await FindMetricStreamAsync(cancel) | await FindAccountFilterAsync(cancel) | vended;
        if (vended)
        {
            await CheckTagAsync(cancel);
        }

        if (!found && !_unseen)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceNone);
        }
    }

    private async Task CheckKinesisAsync(string kinesis, string url, CancellationToken cancel)
    {
        var found = await look.TryAskAsync(CheckSteps.Source, cancel, "kinesis", "describe-stream-summary", "--stream-arn", kinesis);
        if (found.IsMissing)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceMissing, kinesis);
            return;
        }

        if (found.Json.Member("StreamDescriptionSummary").Text("StreamStatus") is { Length: > 0 } status and not ("ACTIVE" or "UPDATING"))
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceInactive, $"{kinesis}, {status}");
        }

        if (StreamState.IsForCloudFront(url))
        {
            await FindLogConfigurationAsync(kinesis, cancel);
        }
        else if (found.Json is not null)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceFound, kinesis);
        }
    }

    private async Task FindLogConfigurationAsync(string kinesis, CancellationToken cancel)
    {
        var found = await look.TryAskAsync(CheckSteps.Source, cancel, "cloudfront", "list-realtime-log-configs");
        var configuration = found.Json.Member("RealtimeLogConfigs").List("Items").Select(one => (JsonElement?)one)
            .FirstOrDefault(one => one.List("EndPoints").Any(end => end.Member("KinesisStreamConfig").Text("StreamARN") == kinesis));
        if (configuration is not null)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceFound,
                $"the real-time log configuration '{configuration.Text("Name")}' through {kinesis}, {configuration.List("Fields").Count()} fields, sampling {configuration.Number("SamplingRate") ?? 100} %");
        }
        else if (found.Json is not null)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceUnattached, kinesis);
        }
    }

    private async Task<bool> FindMetricStreamAsync(CancellationToken cancel)
    {
        var streams = await AskAsync(cancel, "cloudwatch", "list-metric-streams");
        var found = streams.List("Entries").Where(one => one.Text("FirehoseArn") == stream.Arn).ToArray();
        foreach (var one in found)
        {
            var running = one.Text("State") is "running" or "";
            report.Add(CheckSteps.Source, running ? FindingKinds.SourceFound : FindingKinds.SourceStopped, $"the metric stream '{one.Text("Name")}', {one.Text("OutputFormat")}");
        }

        return found.Length > 0;
    }

    private async Task<bool> FindAccountFilterAsync(CancellationToken cancel)
    {
        var policies = await AskAsync(cancel, "logs", "describe-account-policies", "--policy-type", "SUBSCRIPTION_FILTER_POLICY");
        var found = policies.List("accountPolicies").Where(one => one.Text("policyDocument").Contains($"\"{stream.Arn}\"", StringComparison.Ordinal)).ToArray();
        foreach (var one in found)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceFound, $"the account's subscription filter policy '{one.Text("policyName")}'");
        }

        return found.Length > 0;
    }

    // Standard logs of CloudFront and other vended logs: delivery source, delivery, delivery destination.
    private async Task<bool> FindDeliveryAsync(CancellationToken cancel)
    {
        var destinations = await AskAsync(cancel, "logs", "describe-delivery-destinations");
        var ours = destinations.List("deliveryDestinations").Where(one => one.Member("deliveryDestinationConfiguration").Text("destinationResourceArn") == stream.Arn).Select(one => one.Text("arn")).ToHashSet();
        if (ours.Count == 0)
        {
            return false;
        }

        var answer = await AskAsync(cancel, "logs", "describe-deliveries");
        var deliveries = answer.List("deliveries").Where(one => ours.Contains(one.Text("deliveryDestinationArn"))).ToArray();
        foreach (var one in deliveries)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceFound, $"vended logs of the delivery source '{one.Text("deliverySourceName")}'");
        }

        if (deliveries.Length == 0 && answer is not null)
        {
            report.Add(CheckSteps.Source, FindingKinds.SourceNoDelivery, string.Join(", ", ours));
        }

        return true;
    }

    private async Task CheckTagAsync(CancellationToken cancel)
    {
        if (stream.Region != StandardLogsRegion && StreamState.IsForCloudFront(stream.Url))
        {
            report.Add(CheckSteps.Source, FindingKinds.StreamRegion, $"this one is in {stream.Region}");
        }

        var tags = await look.TryAskAsync(CheckSteps.Source, cancel, "firehose", "list-tags-for-delivery-stream", "--delivery-stream-name", stream.Name);
        if (tags.Json is { } answer && !answer.List("Tags").Any(tag => tag.Text("Key") == "LogDeliveryEnabled" && tag.Text("Value") == "true"))
        {
            report.Add(CheckSteps.Source, FindingKinds.StreamTagMissing, stream.Name);
        }
    }

    private async Task<JsonElement?> AskAsync(CancellationToken cancel, params string[] arguments)
    {
        var answer = (await look.TryAskAsync(CheckSteps.Source, cancel, arguments)).Json;
        _unseen |= answer is null;
        return answer;
    }
}
