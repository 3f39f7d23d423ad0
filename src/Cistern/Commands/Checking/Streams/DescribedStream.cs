using System.Text.Json;
using Cistern.Ingest;

namespace Cistern.Commands.Checking.Streams;

/// <summary>A delivery stream as <c>describe-delivery-stream</c> gives it.</summary>
internal sealed class DescribedStream(JsonElement description)
{
    private readonly JsonElement? _first = description.List("Destinations").Select(one => (JsonElement?)one).FirstOrDefault();

    public string Name => description.Text("DeliveryStreamName");

    public string Arn => description.Text("DeliveryStreamARN");

    public string Region => StreamArn.RegionOf(Arn);

    public string Account => Arn.Split(':') is [_, _, _, _, var account, ..] ? account : "";

    public string Status => description.Text("DeliveryStreamStatus");

    public string Type => description.Text("DeliveryStreamType");

    public bool IsDirectPut => Type is "DirectPut" or "";

    public string Version => description.Text("VersionId");

    public string Failure
    {
        get
        {
            var failure = description.Member("FailureDescription") ?? description.Member("DeliveryStreamEncryptionConfiguration").Member("FailureDescription");
            return $"{failure.Text("Type")} {failure.Text("Details")}".Trim();
        }
    }

    public DateTimeOffset? Created => description.Member("CreateTimestamp") switch
    {
        { ValueKind: JsonValueKind.Number } seconds => DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds.GetDouble() * 1000)),
        { ValueKind: JsonValueKind.String } text when DateTimeOffset.TryParse(text.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var time) => time,
        _ => null,
    };

    /// <summary>The HTTP endpoint, or null if it delivers elsewhere.</summary>
    public JsonElement? Endpoint => _first.Member("HttpEndpointDestinationDescription");

    public string Url => Endpoint.Member("EndpointConfiguration").Text("Url");

    public JsonElement? Secret => Endpoint.Member("SecretsManagerConfiguration");

    public string Role => Endpoint.Text("RoleARN") is { Length: > 0 } own ? own : Bucket.Text("RoleARN");

    public JsonElement? Bucket => Endpoint.Member("S3DestinationDescription");

    public JsonElement? Log => Endpoint.Member("CloudWatchLoggingOptions");

    public IReadOnlyDictionary<string, string> Attributes => Endpoint.Member("RequestConfiguration").List("CommonAttributes")
        .Where(pair => pair.Text("AttributeName").Length > 0)
        .DistinctBy(pair => pair.Text("AttributeName")).ToDictionary(pair => pair.Text("AttributeName"), pair => pair.Text("AttributeValue"));

    public string Function => Endpoint.Member("ProcessingConfiguration").IsTrue("Enabled")
        ? Endpoint.Member("ProcessingConfiguration").List("Processors").Where(one => one.Text("Type") == "Lambda").SelectMany(one => one.List("Parameters"))
            .Where(pair => pair.Text("ParameterName") == "LambdaArn").Select(pair => pair.Text("ParameterValue")).FirstOrDefault() ?? ""
        : "";

    public JsonElement? Kinesis => description.Member("Source").Member("KinesisStreamSourceDescription");
}
