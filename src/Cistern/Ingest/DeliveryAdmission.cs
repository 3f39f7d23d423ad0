using Cistern.Formats.Deliveries;
using Cistern.Ingest.Keys;
using Cistern.Operations.Settings;
using Cistern.Store;

namespace Cistern.Ingest;

/// <summary>Decides from the headers alone whether a delivery is taken, and what is known about it.</summary>
internal sealed partial class DeliveryAdmission(CisternSettings settings, ILogger logger)
{
    private const string ProtocolVersion = "1.0";

    /// <returns>The delivery, or why its body is not read.</returns>
    public (IncomingDelivery? Delivery, IngestResult? Refusal) Admit(
        HttpRequest request, IngestAddress address, RequestHeaders headers, ActiveKey key, DateTimeOffset now, long started)
    {
        // On the CloudFront address a request without Firehose's headers brings entries; on the other it lacks its id.
        var isEntries = address.Route == DeliveryRoute.CloudFront && !headers.IsFirehose;
        var stream = isEntries ? $"entries:{key.Key.Name}" : headers.SourceArn;
        var refusal = CheckKey(address, headers, key.Key, stream)
            ?? CheckContent(headers, isEntries)
            ?? (isEntries ? null : CheckProtocol(headers))
            ?? CheckRate(key, request.ContentLength ?? 0);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        var attributes = ReadAttributes(headers, stream);
        return (new IncomingDelivery
        {
            Request = request,
            Key = key,
            Route = address.Path,
            DeliveryId = isEntries ? Guid.NewGuid().ToString() : headers.RequestId,
            Stream = stream,
            Attributes = attributes,
            Context = MakeContext(address, headers, key.Key, stream, attributes, isEntries, now),
            Repeats = isEntries ? RepeatScope.None : headers.RepeatScope.Length > 0 ? RepeatScope.Import : RepeatScope.Delivery,
            Received = now,
            Started = started,
        }, null);
    }

    private static IngestResult? CheckKey(IngestAddress address, RequestHeaders headers, AccessKey key, string stream)
    {
        if (!key.Allows(KeyScopes.Ingest))
        {
            return IngestResult.Refused(IngestFault.ScopeMissing, $"the key '{key.Name}' may not send: its scope is {string.Join(", ", ScopeNames.Of(key.Scopes))}; use one with the scope ingest");
        }

        if (headers.RepeatScope.Length > 0 && !key.Allows(KeyScopes.Admin))
        {
            return IngestResult.Refused(IngestFault.ScopeMissing, $"the key '{key.Name}' may not import: X-Cistern-Repeat-Scope needs the scope admin");
        }

        if (address.Signal is { } signal && !key.AllowsSignal(signal.Name))
        {
            return IngestResult.Refused(IngestFault.SignalNotAllowed, $"the key '{key.Name}' may not send {signal.Name}, but {string.Join(", ", key.Signals)}; use another key");
        }

        return key.AllowsStream(stream) ? null
            : IngestResult.Refused(IngestFault.StreamNotAllowed, $"the key '{key.Name}' may not send for the stream '{stream}'; it is made for {string.Join(", ", key.Streams)}");
    }

    private static IngestResult? CheckContent(RequestHeaders headers, bool isEntries)
    {
        var type = headers.ContentType.Split(';')[0].Trim();
        if (!type.Equals("application/json", StringComparison.OrdinalIgnoreCase) && !(isEntries && type.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase)))
        {
            return IngestResult.Refused(IngestFault.ContentTypeUnsupported, $"the content type is '{type}'; send application/json{(isEntries ? " or application/x-ndjson" : "")}");
        }

        return headers.ContentEncoding.Length == 0 || headers.IsGzip ? null
            : IngestResult.Refused(IngestFault.ContentEncodingUnsupported, $"the content encoding is '{headers.ContentEncoding}'; choose GZIP for the stream, or none");
    }

    private static IngestResult? CheckProtocol(RequestHeaders headers)
    {
        if (headers.ProtocolVersion.Length > 0 && headers.ProtocolVersion != ProtocolVersion)
        {
            return IngestResult.Refused(IngestFault.ProtocolVersionUnknown, $"the protocol version is '{headers.ProtocolVersion}', and this program speaks {ProtocolVersion}; look for a newer one");
        }

        if (headers.RequestId.Length is 0 or > FirehoseReply.RequestIdLengthMax)
        {
            return headers.RequestId.Length == 0
                ? IngestResult.Refused(IngestFault.RequestIdMissing, "the address is reachable and the key is accepted, but X-Amz-Firehose-Request-Id is missing; send the id of the delivery in it, the same as in the body")
                : IngestResult.Refused(IngestFault.RequestIdTooLong, $"X-Amz-Firehose-Request-Id has {headers.RequestId.Length} characters; send at most {FirehoseReply.RequestIdLengthMax}");
        }

        return headers.RepeatScope is "" or "import" ? null
            : IngestResult.Refused(IngestFault.RepeatScopeUnknown, $"X-Cistern-Repeat-Scope is '{headers.RepeatScope}'; send import, or leave it out");
    }

    private static IngestResult? CheckRate(ActiveKey key, long bytes) => key.Rate.TryTake(bytes, out var wait) ? null
        : IngestResult.Refused(IngestFault.RateExceeded, $"the key '{key.Key.Name}' is over its rate; come again in {Math.Ceiling(wait.TotalSeconds)} s", wait);

    // A broken header is no reason to lose data: the delivery is taken without it.
    private IReadOnlyDictionary<string, string> ReadAttributes(RequestHeaders headers, string stream)
    {
        if (!CommonAttributes.TryRead(headers.CommonAttributes, out var attributes))
        {
            Log.AttributesBroken(logger, headers.RequestId, stream);
        }

        return attributes;
    }

    private DeliveryContext MakeContext(
        IngestAddress address, RequestHeaders headers, AccessKey key, string stream, IReadOnlyDictionary<string, string> attributes, bool isEntries, DateTimeOffset now)
    {
        if (!CommonAttributes.TryReadWeight(attributes, out var weight))
        {
            Log.SamplingBroken(logger, headers.RequestId, stream);
        }

        return new DeliveryContext
        {
            Route = address.Route,
            Framing = isEntries ? DeliveryFraming.Entries : DeliveryFraming.Envelope,
            Gzip = headers.IsGzip,
            RequestId = isEntries ? null : headers.RequestId,
            CloudFrontFields = FieldsOf(attributes, stream, key),
            Weight = weight,
            Received = now.ToUnixTimeMilliseconds(),
            Region = StreamArn.RegionOf(stream),
            Privacy = settings.Privacy,
            MaxInflatedBytes = settings.Ingest.MaxBodyBytes,
        };
    }

    private string FieldsOf(IReadOnlyDictionary<string, string> attributes, string stream, AccessKey key) =>
        CommonAttributes.CloudFrontFields(attributes) is { Length: > 0 } fields ? fields
        : settings.Streams.FirstOrDefault(known => Wildcard.Matches(known.Stream, stream)) is { } known ? known.CloudFrontFields
        : key.CloudFrontFields;

    private static partial class Log
    {
        [LoggerMessage(1003, LogLevel.Warning, "Ignored the common attributes of delivery '{RequestId}' of stream '{Stream}': they are not an object in JSON")]
        public static partial void AttributesBroken(ILogger logger, string requestId, string stream);

        [LoggerMessage(1004, LogLevel.Warning, "Ignored cloudfront-sampling of delivery '{RequestId}' of stream '{Stream}': it is not a percentage over 0 and up to 100")]
        public static partial void SamplingBroken(ILogger logger, string requestId, string stream);
    }
}
