using System.Text.Json;

namespace Cistern.Delivery.Kinesis;

/// <summary>Reads answers of Kinesis. What is no answer of its throws; the client makes a failure of that.</summary>
internal static class KinesisAnswers
{
    private const int SequenceCharactersMax = 128;
    private const int KeyCharactersMax = 256;
    private const int ShardIdCharactersMax = 128;

    /// <summary>Adds a page of shards.</summary>
    /// <returns>The token of the next page, or null.</returns>
    public static string? ReadShards(JsonElement answer, List<KinesisShard> shards)
    {
        foreach (var shard in answer.GetProperty("Shards").EnumerateArray())
        {
            string?[] parents = [TextOf(shard, "ParentShardId"), TextOf(shard, "AdjacentParentShardId")];
            shards.Add(new KinesisShard(Bounded(shard.GetProperty("ShardId"), ShardIdCharactersMax), [.. parents.OfType<string>()]));
        }

        return TextOf(answer, "NextToken");
    }

    public static string ReadIterator(JsonElement answer) =>
        answer.GetProperty("ShardIterator").GetString() ?? throw new FormatException("ShardIterator is null");

    public static KinesisBatch ReadRecords(JsonElement answer, string shardId)
    {
        List<KinesisRecord> records = [.. answer.GetProperty("Records").EnumerateArray().Select(record => ReadRecord(record, shardId))];
        var behind = answer.TryGetProperty("MillisBehindLatest", out var milliseconds) && milliseconds.ValueKind == JsonValueKind.Number ? milliseconds.GetDouble() : 0;
        return new KinesisBatch(records, TextOf(answer, "NextShardIterator"), TimeSpan.FromMilliseconds(Math.Clamp(behind, 0, int.MaxValue)));
    }

    private static KinesisRecord ReadRecord(JsonElement record, string shardId)
    {
        // Seconds with decimals; a double holds milliseconds of this millennium exactly enough.
        var seconds = record.TryGetProperty("ApproximateArrivalTimestamp", out var arrival) && arrival.ValueKind == JsonValueKind.Number ? arrival.GetDouble() : 0;
        var arrived = DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(Math.Clamp(seconds, 0, uint.MaxValue) * 1000));
        var origin = new KinesisOrigin(
            shardId, Bounded(record.GetProperty("PartitionKey"), KeyCharactersMax), Bounded(record.GetProperty("SequenceNumber"), SequenceCharactersMax), arrived);
        return new KinesisRecord(origin, record.GetProperty("Data").GetBytesFromBase64());
    }

    private static string? TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Bounded(JsonElement value, int charactersMax) =>
        value.GetString() is { Length: > 0 } text && text.Length <= charactersMax ? text : throw new FormatException($"a text is empty or has over {charactersMax} characters");
}
