using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Cistern.Tests.Delivery.Api;

public sealed class WireTests
{
    [Theory]
    [InlineData("Firehose_20150804.NoSuchOperation", "application/x-amz-json-1.1", 400)]
    [InlineData("Kinesis_20131202.PutRecord", "application/x-amz-json-1.1", 400)]
    [InlineData("Firehose_20150804.", "application/x-amz-json-1.1", 400)]
    [InlineData(null, "application/x-amz-json-1.1", 400)]
    [InlineData("Firehose_20150804.NoSuchOperation", "text/plain", 404)]
    [InlineData("Firehose_20150804.NoSuchOperation", "application/x-www-form-urlencoded", 404)]
    public async Task An_operation_that_is_not_there_is_UnknownOperation(string? target, string contentType, int status)
    {
        await using var rig = await FirehoseRig.StartAsync();
        using var request = FirehoseRig.Request("x", "{}");
        request.Headers.Remove("X-Amz-Target");
        if (target is not null)
        {
            request.Headers.Add("X-Amz-Target", target);
        }

        request.Content!.Headers.ContentType = new MediaTypeHeaderValue(contentType);

        (await ApiAnswer.ReadAsync(await rig.Http.SendAsync(request))).ExpectError("UnknownOperationException", status);
    }

    [Theory]
    [InlineData("", "cannot read the request as JSON")]
    [InlineData("null", "the request is not a JSON object")]
    [InlineData("{", "cannot read the request as JSON")]
    [InlineData("{} x", "cannot read the request as JSON")]
    [InlineData("[]", "Start of list found where not expected")]
    [InlineData("\"x\"", "STRING_VALUE can not be converted to a structure")]
    [InlineData("""{"Limit":"5"}""", "STRING_VALUE can not be converted to Integer")]
    [InlineData("""{"Limit":true}""", "TRUE_VALUE can not be converted to Integer")]
    [InlineData("""{"Limit":{}}""", "Start of structure or map found where not expected.")]
    [InlineData("""{"DeliveryStreamType":5}""", "NUMBER_VALUE can not be converted to String")]
    [InlineData("""{"DeliveryStreamType":["DirectPut"]}""", "Start of list found where not expected")]
    [InlineData("""{"DeliveryStreamType":"\ud800"}""", "no characters")]
    public async Task Json_that_cannot_be_read_is_a_SerializationException(string body, string message)
    {
        await using var rig = await FirehoseRig.StartAsync();

        Assert.Contains(message, (await rig.CallAsync("ListDeliveryStreams", body)).ExpectError("SerializationException"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_deeper_than_any_input_is_a_SerializationException()
    {
        await using var rig = await FirehoseRig.StartAsync();

        (await rig.CallAsync("ListDeliveryStreams", $$"""{"x":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""")).ExpectError("SerializationException");
    }

    [Fact]
    public async Task Members_that_the_model_does_not_have_are_ignored()
    {
        await using var rig = await FirehoseRig.StartAsync();
        var create = Requests.Create("a", "HttpEndpointDestinationConfiguration", Requests.Http().With("Later", new JsonArray(1, "x")));
        create["AlsoLater"] = new JsonObject { ["a"] = 1.5 };

        (await rig.CallAsync("CreateDeliveryStream", create)).Expect(200);

        Assert.DoesNotContain("Later", (await rig.DescribeAsync("a")).GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PutRecord", 8 << 20)]
    [InlineData("CreateDeliveryStream", 1 << 20)]
    public async Task A_body_over_the_limit_is_refused_with_the_limit(string operation, int limit)
    {
        await using var rig = await FirehoseRig.StartAsync();

        var answer = await rig.CallAsync(operation, $$"""{"x":"{{new string('x', limit)}}"}""");

        Assert.Contains($"{limit} bytes", answer.ExpectError("RequestEntityTooLargeException", 413), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_unknown_length_is_taken_and_limited_too()
    {
        await using var rig = await FirehoseRig.StartAsync(options => options with { MaxBodyBytes = 1 << 20 });
        await rig.CreateAsync("a");
        async Task<HttpStatusCode> SendAsync(int bytes)
        {
            using var request = FirehoseRig.Request("PutRecord", $$$"""{"DeliveryStreamName":"a","Record":{"Data":"{{{Convert.ToBase64String(new byte[bytes])}}}"}}""");
            request.Headers.TransferEncodingChunked = true;
            return (await rig.Http.SendAsync(request)).StatusCode;
        }

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.RequestEntityTooLarge), (await SendAsync(700_000), await SendAsync(900_000)));
    }

    [Fact]
    public async Task Bodies_that_together_are_too_many_are_told_to_slow_down()
    {
        await using var rig = await FirehoseRig.StartAsync(options => options with { MaxInFlightBytes = 1000 });

        Assert.Equal("Slow down.", (await rig.CallAsync("ListDeliveryStreams", new JsonObject { ["x"] = new string('x', 2000) })).ExpectError("ServiceUnavailableException", 500));
        (await rig.CallAsync("ListDeliveryStreams", "{}")).Expect(200);
    }

    [Fact]
    public async Task Health_needs_nothing_and_other_requests_are_denied()
    {
        await using var rig = await FirehoseRig.StartAsync();

        Assert.Equal("ok\n", await rig.Http.GetStringAsync("/healthz"));
        (await ApiAnswer.ReadAsync(await rig.Http.GetAsync("/"))).ExpectError("AccessDeniedException", 403);
        (await ApiAnswer.ReadAsync(await rig.Http.PutAsync("/", new StringContent("x", Encoding.UTF8)))).ExpectError("AccessDeniedException", 403);
    }

    [Fact]
    public async Task Calls_are_measured()
    {
        await using var rig = await FirehoseRig.StartAsync();
        await rig.CreateAsync("a");
        await rig.DescribeAsync("a");
        (await rig.CallAsync("ListDeliveryStreams", "{}")).Expect(200);
        await rig.UpdateAsync("a", "7", "S3DestinationUpdate", new JsonObject());

        var measured = rig.Server.Metrics.List(DateTimeOffset.UnixEpoch).Select(entry => $"{entry.Arn.Split('/').Last()} {Cistern.Delivery.Metrics.StreamMetricTable.NameOf(entry.Metric)}").Order();

        Assert.Equal(
            ["a DescribeDeliveryStream.Latency", "a DescribeDeliveryStream.Requests", "a UpdateDeliveryStream.Latency", "a UpdateDeliveryStream.Requests",
             "arn:aws:firehose:us-east-1:000000000000 ListDeliveryStreams.Latency", "arn:aws:firehose:us-east-1:000000000000 ListDeliveryStreams.Requests"], measured);
    }
}
