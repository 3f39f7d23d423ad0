using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Shapes;

namespace Cistern.Delivery.Api.Operations;

/// <summary><c>UpdateDestination</c>.</summary>
internal sealed class DestinationUpdate(StreamCatalogue catalogue, TimeProvider time)
{
    private readonly ConfigurationCheck _check = new(catalogue.Options);

    public JsonObject Update(Caller caller, JsonObject input)
    {
        catalogue.Change(catalogue.Get(caller, input).Id, stream => Changed(stream, input));
        return [];
    }

    private DeliveryStream Changed(DeliveryStream stream, JsonObject input)
    {
        stream.NeedActive(time.GetUtcNow());
        CheckTarget(stream, input);
        var given = DestinationTypes.All.Where(type => input[type.UpdateName] is not null).ToArray();
        if (given is not [var type])
        {
            throw new ApiException(ApiErrors.InvalidArgument(StreamCreation.ExactlyOne));
        }

        var path = char.ToLowerInvariant(type.UpdateName[0]) + type.UpdateName[1..];
        var members = DestinationConfiguration.FromUpdate((JsonObject)input[type.UpdateName]!);
        _check.CheckGiven(members, path);
        var destination = Next(stream.Destination, type, members, path);
        _check.CheckWhole(destination);
        return stream with { Destination = destination, Version = stream.Version + 1, Updated = time.GetUtcNow() };
    }

    private static void CheckTarget(DeliveryStream stream, JsonObject input)
    {
        var specified = (string)input["CurrentDeliveryStreamVersionId"]!;
        if (specified != $"{stream.Version}")
        {
            throw new ApiException(ApiErrors.Stale(
                $"Cannot update firehose: {stream.Id.Name} since the current version id: {stream.Version} and specified version id: {specified} do not match"));
        }

        if ((string)input["DestinationId"]! is var destination and not DeliveryStream.DestinationId)
        {
            throw new ApiException(ApiErrors.InvalidArgument($"Destination Id {destination} not found"));
        }
    }

    private static DestinationConfiguration Next(DestinationConfiguration old, DestinationType type, JsonObject members, string path)
    {
        if (old.Type == type)
        {
            return old.Merge(type, members);
        }

        // The plain S3 destination is the older face of the extended one.
        if (old.Type.IsS3 && type.IsS3)
        {
            return old.Merge(DestinationTypes.ExtendedS3, members);
        }

        if (old.Type.IsSearch || type.IsSearch)
        {
            throw new ApiException(ApiErrors.InvalidArgument($"Updating from {old.Type.Name} to {type.Name} destination is not supported."));
        }

        InputCheck.Check(members, type.Configuration, path);
        return DestinationConfiguration.Create(type, members);
    }
}
