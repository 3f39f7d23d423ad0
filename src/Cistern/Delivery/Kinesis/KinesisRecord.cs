namespace Cistern.Delivery.Kinesis;

/// <summary>A record as Kinesis gives it.</summary>
internal sealed record KinesisRecord(KinesisOrigin Origin, ReadOnlyMemory<byte> Data);

/// <summary>Takes records of a data stream into a delivery stream. Returns when those it took are durable.</summary>
/// <returns>How many it took, from the first on; fewer than all if there is no room, and then the rest is read again later.</returns>
internal delegate ValueTask<int> KinesisSink(IReadOnlyList<KinesisRecord> records, CancellationToken cancel);

/// <summary>What one answer to GetRecords holds.</summary>
/// <param name="NextIterator">Null if the shard is closed and read to its end.</param>
internal sealed record KinesisBatch(IReadOnlyList<KinesisRecord> Records, string? NextIterator, TimeSpan BehindLatest);

/// <summary>A shard of a data stream.</summary>
/// <param name="Parents">The shards that it was split off or merged of; they are read to their ends first, so that records of one key keep their order.</param>
internal sealed record KinesisShard(string Id, IReadOnlyList<string> Parents);
