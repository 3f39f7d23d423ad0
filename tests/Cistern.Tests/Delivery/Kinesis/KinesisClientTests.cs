using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Aws;
using Cistern.Delivery.Kinesis;
using Cistern.Journal;
using Cistern.Tests.Delivery.Http;
using Cistern.Tests.Delivery.Transform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Delivery.Kinesis;

/// <summary>Against a peer that answers as it is told: what a good service does seldom.</summary>
public sealed class KinesisClientTests : IDisposable
{
    private const string Shards = """{"Shards":[{"ShardId":"shardId-000000000000"}]}""";
    private const string Iterator = """{"ShardIterator":"it"}""";
    private const string NoRecords = """{"Records":[],"NextShardIterator":"it","MillisBehindLatest":0}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-kinesis-client-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_call_is_signed_and_names_the_stream()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, Shards));
        using var client = Client(peer);
        var shards = await client.ListShardsAsync(CancellationToken.None);

        Assert.Equal("shardId-000000000000", Assert.Single(shards).Id);
        var request = Assert.Single(peer.Requests);
        Assert.Equal("Kinesis_20131202.ListShards", request["X-Amz-Target"]);
        Assert.Equal("application/x-amz-json-1.1", request["Content-Type"]);
        Assert.Equal("""{"StreamName":"logs"}""", Encoding.UTF8.GetString(request.WireBody));
        Assert.Contains("/us-east-1/kinesis/aws4_request, SignedHeaders=host;x-amz-date;x-amz-target, Signature=", request["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shards_on_several_pages_are_all_listed()
    {
        await using var peer = new ScriptedPeer(
            _ => ScriptedPeer.Json(200, """{"Shards":[{"ShardId":"a"}],"NextToken":"more"}"""),
            _ => ScriptedPeer.Json(200, """{"Shards":[{"ShardId":"b","ParentShardId":"a","AdjacentParentShardId":"x"}]}"""));
        using var client = Client(peer);
        var shards = await client.ListShardsAsync(CancellationToken.None);

        Assert.Equal(["a", "b"], shards.Select(shard => shard.Id));
        Assert.Equal(["a", "x"], shards[1].Parents);
        Assert.Equal("""{"NextToken":"more"}""", Encoding.UTF8.GetString(peer.Requests[1].WireBody));
    }

    [Theory]
    [InlineData(400, "ProvisionedThroughputExceededException", KinesisFault.Throttled)]
    [InlineData(400, "com.amazonaws.kinesis#LimitExceededException", KinesisFault.Throttled)]
    [InlineData(400, "ExpiredIteratorException", KinesisFault.IteratorExpired)]
    [InlineData(400, "ResourceNotFoundException", KinesisFault.NotFound)]
    [InlineData(400, "InvalidArgumentException", KinesisFault.InvalidArgument)]
    [InlineData(400, "AccessDeniedException", KinesisFault.Denied)]
    [InlineData(403, "InvalidSignatureException", KinesisFault.Denied)]
    [InlineData(500, "InternalFailure", KinesisFault.Unavailable)]
    [InlineData(503, "", KinesisFault.Unavailable)]
    public async Task Errors_are_told_apart(int status, string type, object fault)
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(status, $$"""{"__type":"{{type}}","message":"because"}"""));
        using var client = Client(peer);
        var exception = await Assert.ThrowsAsync<KinesisException>(() => client.ListShardsAsync(CancellationToken.None));

        Assert.Equal((KinesisFault)fault, exception.Fault);
        Assert.EndsWith("because", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"Records":[{"Data":"MQ=="}]}""")]
    [InlineData("""{"Records":[{"Data":"%%","PartitionKey":"k","SequenceNumber":"1"}]}""")]
    [InlineData("""{"Records":[{"Data":"MQ==","PartitionKey":"k","SequenceNumber":1}]}""")]
    [InlineData("""{"Records":[{"Data":"MQ==","PartitionKey":"k","SequenceNumber":""}]}""")]
    [InlineData("""{"Records":[{"Data":"MQ==","PartitionKey":"\ud800","SequenceNumber":"1"}]}""")]
    public async Task An_answer_that_is_none_of_Kinesis_is_a_failure(string answer)
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, answer));
        using var client = Client(peer);
        var exception = await Assert.ThrowsAsync<KinesisException>(() => client.GetRecordsAsync("s", "it", 10, CancellationToken.None));

        Assert.Equal(KinesisFault.Unavailable, exception.Fault);
    }

    [Fact]
    public async Task A_shard_that_is_throttled_waits_longer_each_time_and_then_goes_on()
    {
        await using var peer = new ScriptedPeer(
            _ => ScriptedPeer.Json(200, Shards), _ => ScriptedPeer.Json(200, Iterator), _ => Throttled(), _ => ScriptedPeer.Json(200, Iterator), _ => Throttled(),
            _ => ScriptedPeer.Json(200, Iterator), _ => ScriptedPeer.Json(200, NoRecords));
        var time = new SteppedTime(TransformSamples.Arrived);
        using var client = Client(peer, time);
        var reader = Reader(client, time);

        var first = await reader.ReadOnceAsync(CancellationToken.None);
        Assert.InRange(first.Pause.TotalSeconds, 0.85, 1.15);
        Assert.Contains("ProvisionedThroughputExceededException", first.Failure, StringComparison.Ordinal);

        time.Advance(first.Pause / 2);
        Assert.Null((await reader.ReadOnceAsync(CancellationToken.None)).Failure); // Not due yet.
        time.Advance(first.Pause);
        var second = await reader.ReadOnceAsync(CancellationToken.None);
        Assert.InRange(second.Pause.TotalSeconds, 1.7, 2.3);

        time.Advance(second.Pause);
        var third = await reader.ReadOnceAsync(CancellationToken.None);
        Assert.Null(third.Failure);
        Assert.Equal(TimeSpan.FromSeconds(1), third.Pause);
        Assert.Equal(7, peer.Requests.Count);
    }

    [Fact]
    public async Task An_iterator_that_expired_is_taken_anew_at_once()
    {
        await using var peer = new ScriptedPeer(
            _ => ScriptedPeer.Json(200, Shards), _ => ScriptedPeer.Json(200, Iterator), _ => ScriptedPeer.Json(400, """{"__type":"ExpiredIteratorException"}"""),
            _ => ScriptedPeer.Json(200, Iterator), _ => ScriptedPeer.Json(200, NoRecords));
        var time = new SteppedTime(TransformSamples.Arrived);
        using var client = Client(peer, time);
        var reader = Reader(client, time);

        var step = await reader.ReadOnceAsync(CancellationToken.None);
        Assert.Equal((TimeSpan.Zero, null), (step.Pause, step.Failure));
        Assert.Null((await reader.ReadOnceAsync(CancellationToken.None)).Failure);
        Assert.Equal(5, peer.Requests.Count);
    }

    [Fact]
    public void A_checkpoint_is_read_back_and_gone_shards_are_forgotten()
    {
        var path = Path.Combine(_folder, "kinesis.json");
        var checkpoint = KinesisCheckpoint.Open(new FileDisk(), path, "arn:a", out _);
        checkpoint.Take("s0", "1");
        checkpoint.Take("s0", "2");
        checkpoint.End("s0");
        checkpoint.End("s1");
        checkpoint.Take("gone", "3");
        checkpoint.Keep(new HashSet<string> { "s0", "s1" });
        checkpoint.Save();

        var again = KinesisCheckpoint.Open(new FileDisk(), path, "arn:a", out var ignored);
        Assert.Null(ignored);
        Assert.Equal(("2", true, null, true, null, false), (again.AfterOf("s0"), again.HasEnded("s0"), again.AfterOf("s1"), again.HasEnded("s1"), again.AfterOf("gone"), again.HasEnded("gone")));
    }

    [Theory]
    [InlineData("", "damaged")]
    [InlineData("{", "damaged")]
    [InlineData("[]", "damaged")]
    [InlineData("""{"version":1,"stream":"arn:a"}""", "damaged")]
    [InlineData("""{"version":1,"stream":"arn:a","shards":{"s0":{"after":1,"ended":false}}}""", "damaged")]
    [InlineData("""{"version":2,"stream":"arn:a","shards":{}}""", "version")]
    [InlineData("""{"version":1,"stream":"arn:b","shards":{"s0":{"after":"1","ended":false}}}""", "another data stream")]
    public void A_checkpoint_that_cannot_be_used_is_as_if_it_were_not_there(string content, string reason)
    {
        var path = Path.Combine(_folder, "kinesis.json");
        File.WriteAllText(path, content);
        var checkpoint = KinesisCheckpoint.Open(new FileDisk(), path, "arn:a", out var ignored);

        Assert.Contains(reason, ignored, StringComparison.Ordinal);
        Assert.Null(checkpoint.AfterOf("s0"));
    }

    [Theory]
    [InlineData("arn:aws:kinesis:eu-west-2:111122223333:stream/logs", "eu-west-2", "logs")]
    [InlineData("arn:aws:kinesis:eu-west-2:111122223333:stream/", null, null)]
    [InlineData("arn:aws:firehose:eu-west-2:111122223333:deliverystream/logs", null, null)]
    [InlineData("logs", null, null)]
    public void The_ARN_of_a_data_stream_names_it(string text, string? region, string? name)
    {
        var isArn = KinesisArn.TryParse(text, out var arn);

        Assert.Equal(name is not null, isArn);
        Assert.Equal((region, name), isArn ? (arn!.Region, arn.Name) : (null, null));
    }

    [Fact]
    public void Records_are_split_only_if_a_processor_asks_for_it()
    {
        var processor = new ProcessorPlan("RecordDeAggregation", new Dictionary<string, string>());

        Assert.False(KinesisReading.Of(TransformSamples.Plan).SplitsAggregated);
        Assert.True(KinesisReading.Of(TransformSamples.Plan with { Processors = [processor] }).SplitsAggregated);
    }

    private static byte[] Throttled() => ScriptedPeer.Json(400, """{"__type":"ProvisionedThroughputExceededException","message":"slow down"}""");

    private static KinesisClient Client(ScriptedPeer peer, TimeProvider? time = null) =>
        new(peer.Url, new AwsCredentials("AKIDEXAMPLE", "secret"), KinesisService.Arn("logs"), time ?? TimeProvider.System);

    private KinesisReader Reader(KinesisClient client, TimeProvider time) => new(
        client, KinesisCheckpoint.Open(new FileDisk(), Path.Combine(_folder, "kinesis.json"), "arn:a", out _),
        (records, _) => ValueTask.FromResult(records.Count), new KinesisReading(), time, new Random(1), NullLogger.Instance);
}
