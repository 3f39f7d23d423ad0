using System.Text;
using System.Text.Json.Nodes;
using Cistern.Delivery;
using Cistern.Delivery.Metrics;

namespace Cistern.Tests.Delivery.Api;

public sealed class PutTests
{
    private const string Arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/a";

    [Fact]
    public async Task A_record_is_handed_on_byte_for_byte_and_answered_with_its_id()
    {
        await using var rig = await StartAsync();

        var answer = (await rig.CallAsync("PutRecord", """{"DeliveryStreamName":"a","Unknown":{"x":[1]},"Record":{"Data":"aGVsbG8="}}""")).Expect(200);

        Assert.Equal("""{"RecordId":"record-1","Encrypted":false}""", answer.GetRawText());
        Assert.Equal(["hello"], Assert.Single(rig.Delivery.Puts));
    }

    [Theory]
    [InlineData("""{"Data":""}""", "")]
    [InlineData("""{"Data":"\u0061GVsbG8="}""", "hello")]
    [InlineData("""{"Data":"Pz8\/"}""", "???")]
    [InlineData("""{"Data":"aGk=","Data":"aGVsbG8="}""", "hello")]
    [InlineData("""{"Other":"x","Data":"aGk="}""", "hi")]
    public async Task Data_is_read_however_json_writes_it(string record, string expected)
    {
        await using var rig = await StartAsync();

        (await rig.CallAsync("PutRecordBatch", $$"""{"Records":[{{record}},{"Data":"ZW5k"}],"DeliveryStreamName":"a"}""")).Expect(200);

        Assert.Equal([expected, "end"], Assert.Single(rig.Delivery.Puts));
    }

    [Fact]
    public async Task A_batch_that_is_refused_in_part_says_which_records()
    {
        await using var rig = await StartAsync();
        rig.Delivery.StoredMax = 1;

        var answer = (await rig.CallAsync("PutRecordBatch", """{"DeliveryStreamName":"a","Records":[{"Data":"MQ=="},{"Data":"Mg=="},{"Data":"Mw=="}]}""")).Expect(200);

        Assert.Equal(
            """{"FailedPutCount":2,"Encrypted":false,"RequestResponses":[{"RecordId":"record-1"},{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."},{"ErrorCode":"ServiceUnavailableException","ErrorMessage":"Slow down."}]}""",
            answer.GetRawText());
        Assert.Equal((1, 2), (Sum(rig, StreamMetric.IncomingPutRequests), Sum(rig, StreamMetric.ThrottledRecords)));
    }

    [Theory]
    [InlineData(PutRefusal.Throttled, "Slow down.")]
    [InlineData(PutRefusal.StoreFull, "The disk of the Firehose is full.")]
    [InlineData(PutRefusal.Unavailable, "The service is unavailable.")]
    public async Task A_record_that_is_refused_fails_and_a_whole_batch_still_answers(object refusal, string message)
    {
        await using var rig = await StartAsync();
        (rig.Delivery.StoredMax, rig.Delivery.Refusal) = (0, (PutRefusal)refusal);

        var one = await rig.CallAsync("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":"MQ=="}}""");
        var batch = (await rig.CallAsync("PutRecordBatch", """{"DeliveryStreamName":"a","Records":[{"Data":"MQ=="}]}""")).Expect(200);

        Assert.Equal(message, one.ExpectError("ServiceUnavailableException", 500));
        Assert.Equal((1, message), (batch.GetProperty("FailedPutCount").GetInt32(), batch.GetProperty("RequestResponses")[0].GetProperty("ErrorMessage").GetString()));
        Assert.Equal(0, Sum(rig, StreamMetric.IncomingPutRequests));
    }

    [Fact]
    public async Task A_record_may_have_1_024_000_bytes_and_no_more()
    {
        await using var rig = await StartAsync();

        (await rig.CallAsync("PutRecord", Record(1_024_000))).Expect(200);
        var over = await rig.CallAsync("PutRecord", Record(1_024_001));
        var inBatch = await rig.CallAsync("PutRecordBatch", $$"""{"DeliveryStreamName":"a","Records":[{"Data":""},{"Data":"{{Convert.ToBase64String(new byte[1_024_001])}}"}]}""");

        const string Form = "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=1024001 cap=1024001]' at '{0}' failed to satisfy constraint: Member must have length less than or equal to 1024000";
        Assert.Equal(string.Format(null, CompositeFormat.Parse(Form), "record.data"), over.ExpectError("ValidationException"));
        Assert.Equal(string.Format(null, CompositeFormat.Parse(Form), "records.2.member.data"), inBatch.ExpectError("ValidationException"));
        Assert.Single(rig.Delivery.Puts);
    }

    [Fact]
    public async Task A_batch_may_have_4_MiB_and_500_records()
    {
        await using var rig = await StartAsync();
        string Batch(int records, int bytes, int last) => new JsonObject
        {
            ["DeliveryStreamName"] = "a",
            ["Records"] = new JsonArray([.. Enumerable.Range(0, records).Select(number => (JsonNode)new JsonObject { ["Data"] = Convert.ToBase64String(new byte[number == 0 ? last : bytes]) })]),
        }.ToJsonString();

        (await rig.CallAsync("PutRecordBatch", Batch(500, 8000, (4 << 20) - (499 * 8000)))).Expect(200);
        var over = await rig.CallAsync("PutRecordBatch", Batch(500, 8000, (4 << 20) - (499 * 8000) + 1));

        Assert.Equal("Records size exceeds 4 MB limit", over.ExpectError("InvalidArgumentException"));
        Assert.Equal(500, Assert.Single(rig.Delivery.Puts).Length);
    }

    [Theory]
    [InlineData("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":"a"}}""")]
    [InlineData("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":"=="}}""")]
    [InlineData("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":"a-_b"}}""")]
    [InlineData("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":5}}""")]
    [InlineData("PutRecord", """{"DeliveryStreamName":"a","Record":"aGk="}""")]
    [InlineData("PutRecord", """{"DeliveryStreamName":1,"Record":{"Data":""}}""")]
    [InlineData("PutRecord", """[]""")]
    [InlineData("PutRecord", "")]
    [InlineData("PutRecord", """{"DeliveryStreamName":"\ud800","Record":{"Data":""}}""")]
    [InlineData("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":"aGk="}}x""")]
    [InlineData("PutRecordBatch", """{"DeliveryStreamName":"a","Records":{"Data":""}}""")]
    [InlineData("PutRecordBatch", """{"DeliveryStreamName":"a","Records":[[]]}""")]
    [InlineData("PutRecordBatch", """{"DeliveryStreamName":"a","Records":[{"Data":"aGk="}""")]
    [InlineData("PutRecordBatch", """{"DeliveryStreamName":"a","x":[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],"Records":[{"Data":"aGk="}]}""")]
    public async Task What_cannot_be_read_is_a_SerializationException(string operation, string input)
    {
        await using var rig = await StartAsync();

        (await rig.CallAsync(operation, input)).ExpectError("SerializationException");

        Assert.Empty(rig.Delivery.Puts);
    }

    [Fact]
    public async Task Puts_are_measured()
    {
        await using var rig = await StartAsync();
        (await rig.CallAsync("PutRecord", """{"DeliveryStreamName":"a","Record":{"Data":"aGk="}}""")).Expect(200);
        (await rig.CallAsync("PutRecordBatch", """{"DeliveryStreamName":"a","Records":[{"Data":"aGVsbG8="},{"Data":"aGk="}]}""")).Expect(200);

        Assert.Equal((1, 2, 1), (Sum(rig, StreamMetric.PutRecordRequests), Sum(rig, StreamMetric.PutRecordBytes), Count(rig, StreamMetric.PutRecordLatency)));
        Assert.Equal((1, 7, 2, 1), (Sum(rig, StreamMetric.PutRecordBatchRequests), Sum(rig, StreamMetric.PutRecordBatchBytes), Sum(rig, StreamMetric.PutRecordBatchRecords), Count(rig, StreamMetric.PutRecordBatchLatency)));
        Assert.Equal(2, Sum(rig, StreamMetric.IncomingPutRequests));
    }

    [Fact]
    public async Task Quotas_of_the_region_are_enforced_if_asked_for()
    {
        var time = new Ingest.ManualTime();
        await using var rig = await FirehoseRig.StartAsync(options => options with { EnforceQuotas = true, Time = time });
        var create = Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket()).ToJsonString();
        (await rig.CallAsync("CreateDeliveryStream", create, region: "eu-central-1")).Expect(200);
        var half = $$"""{"DeliveryStreamName":"a","Records":[{"Data":"{{Convert.ToBase64String(new byte[600 << 10])}}"},{"Data":"{{Convert.ToBase64String(new byte[600 << 10])}}"}]}""";

        var first = (await rig.CallAsync("PutRecordBatch", half, region: "eu-central-1")).Expect(200);
        time.Advance(TimeSpan.FromSeconds(1));
        var second = (await rig.CallAsync("PutRecordBatch", half, region: "eu-central-1")).Expect(200);

        Assert.Equal((1, 1), (first.GetProperty("FailedPutCount").GetInt32(), second.GetProperty("FailedPutCount").GetInt32()));
        Assert.Equal("Slow down.", first.GetProperty("RequestResponses")[1].GetProperty("ErrorMessage").GetString());
        var arn = Arn.Replace("us-east-1", "eu-central-1", StringComparison.Ordinal);
        Assert.Equal(1 << 20, rig.Server.Metrics.Read(arn, StreamMetric.BytesPerSecondLimit, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue)[0].Max);
    }

    private static async Task<FirehoseRig> StartAsync()
    {
        var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        return rig;
    }

    private static string Record(int bytes) => $$$"""{"DeliveryStreamName":"a","Record":{"Data":"{{{Convert.ToBase64String(new byte[bytes])}}}"}}""";

    private static int Sum(FirehoseRig rig, StreamMetric metric) => (int)Points(rig, metric).Sum(point => point.Sum);

    private static int Count(FirehoseRig rig, StreamMetric metric) => (int)Points(rig, metric).Sum(point => point.Count);

    private static MetricPoint[] Points(FirehoseRig rig, StreamMetric metric) => rig.Server.Metrics.Read(Arn, metric, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue);
}
