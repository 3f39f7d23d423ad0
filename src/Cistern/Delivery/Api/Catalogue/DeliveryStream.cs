using System.Globalization;
using System.Text.Json.Nodes;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>A delivery stream as the API knows it. A value: a change makes a new one.</summary>
internal sealed record DeliveryStream
{
    /// <summary>A stream has one destination.</summary>
    public const string DestinationId = "destinationId-000000000001";

    public const string DirectPut = "DirectPut";

    public required StreamId Id { get; init; }

    public required string Type { get; init; }

    public required DestinationConfiguration Destination { get; init; }

    /// <summary><c>SourceDescription</c>; null if the stream is put to and no throughput was hinted.</summary>
    public JsonObject? Source { get; init; }

    public int Version { get; init; } = 1;

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Updated { get; init; }

    /// <summary>Until then it is being created.</summary>
    public DateTimeOffset ActiveAt { get; init; }

    public bool Deleting { get; init; }

    public StreamEncryption Encryption { get; init; } = StreamEncryption.Off;

    /// <summary>By key, in the order of keys.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public bool IsPutTo => Type == DirectPut;

    public string Status(DateTimeOffset now) => (Deleting, now < ActiveAt) switch
    {
        (true, _) => "DELETING",
        (false, true) => "CREATING",
        (false, false) => "ACTIVE",
    };

    public StreamPlan Plan() => PlanMaker.Make(Id, Version, Source, Destination);

    /// <summary><c>DeliveryStreamDescription</c>.</summary>
    public JsonObject Describe(DateTimeOffset now)
    {
        var description = new JsonObject
        {
            ["DeliveryStreamName"] = Id.Name,
            ["DeliveryStreamARN"] = Id.Arn,
            ["DeliveryStreamStatus"] = Status(now),
        };
        if (IsPutTo)
        {
            description["DeliveryStreamEncryptionConfiguration"] = Encryption.Describe(now);
        }

        description["DeliveryStreamType"] = Type;
        description["VersionId"] = Version.ToString(CultureInfo.InvariantCulture);
        description["CreateTimestamp"] = Seconds(Created);
        if (Updated is { } updated)
        {
            description["LastUpdateTimestamp"] = Seconds(updated);
        }

        if (Source is not null)
        {
            description["Source"] = Source.DeepClone();
        }

        description["Destinations"] = new JsonArray(Destination.Describe(DestinationId));
        description["HasMoreDestinations"] = false;
        return description;
    }

    /// <summary>As the API writes times.</summary>
    public static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;
}
