using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;

namespace Cistern.Delivery.Api.Operations;

/// <summary>The two operations on server-side encryption. They show the service's states; records are not encrypted by them.</summary>
internal sealed class EncryptionOperations(StreamCatalogue catalogue, TimeProvider time)
{
    private const int CallsMax = 25;
    private const string AwsOwned = "AWS_OWNED_CMK";

    private static readonly TimeSpan CallWindow = TimeSpan.FromHours(24);

    public JsonObject Start(Caller caller, JsonObject input)
    {
        var started = Started(input["DeliveryStreamEncryptionConfigurationInput"] as JsonObject);
        return Change(caller, input, started);
    }

    public JsonObject Stop(Caller caller, JsonObject input) => Change(caller, input, StreamEncryption.Off);

    /// <summary>The state that an input asks for.</summary>
    /// <exception cref="ApiException">Key type and key do not go together.</exception>
    public static StreamEncryption Started(JsonObject? input)
    {
        var type = (string?)input?["KeyType"] ?? AwsOwned;
        var key = (string?)input?["KeyARN"];
        return (type, key) switch
        {
            (AwsOwned, not null) => throw new ApiException(ApiErrors.InvalidArgument($"KeyARN must not be given when KeyType is {AwsOwned}.")),
            (not AwsOwned, null) => throw new ApiException(ApiErrors.InvalidArgument($"KeyARN is required when KeyType is {type}.")),
            _ => new StreamEncryption { Enabled = true, KeyType = type, KeyArn = key },
        };
    }

    private JsonObject Change(Caller caller, JsonObject input, StreamEncryption next)
    {
        catalogue.Change(catalogue.Get(caller, input).Id, stream =>
        {
            var now = time.GetUtcNow();
            stream.NeedActive(now);
            stream.NeedDirectPut();
            return stream with { Encryption = next with { ChangedAt = now + catalogue.Options.TransitionTime, Calls = Calls(stream, now) } };
        });
        return [];
    }

    private static DateTimeOffset[] Calls(DeliveryStream stream, DateTimeOffset now)
    {
        if (stream.Encryption.IsChanging(now))
        {
            throw new ApiException(ApiErrors.InUse($"The encryption of Firehose {stream.Id.Name} is in state {stream.Encryption.Status(now)}"));
        }

        DateTimeOffset[] calls = [.. stream.Encryption.Calls.Where(call => call > now - CallWindow), now];
        return calls.Length <= CallsMax
            ? calls
            : throw new ApiException(ApiErrors.LimitExceeded($"The encryption of Firehose {stream.Id.Name} was started or stopped {CallsMax} times within 24 hours, which is the limit"));
    }
}
