using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Journal;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>A stream's file cannot be used: it says which file and why.</summary>
internal sealed class StreamFileException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>Keeps a stream as <c>stream.json</c>: the description that the API returns, and beside it the secrets that it does not. Only the owner may read it.</summary>
internal static class StreamFile
{
    private const int Version = 1;

    /// <exception cref="DiskException">It may hold the old or the new content.</exception>
    public static void Write(IDisk disk, string path, DeliveryStream stream, DateTimeOffset now)
    {
        var file = new JsonObject
        {
            ["version"] = Version,
            ["description"] = stream.Describe(now),
            ["secrets"] = stream.Destination.Secrets.DeepClone(),
            ["tags"] = new JsonObject(stream.Tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value))),
            ["encryptionCalls"] = new JsonArray([.. stream.Encryption.Calls.Select(call => (JsonNode)DeliveryStream.Seconds(call))]),
        };
        AtomicFile.Replace(disk, path, Serialize(file), ownerOnly: true);
    }

    /// <exception cref="StreamFileException">It cannot be read.</exception>
    public static DeliveryStream Read(IDisk disk, string path)
    {
        try
        {
            var file = JsonNode.Parse(disk.ReadAllBytes(path))!.AsObject();
            var version = (int)file["version"]!;
            return version == Version ? Read(file) : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"its version is {version}, and this program reads version {Version}"));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException or DiskException or OverflowException)
        {
            throw new StreamFileException($"cannot read the delivery stream in {path}: {error.Message}; restore the file, or remove its folder to forget the stream and its records", error);
        }
    }

    private static DeliveryStream Read(JsonObject file)
    {
        var description = file["description"]!.AsObject();
        if (!StreamId.TryParse((string)description["DeliveryStreamARN"]!, out var id))
        {
            throw new FormatException("DeliveryStreamARN is not the ARN of a delivery stream");
        }

        DateTimeOffset[] calls = [.. file["encryptionCalls"]!.AsArray().Select(call => Time(call!))];
        return new DeliveryStream
        {
            Id = id,
            Type = (string)description["DeliveryStreamType"]!,
            Version = int.Parse((string)description["VersionId"]!, CultureInfo.InvariantCulture),
            Created = Time(description["CreateTimestamp"]!),
            Updated = description["LastUpdateTimestamp"] is { } updated ? Time(updated) : null,
            Deleting = (string?)description["DeliveryStreamStatus"] == "DELETING",
            Source = description["Source"]?.DeepClone().AsObject(),
            Destination = DestinationConfiguration.FromDescription(description["Destinations"]![0]!.AsObject(), file["secrets"]!.AsObject()),
            Encryption = StreamEncryption.FromDescription(description["DeliveryStreamEncryptionConfiguration"]?.AsObject(), calls),
            Tags = new SortedDictionary<string, string>(file["tags"]!.AsObject().ToDictionary(tag => tag.Key, tag => (string)tag.Value!), StringComparer.Ordinal),
        };
    }

    private static ReadOnlyMemory<byte> Serialize(JsonObject file)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true });
        file.WriteTo(json);
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static DateTimeOffset Time(JsonNode seconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round((double)seconds * 1000));
}
