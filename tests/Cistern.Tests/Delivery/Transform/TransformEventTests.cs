using System.Text.Json;
using Cistern.Delivery;
using Cistern.Delivery.Transform;

namespace Cistern.Tests.Delivery.Transform;

public sealed class TransformEventTests
{
    private static readonly Guid Invocation = Guid.Parse("7aadc5cf-37dd-41e3-b554-18037ca12014");

    /// <summary>The members, and the kinds of their values, are those of an event that AWS sent.</summary>
    [Fact]
    public void An_event_is_built_like_a_real_one()
    {
        using var real = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "tests/Cistern.Tests/fixtures/firehose-requests/ukhomeoffice_transform-lambda-event.json")));
        var records = real.RootElement.GetProperty("records").EnumerateArray()
            .Select((record, index) => TransformSamples.Record(4, index, record.GetProperty("data").GetBytesFromBase64())).ToList();

        using var written = JsonDocument.Parse(TransformEvent.Write(TransformSamples.Plan, Invocation, records));

        Assert.Equal(Shape(real.RootElement), Shape(written.RootElement));
        Assert.Equal("7aadc5cf-37dd-41e3-b554-18037ca12014", written.RootElement.GetProperty("invocationId").GetString());
        Assert.Equal("eu-central-1", written.RootElement.GetProperty("region").GetString());
        var second = written.RootElement.GetProperty("records")[1];
        Assert.Equal(RecordIds.OfPut(4, 1), second.GetProperty("recordId").GetString());
        Assert.Equal(1_760_000_000_123, second.GetProperty("approximateArrivalTimestamp").GetInt64());
        Assert.Equal(records[1].Data.ToArray(), second.GetProperty("data").GetBytesFromBase64());
    }

    [Fact]
    public void Records_of_a_Kinesis_stream_say_where_they_come_from()
    {
        var plan = TransformSamples.Plan with { Kinesis = new KinesisSourcePlan("arn:aws:kinesis:eu-central-1:111122223333:stream/logs") };
        var origin = new KinesisOrigin("shardId-000000000002", "Schlüssel \"1\"", "49635675801952128003396914033285311334825079587865624578", TransformSamples.Arrived);

        using var written = JsonDocument.Parse(TransformEvent.Write(plan, Invocation, [TransformSamples.Record(1, 0, "x") with { Kinesis = origin }]));

        Assert.Equal("arn:aws:kinesis:eu-central-1:111122223333:stream/logs", written.RootElement.GetProperty("sourceKinesisStreamArn").GetString());
        var metadata = written.RootElement.GetProperty("records")[0].GetProperty("kinesisRecordMetadata");
        Assert.Equal("shardId-000000000002", metadata.GetProperty("shardId").GetString());
        Assert.Equal("Schlüssel \"1\"", metadata.GetProperty("partitionKey").GetString());
        Assert.Equal(origin.SequenceNumber, metadata.GetProperty("sequenceNumber").GetString());
        Assert.Equal(0, metadata.GetProperty("subsequenceNumber").GetInt32());
        Assert.Equal(1_760_000_000_123, metadata.GetProperty("approximateArrivalTimestamp").GetInt64());
    }

    /// <summary>Bytes whose base64 is full of '+' and '/', which a careless writer would escape.</summary>
    [Theory]
    [InlineData(1, 30_000)]
    [InlineData(1000, 5_000)]
    [InlineData(1_024_000, 6)]
    public void As_many_records_as_fit_make_an_event_under_six_megabytes(int bytes, int count)
    {
        var data = Enumerable.Repeat((byte)0xFB, bytes).ToArray();
        var records = Enumerable.Range(0, count).Select(index => TransformSamples.Record(long.MaxValue, index, data)).ToList();

        var fits = TransformBatch.Fits(TransformSamples.Plan, records);

        Assert.InRange(fits, 1, count - 1);
        Assert.InRange(TransformEvent.Write(TransformSamples.Plan, Invocation, records[..fits]).Length, 1, TransformBatch.BytesMax);

        // One more than twice the spare room of an estimate would not have fitted.
        var over = TransformEvent.Write(TransformSamples.Plan, Invocation, records[..Math.Min(count, (int)(fits * 1.25) + 1)]).Length;
        Assert.True(over > TransformBatch.BytesMax, $"{fits} records were said to fit, but a quarter more had only {over} bytes");
    }

    [Fact]
    public void Keys_of_Kinesis_records_that_need_escapes_still_fit()
    {
        var origin = new KinesisOrigin("shardId-000000000002", new string('\u0001', 256), "49635675801952128003396914033285311334825079587865624578", TransformSamples.Arrived);
        var records = Enumerable.Range(0, 9000).Select(index => TransformSamples.Record(1, index, "x") with { Kinesis = origin }).ToList();

        var fits = TransformBatch.Fits(TransformSamples.Plan, records);

        Assert.InRange(fits, 1, 8999);
        Assert.InRange(TransformEvent.Write(TransformSamples.Plan, Invocation, records[..fits]).Length, 1, TransformBatch.BytesMax);
    }

    [Fact]
    public void A_record_that_no_event_can_hold_does_not_fit() =>
        Assert.Equal(0, TransformBatch.Fits(TransformSamples.Plan, [TransformSamples.Record(1, 0, new byte[5 << 20])]));

    private static string Shape(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().Select(member => $"{member.Name}:{Shape(member.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Shape)) + "]",
        var kind => kind.ToString(),
    };
}
