using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;

namespace Cistern.Delivery.Api.Operations;

/// <summary><c>CreateDeliveryStream</c>.</summary>
internal sealed class StreamCreation(StreamCatalogue catalogue, TimeProvider time)
{
    public const string ExactlyOne = "Exactly one destination configuration is supported for a Firehose";

    private readonly ConfigurationCheck _check = new(catalogue.Options);

    // Which stream type each source belongs to, and how it is described.
    private static readonly (string Member, string Type, string Described)[] Sources =
    [
        ("KinesisStreamSourceConfiguration", "KinesisStreamAsSource", "KinesisStreamSourceDescription"),
        ("MSKSourceConfiguration", "MSKAsSource", "MSKSourceDescription"),
        ("DatabaseSourceConfiguration", "DatabaseAsSource", "DatabaseSourceDescription"),
        ("DirectPutSourceConfiguration", DeliveryStream.DirectPut, "DirectPutSourceDescription"),
    ];

    public JsonObject Create(Caller caller, JsonObject input)
    {
        var now = time.GetUtcNow();
        var type = (string?)input["DeliveryStreamType"] ?? DeliveryStream.DirectPut;
        var stream = new DeliveryStream
        {
            Id = caller.Stream((string)input["DeliveryStreamName"]!),
            Type = type,
            Source = Source(type, input, now),
            Destination = Destination(input),
            Created = now,
            ActiveAt = now + catalogue.Options.TransitionTime,
            Encryption = Encryption(type, input),
            Tags = TagOperations.Added(new Dictionary<string, string>(), input["Tags"] as JsonArray),
        };
        catalogue.Add(stream);
        return new JsonObject { ["DeliveryStreamARN"] = stream.Id.Arn };
    }

    private DestinationConfiguration Destination(JsonObject input)
    {
        var given = DestinationTypes.All.Where(type => input[type.ConfigurationName] is not null).ToArray();
        if (given is not [var type])
        {
            throw new ApiException(ApiErrors.InvalidArgument(ExactlyOne));
        }

        var members = (JsonObject)input[type.ConfigurationName]!;
        _check.CheckGiven(members, char.ToLowerInvariant(type.ConfigurationName[0]) + type.ConfigurationName[1..]);
        var configuration = DestinationConfiguration.Create(type, members);
        _check.CheckWhole(configuration);
        return configuration;
    }

    private static JsonObject? Source(string type, JsonObject input, DateTimeOffset now)
    {
        foreach (var (member, itsType, _) in Sources)
        {
            var given = input[member] is not null;
            if (given && itsType != type)
            {
                throw new ApiException(ApiErrors.InvalidArgument($"{member} is only applicable for {itsType} delivery stream type."));
            }

            if (!given && itsType == type && type != DeliveryStream.DirectPut)
            {
                throw new ApiException(ApiErrors.InvalidArgument($"{member} is required for {type} delivery stream type."));
            }
        }

        var (configured, _, described) = Sources.First(source => source.Type == type);
        if (input[configured]?.DeepClone() is not JsonObject description)
        {
            return null;
        }

        if (type is "KinesisStreamAsSource" or "MSKAsSource")
        {
            description["DeliveryStartTimestamp"] = DeliveryStream.Seconds(now);
        }

        return new JsonObject { [described] = description };
    }

    private static StreamEncryption Encryption(string type, JsonObject input)
    {
        if (input["DeliveryStreamEncryptionConfigurationInput"] is not JsonObject given)
        {
            return StreamEncryption.Off;
        }

        return type == DeliveryStream.DirectPut
            ? EncryptionOperations.Started(given)
            : throw new ApiException(ApiErrors.InvalidArgument($"DeliveryStreamEncryptionConfigurationInput is only applicable for {DeliveryStream.DirectPut} delivery stream type."));
    }
}
