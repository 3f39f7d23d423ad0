using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api.Operations;

/// <summary>The ten operations that create, describe and change streams.</summary>
internal sealed class ControlOperations
{
    private const int ListedByDefault = 10;

    private readonly StreamCatalogue _catalogue;
    private readonly TimeProvider _time;
    private readonly StreamCreation _creation;
    private readonly DestinationUpdate _update;
    private readonly TagOperations _tags;
    private readonly EncryptionOperations _encryption;
    private readonly Dictionary<string, ControlOperation> _operations;

    public ControlOperations(StreamCatalogue catalogue, TimeProvider time)
    {
        (_catalogue, _time) = (catalogue, time);
        _creation = new StreamCreation(catalogue, time);
        _update = new DestinationUpdate(catalogue, time);
        _tags = new TagOperations(catalogue, time);
        _encryption = new EncryptionOperations(catalogue, time);
        _operations = new(StringComparer.Ordinal)
        {
            ["CreateDeliveryStream"] = new(OperationShapes.CreateDeliveryStreamInput, _creation.Create),
            ["DescribeDeliveryStream"] = new(OperationShapes.DescribeDeliveryStreamInput, Describe),
            ["ListDeliveryStreams"] = new(OperationShapes.ListDeliveryStreamsInput, List),
            ["UpdateDestination"] = new(OperationShapes.UpdateDestinationInput, _update.Update),
            ["DeleteDeliveryStream"] = new(OperationShapes.DeleteDeliveryStreamInput, Delete),
            ["TagDeliveryStream"] = new(OperationShapes.TagDeliveryStreamInput, _tags.Tag),
            ["UntagDeliveryStream"] = new(OperationShapes.UntagDeliveryStreamInput, _tags.Untag),
            ["ListTagsForDeliveryStream"] = new(OperationShapes.ListTagsForDeliveryStreamInput, _tags.List),
            ["StartDeliveryStreamEncryption"] = new(OperationShapes.StartDeliveryStreamEncryptionInput, _encryption.Start),
            ["StopDeliveryStreamEncryption"] = new(OperationShapes.StopDeliveryStreamEncryptionInput, _encryption.Stop),
        };
    }

    public bool Has(string operation) => _operations.ContainsKey(operation);

    /// <summary>Reads the input, checks it, and does what it says.</summary>
    /// <param name="stream">The stream that the request names, for the metrics, also if the operation fails; null without one.</param>
    /// <exception cref="ApiException">The error answer.</exception>
    public JsonObject Run(string operation, Caller caller, ReadOnlySpan<byte> body, out StreamId? stream)
    {
        stream = null;
        var (shape, run) = _operations[operation];
        var input = InputReader.Read(body, shape);
        if (input["DeliveryStreamName"] is JsonValue name && _catalogue.Find(caller.Stream((string)name!)) is { } known)
        {
            stream = known.Id;
        }

        InputCheck.Check(input, shape);
        return run(caller, input);
    }

    private JsonObject Describe(Caller caller, JsonObject input)
    {
        var stream = _catalogue.Get(caller, input);
        var description = stream.Describe(_time.GetUtcNow());
        if ((string?)input["ExclusiveStartDestinationId"] is { } start && string.CompareOrdinal(DeliveryStream.DestinationId, start) <= 0)
        {
            description["Destinations"] = new JsonArray();
        }

        return new JsonObject { ["DeliveryStreamDescription"] = description };
    }

    private JsonObject List(Caller caller, JsonObject input)
    {
        var limit = (int?)(long?)input["Limit"] ?? ListedByDefault;
        var type = (string?)input["DeliveryStreamType"];
        var start = (string?)input["ExclusiveStartDeliveryStreamName"];
        var names = _catalogue.All
            .Where(stream => stream.Id.Region == caller.Region && stream.Id.Account == caller.Account && (type is null || stream.Type == type))
            .Select(stream => stream.Id.Name)
            .Where(name => start is null || string.CompareOrdinal(name, start) > 0)
            .Order(StringComparer.Ordinal)
            .Take(limit + 1)
            .ToArray();
        return new JsonObject
        {
            ["DeliveryStreamNames"] = new JsonArray([.. names.Take(limit).Select(name => (JsonNode)name)]),
            ["HasMoreDeliveryStreams"] = names.Length > limit,
        };
    }

    private JsonObject Delete(Caller caller, JsonObject input)
    {
        var stream = _catalogue.Get(caller, input);
        if (!stream.Deleting)
        {
            stream.NeedActive(_time.GetUtcNow());
        }

        _catalogue.Delete(stream.Id);
        return [];
    }
}

/// <summary>What the operations ask of a stream before they act.</summary>
internal static class Requirements
{
    /// <exception cref="ApiException">ResourceNotFoundException.</exception>
    public static DeliveryStream Get(this StreamCatalogue catalogue, Caller caller, JsonObject input)
    {
        var name = (string)input["DeliveryStreamName"]!;
        return catalogue.Find(caller.Stream(name)) ?? throw new ApiException(ApiErrors.NotFound(name, caller.Account));
    }

    /// <exception cref="ApiException">ResourceInUseException.</exception>
    public static void NeedActive(this DeliveryStream stream, DateTimeOffset now)
    {
        if (stream.Status(now) is var status and not "ACTIVE")
        {
            throw new ApiException(ApiErrors.InUse($"Firehose {stream.Id.Name} under accountId {stream.Id.Account} is in state {status}; it must be ACTIVE for this operation"));
        }
    }

    /// <exception cref="ApiException">InvalidArgumentException.</exception>
    public static void NeedDirectPut(this DeliveryStream stream)
    {
        if (!stream.IsPutTo)
        {
            throw new ApiException(ApiErrors.InvalidArgument($"This operation is not permitted on {stream.Type} delivery stream type."));
        }
    }
}
