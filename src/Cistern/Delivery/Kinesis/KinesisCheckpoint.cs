using System.Buffers;
using System.Text.Json;
using Cistern.Journal;

namespace Cistern.Delivery.Kinesis;

/// <summary>How far each shard of a data stream was taken over: <c>kinesis.json</c> in the folder of the delivery stream.</summary>
/// <remarks>
/// <c>{"version":1,"stream":"arn:…","shards":{"shardId-…":{"after":"SEQUENCE NUMBER","ended":false}}}</c>. It is written only after the records before it are durable,
/// so a restart reads some of them again and leaves none out. A file that is damaged or of another stream is as if it were not there.
/// </remarks>
internal sealed class KinesisCheckpoint
{
    private const int Version = 1;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly string _streamArn;
    private readonly Dictionary<string, ShardPlace> _places;
    private bool _isChanged;

    private KinesisCheckpoint(IDisk disk, string path, string streamArn, Dictionary<string, ShardPlace> places) =>
        (_disk, _path, _streamArn, _places) = (disk, path, streamArn, places);

    /// <param name="ignored">Why a file that is there does not count; null if it does, or there is none.</param>
    /// <exception cref="DiskException">The file is there and cannot be read.</exception>
    public static KinesisCheckpoint Open(IDisk disk, string path, string streamArn, out string? ignored)
    {
        ignored = null;
        var places = disk.Exists(path) ? Read(disk.ReadAllBytes(path), streamArn, out ignored) : null;
        return new KinesisCheckpoint(disk, path, streamArn, places ?? new Dictionary<string, ShardPlace>(StringComparer.Ordinal));
    }

    /// <summary>The sequence number of the last record that was taken; null if none was.</summary>
    public string? AfterOf(string shardId) => _places.GetValueOrDefault(shardId).After;

    /// <summary>The shard is closed, and read to its end.</summary>
    public bool HasEnded(string shardId) => _places.GetValueOrDefault(shardId).HasEnded;

    public void Take(string shardId, string sequenceNumber) => Set(shardId, new ShardPlace(sequenceNumber, HasEnded: false));

    public void End(string shardId) => Set(shardId, new ShardPlace(AfterOf(shardId), HasEnded: true));

    /// <summary>Forgets where a shard was: it is read from its oldest record.</summary>
    public void Forget(string shardId) => _isChanged |= _places.Remove(shardId);

    /// <summary>Forgets shards that are gone.</summary>
    public void Keep(IReadOnlySet<string> shardIds)
    {
        foreach (var gone in _places.Keys.Where(id => !shardIds.Contains(id)).ToList())
        {
            Forget(gone);
        }
    }

    /// <summary>Writes what changed since the last time.</summary>
    /// <exception cref="DiskException">It could not be written; it will be the next time.</exception>
    public void Save()
    {
        if (_isChanged)
        {
            AtomicFile.Replace(_disk, _path, Write());
            _isChanged = false;
        }
    }

    private void Set(string shardId, ShardPlace place)
    {
        _isChanged |= _places.GetValueOrDefault(shardId) != place;
        _places[shardId] = place;
    }

    private ReadOnlyMemory<byte> Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("version"u8, Version);
        json.WriteString("stream"u8, _streamArn);
        json.WriteStartObject("shards"u8);
        foreach (var (id, place) in _places.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteStartObject(id);
            json.WriteString("after"u8, place.After);
            json.WriteBoolean("ended"u8, place.HasEnded);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static Dictionary<string, ShardPlace>? Read(byte[] content, string streamArn, out string? ignored)
    {
        ignored = null;
        try
        {
            using var document = JsonDocument.Parse(content);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version)
            {
                ignored = $"its version is not {Version}";
            }
            else if (root.GetProperty("stream").GetString() != streamArn)
            {
                ignored = "it is of another data stream";
            }

            return ignored is not null ? null : root.GetProperty("shards").EnumerateObject().ToDictionary(
                shard => shard.Name, shard => new ShardPlace(shard.Value.GetProperty("after").GetString(), shard.Value.GetProperty("ended").GetBoolean()), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            ignored = $"it is damaged: {exception.Message}";
            return null;
        }
    }

    private readonly record struct ShardPlace(string? After, bool HasEnded);
}
