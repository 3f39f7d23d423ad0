using System.Formats.Cbor;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Cistern.Delivery.Metrics;
using Cistern.Tests.Ingest;
using static Cistern.Tests.Delivery.Api.ControlOperationTests;

namespace Cistern.Tests.Delivery.Api;

public sealed class CloudWatchTests : IAsyncLifetime
{
    private const string Account = "arn:aws:firehose:us-east-1:000000000000";
    private const string Service = "GraniteServiceVersion20100801";

    private readonly ManualTime _time = new();
    private FirehoseRig _rig = null!;
    private DateTimeOffset _start;

    /// <summary>Three minutes of a stream: successes 1 and 0, then 1, then 1; and one metric of another stream.</summary>
    public async ValueTask InitializeAsync()
    {
        // To the next full ten minutes, so that periods of five begin where minutes do.
        _time.Advance(TimeSpan.FromSeconds(600 - (_time.GetUtcNow().ToUnixTimeSeconds() % 600)));
        _rig = await FirehoseRig.StartAsync(options => options with { Time = _time });
        _start = _time.GetUtcNow();
        var metrics = _rig.Server.Metrics;
        metrics.Add($"{Account}:deliverystream/a", StreamMetric.HttpSuccess, 1);
        metrics.Add($"{Account}:deliverystream/a", StreamMetric.HttpSuccess, 0);
        metrics.Add($"{Account}:deliverystream/a", StreamMetric.HttpBytes, 600, samples: 3);
        metrics.Add($"{Account}:deliverystream/b", StreamMetric.IncomingBytes, 5);
        _time.Advance(TimeSpan.FromMinutes(1));
        metrics.Add($"{Account}:deliverystream/a", StreamMetric.HttpSuccess, 1);
        _time.Advance(TimeSpan.FromMinutes(4));
        metrics.Add($"{Account}:deliverystream/a", StreamMetric.HttpSuccess, 1);
        _time.Advance(TimeSpan.FromMinutes(1));
    }

    public async ValueTask DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Statistics_are_answered_in_json()
    {
        var answer = await JsonAsync("GetMetricStatistics", Statistics(60, "Average", "Sum", "Minimum", "Maximum", "SampleCount"));

        var points = answer.Expect(200).GetProperty("Datapoints").EnumerateArray().ToArray();
        Assert.Equal(("application/x-amz-json-1.0", "DeliveryToHttpEndpoint.Success", 3), (answer.ContentType, Text(answer.Json, "Label"), points.Length));
        AssertJson($$"""{"Timestamp":{{_start.ToUnixTimeSeconds()}},"Average":0.5,"Sum":1,"Minimum":0,"Maximum":1,"SampleCount":2,"Unit":"Count"}""", points[0]);
        Assert.Equal(_start.AddMinutes(5).ToUnixTimeSeconds(), points[2].GetProperty("Timestamp").GetDouble());
    }

    [Fact]
    public async Task Longer_periods_join_minutes()
    {
        var points = (await JsonAsync("GetMetricStatistics", Statistics(300, "Sum", "SampleCount"))).Expect(200).GetProperty("Datapoints");

        Assert.Equal("2/3 1/1", string.Join(' ', points.EnumerateArray().Select(point => $"{point.GetProperty("Sum")}/{point.GetProperty("SampleCount")}")));
    }

    [Fact]
    public async Task Statistics_are_answered_in_the_query_protocol()
    {
        var (status, type, text) = await QueryAsync($"Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FFirehose&MetricName=DeliveryToHttpEndpoint.Success&Dimensions.member.1.Name=DeliveryStreamName"
            + $"&Dimensions.member.1.Value=a&StartTime={Iso(_start)}&EndTime={Iso(_start.AddMinutes(10))}&Period=300&Statistics.member.1=Average&Statistics.member.2=Maximum");

        Assert.Equal((200, "text/xml"), (status, type));
        var ns = XNamespace.Get("http://monitoring.amazonaws.com/doc/2010-08-01/");
        var root = XDocument.Parse(text).Root!;
        Assert.Equal(ns + "GetMetricStatisticsResponse", root.Name);
        var first = root.Element(ns + "GetMetricStatisticsResult")!.Element(ns + "Datapoints")!.Elements(ns + "member").First();
        Assert.Equal([$"Timestamp={Iso(_start)}", $"Average={(2.0 / 3).ToString(CultureInfo.InvariantCulture)}", "Maximum=1", "Unit=Count"], first.Elements().Select(element => $"{element.Name.LocalName}={element.Value}"));
        Assert.True(Guid.TryParse(root.Element(ns + "ResponseMetadata")!.Element(ns + "RequestId")!.Value, out _));
    }

    [Fact]
    public async Task Statistics_are_answered_in_cbor()
    {
        var writer = new CborWriter();
        writer.WriteStartMap(null);
        foreach (var (name, value) in new[] { ("Namespace", "AWS/Firehose"), ("MetricName", "DeliveryToHttpEndpoint.Success") })
        {
            writer.WriteTextString(name);
            writer.WriteTextString(value);
        }

        writer.WriteTextString("Dimensions");
        writer.WriteStartArray(1);
        writer.WriteStartMap(2);
        writer.WriteTextString("Name");
        writer.WriteTextString("DeliveryStreamName");
        writer.WriteTextString("Value");
        writer.WriteTextString("a");
        writer.WriteEndMap();
        writer.WriteEndArray();
        foreach (var (name, time) in new[] { ("StartTime", _start), ("EndTime", _start.AddMinutes(10)) })
        {
            writer.WriteTextString(name);
            writer.WriteTag(CborTag.UnixTimeSeconds);
            writer.WriteInt64(time.ToUnixTimeSeconds());
        }

        writer.WriteTextString("Period");
        writer.WriteInt32(300);
        writer.WriteTextString("Statistics");
        writer.WriteStartArray(1);
        writer.WriteTextString("Sum");
        writer.WriteEndArray();
        writer.WriteEndMap();

        var response = await CborAsync("GetMetricStatistics", writer.Encode());

        Assert.Equal(("rpc-v2-cbor", "application/cbor"), (response.Headers.GetValues("smithy-protocol").Single(), response.Content.Headers.ContentType!.ToString()));
        var reader = new CborReader(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, reader.ReadStartMap());
        Assert.Equal(("Label", "DeliveryToHttpEndpoint.Success", "Datapoints", 2), (reader.ReadTextString(), reader.ReadTextString(), reader.ReadTextString(), reader.ReadStartArray()));
        Assert.Equal((3, "Timestamp", CborTag.UnixTimeSeconds, _start.ToUnixTimeSeconds()), (reader.ReadStartMap(), reader.ReadTextString(), reader.ReadTag(), reader.ReadDouble()));
        Assert.Equal(("Sum", 2.0, "Unit", "Count"), (reader.ReadTextString(), reader.ReadDouble(), reader.ReadTextString(), reader.ReadTextString()));
    }

    [Fact]
    public async Task Metrics_are_listed_and_filtered()
    {
        async Task<string> ListAsync(string input) => string.Join(' ', (await JsonAsync("ListMetrics", JsonNode.Parse(input)!.AsObject())).Expect(200).GetProperty("Metrics").EnumerateArray()
            .Select(metric => $"{Text(metric, "Namespace")}:{Text(metric, "MetricName")}:{string.Join('=', metric.GetProperty("Dimensions").EnumerateArray().Select(dimension => $"{Text(dimension, "Name")}={Text(dimension, "Value")}"))}"));

        Assert.Equal(
            "AWS/Firehose:DeliveryToHttpEndpoint.Bytes:DeliveryStreamName=a AWS/Firehose:DeliveryToHttpEndpoint.Success:DeliveryStreamName=a AWS/Firehose:IncomingBytes:DeliveryStreamName=b", await ListAsync("{}"));
        Assert.Equal("AWS/Firehose:IncomingBytes:DeliveryStreamName=b", await ListAsync("""{"Namespace":"AWS/Firehose","Dimensions":[{"Name":"DeliveryStreamName","Value":"b"}]}"""));
        Assert.Equal("AWS/Firehose:IncomingBytes:DeliveryStreamName=b", await ListAsync("""{"MetricName":"IncomingBytes","Dimensions":[{"Name":"DeliveryStreamName"}]}"""));
        Assert.Equal("", await ListAsync("""{"Namespace":"AWS/EC2"}"""));
        Assert.Equal("", await ListAsync("""{"Dimensions":[{"Name":"InstanceId"}]}"""));
        _time.Advance(TimeSpan.FromHours(4));
        Assert.Equal("", await ListAsync("""{"RecentlyActive":"PT3H"}"""));
    }

    [Fact]
    public async Task More_than_500_metrics_come_in_pages()
    {
        for (var stream = 0; stream < 501; stream++)
        {
            _rig.Server.Metrics.Add($"{Account}:deliverystream/s{stream:D3}", StreamMetric.IncomingRecords, 1);
        }

        var first = (await JsonAsync("ListMetrics", new JsonObject { ["MetricName"] = "IncomingRecords" })).Expect(200);
        var second = (await JsonAsync("ListMetrics", new JsonObject { ["MetricName"] = "IncomingRecords", ["NextToken"] = first.GetProperty("NextToken").GetString() })).Expect(200);

        Assert.Equal((500, 1, false), (first.GetProperty("Metrics").GetArrayLength(), second.GetProperty("Metrics").GetArrayLength(), second.TryGetProperty("NextToken", out _)));
        Assert.Equal(400, (await JsonAsync("ListMetrics", new JsonObject { ["NextToken"] = "x" })).Status);
    }

    [Fact]
    public async Task Metric_data_has_several_metrics_and_their_arithmetic()
    {
        var input = Data("""
            [{"Id":"m1","MetricStat":{"Metric":M,"Period":60,"Stat":"Sum"}},{"Id":"n","MetricStat":{"Metric":M,"Period":60,"Stat":"SampleCount"},"ReturnData":false},
             {"Id":"e1","Expression":"100 * (m1 / n) - e2 * 0","Label":"share"},{"Id":"e2","Expression":"-m1"}]
            """);

        var results = (await JsonAsync("GetMetricData", input.With("ScanBy", "TimestampAscending"))).Expect(200).GetProperty("MetricDataResults");

        Assert.Equal("m1:DeliveryToHttpEndpoint.Success:1,1,1:Complete e1:share:50,100,100:Complete e2:e2:-1,-1,-1:Complete", string.Join(' ', results.EnumerateArray().Select(result =>
            $"{Text(result, "Id")}:{Text(result, "Label")}:{string.Join(',', result.GetProperty("Values").EnumerateArray())}:{Text(result, "StatusCode")}")));
        Assert.Equal(new[] { 0, 1, 5 }.Select(minute => (double)_start.AddMinutes(minute).ToUnixTimeSeconds()), results[0].GetProperty("Timestamps").EnumerateArray().Select(time => time.GetDouble()));
    }

    [Fact]
    public async Task Metric_data_comes_in_pages_newest_first()
    {
        var input = Data("""[{"Id":"m1","MetricStat":{"Metric":M,"Period":60,"Stat":"SampleCount"}},{"Id":"m2","MetricStat":{"Metric":M,"Period":300,"Stat":"SampleCount"}}]""").With("MaxDatapoints", 2);
        var pages = new List<string>();
        string? token = null;
        do
        {
            var page = (await JsonAsync("GetMetricData", input.With("NextToken", token))).Expect(200);
            pages.Add(string.Join(' ', page.GetProperty("MetricDataResults").EnumerateArray().Select(result => $"{string.Join(',', result.GetProperty("Values").EnumerateArray())}:{Text(result, "StatusCode")}")));
            token = page.TryGetProperty("NextToken", out var next) ? next.GetString() : null;
        }
        while (token is not null);

        Assert.Equal(["1,1:PartialData :PartialData", "2:Complete 1:PartialData", ":Complete 3:Complete"], pages);
    }

    public static TheoryData<string, string, string, string> Problems() => new()
    {
        { "GetMetricStatistics", """{"Period":90}""", "InvalidParameterValue", "The value 90 for parameter Period is invalid" },
        { "GetMetricStatistics", """{"Statistics":null}""", "MissingParameter", "At least one of the parameters Statistics and ExtendedStatistics must be specified." },
        { "GetMetricStatistics", """{"Statistics":null,"ExtendedStatistics":["p99"]}""", "InvalidParameterValue", "The value p99 for a statistic is not supported" },
        { "GetMetricStatistics", """{"EndTime":0}""", "InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime." },
        { "GetMetricStatistics", """{"StartTime":0}""", "InvalidParameterCombination", "which exceeds the limit of 1,440" },
        { "GetMetricStatistics", """{"EndTime":1e300}""", "InvalidParameterCombination", "which exceeds the limit of 1,440" },
        { "GetMetricStatistics", """{"MetricName":null}""", "ValidationError", "Value null at 'metricName'" },
        { "GetMetricStatistics", """{"Statistics":["Median"]}""", "ValidationError", "Member must satisfy enum value set: [SampleCount, Average, Sum, Minimum, Maximum]" },
        { "GetMetricStatistics", """{"Period":"x"}""", "MalformedQueryString", "STRING_VALUE can not be converted to Integer" },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"m","MetricStat":{"Metric":M,"Period":60,"Stat":"p50"}}]}""", "InvalidParameterValue", "The value p50 for a statistic is not supported" },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"M","Expression":"1"}]}""", "ValidationError", "The value M for parameter Id is invalid" },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"m"}]}""", "ValidationError", "The query m must have either MetricStat or Expression." },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"a","Expression":"b"},{"Id":"b","Expression":"a"}]}""", "ValidationError", "depends on itself" },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"a","Expression":"SUM(METRICS())"}]}""", "ValidationError", "functions are not" },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"a","Expression":"((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))"}]}""", "ValidationError", "Error in expression" },
        { "GetMetricData", """{"MetricDataQueries":[{"Id":"a","Expression":"1"},{"Id":"a","Expression":"1"}]}""", "ValidationError", "is not unique" },
        { "PutMetricData", "{}", "InvalidAction", "Could not find operation PutMetricData" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public async Task Problems_are_named_in_each_protocol(string operation, string changes, string code, string message)
    {
        var input = operation == "GetMetricData" ? Data("""[{"Id":"m","Expression":"1"}]""") : Statistics(60, "Sum");
        foreach (var (name, value) in JsonNode.Parse(changes.Replace("M,", MetricOfA() + ",", StringComparison.Ordinal))!.AsObject())
        {
            input.With(name, value?.DeepClone());
        }

        using var request = JsonRequest(operation, input);
        using var response = await _rig.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var answer = await ApiAnswer.ReadAsync(response);

        Assert.Equal($"{code};Sender", response.Headers.GetValues("x-amzn-query-error").Single());
        Assert.Contains(message, Text(answer.Expect(400), "message"), StringComparison.Ordinal);
        Assert.StartsWith("com.amazonaws.cloudwatch#", Text(answer.Json, "__type"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Action=GetMetricStatistics&Namespace=AWS%2FFirehose&Period=sixty", "MalformedQueryString")]
    [InlineData("Action=GetMetricStatistics&Namespace=AWS%2FFirehose&StartTime=yesterday", "MalformedQueryString")]
    [InlineData("Action=ListMetrics&Dimensions.member.1000000.Name=x", "MalformedQueryString")]
    [InlineData("Action=ListMetrics&Dimensions.member.1=x", "MalformedQueryString")]
    [InlineData("Action=ListMetrics&a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q=x", "MalformedQueryString")]
    [InlineData("Action=DescribeAlarms", "InvalidAction")]
    [InlineData("", "InvalidAction")]
    [InlineData("Action=ListMetrics&Namespace=%3Ax", "ValidationError")]
    public async Task A_query_that_is_wrong_is_answered_in_xml(string body, string code)
    {
        var (status, _, text) = await QueryAsync(body);

        var ns = XNamespace.Get("http://monitoring.amazonaws.com/doc/2010-08-01/");
        var error = XDocument.Parse(text).Root!.Element(ns + "Error")!;
        Assert.Equal((400, "Sender", code), (status, error.Element(ns + "Type")!.Value, error.Element(ns + "Code")!.Value));
    }

    [Theory]
    [InlineData("ff")]
    [InlineData("80")]
    [InlineData("bf")]
    [InlineData("a1654c6162656c")]
    [InlineData("a1694e616d65737061636501")]
    [InlineData("a16a44696d656e73696f6e739bffffffffffffffff")]
    public async Task Cbor_that_is_wrong_is_answered_in_cbor(string hex)
    {
        using var response = await CborAsync("ListMetrics", Convert.FromHexString(hex));

        Assert.Equal(400, (int)response.StatusCode);
        var reader = new CborReader(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        reader.ReadStartMap();
        Assert.Equal("__type", reader.ReadTextString());
    }

    [Fact]
    public async Task Cbor_that_is_deep_is_refused() =>
        Assert.Equal(400, (int)(await CborAsync("ListMetrics", [0xa1, 0x61, (byte)'x', .. Enumerable.Repeat((byte)0x81, 100_000), 0x80])).StatusCode);

    [Fact]
    public async Task Another_region_or_unit_or_dimension_has_no_points()
    {
        foreach (var input in new[] { Statistics(60, "Sum").With("Unit", "Bytes"), Statistics(60, "Sum").With("Dimensions", new JsonArray()), Statistics(60, "Sum").With("Namespace", "AWS/EC2"), Statistics(60, "Sum").With("MetricName", "Other") })
        {
            Assert.Equal(0, (await JsonAsync("GetMetricStatistics", input)).Expect(200).GetProperty("Datapoints").GetArrayLength());
        }

        using var elsewhere = JsonRequest("ListMetrics", []);
        elsewhere.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=x/20261128/eu-west-1/monitoring/aws4_request, SignedHeaders=host, Signature=00");
        Assert.Equal("""{"Metrics":[]}""", (await ApiAnswer.ReadAsync(await _rig.Http.SendAsync(elsewhere, TestContext.Current.CancellationToken))).Text);
    }

    private JsonObject Statistics(int period, params string[] statistics) => new()
    {
        ["Namespace"] = "AWS/Firehose",
        ["MetricName"] = "DeliveryToHttpEndpoint.Success",
        ["Dimensions"] = new JsonArray(new JsonObject { ["Name"] = "DeliveryStreamName", ["Value"] = "a" }),
        ["StartTime"] = _start.ToUnixTimeSeconds(),
        ["EndTime"] = _start.AddMinutes(10).ToUnixTimeSeconds(),
        ["Period"] = period,
        ["Statistics"] = new JsonArray([.. statistics.Select(statistic => (JsonNode)statistic)]),
    };

    private JsonObject Data(string queries) => new()
    {
        ["MetricDataQueries"] = JsonNode.Parse(queries.Replace("M,", MetricOfA() + ",", StringComparison.Ordinal)),
        ["StartTime"] = _start.ToUnixTimeSeconds(),
        ["EndTime"] = _start.AddMinutes(10).ToUnixTimeSeconds(),
    };

    private static string MetricOfA() => """{"Namespace":"AWS/Firehose","MetricName":"DeliveryToHttpEndpoint.Success","Dimensions":[{"Name":"DeliveryStreamName","Value":"a"}]}""";

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static HttpRequestMessage JsonRequest(string operation, JsonObject input)
    {
        var request = FirehoseRig.Request("x", input.ToJsonString());
        request.Headers.Remove("X-Amz-Target");
        request.Headers.Add("X-Amz-Target", $"{Service}.{operation}");
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        return request;
    }

    private async Task<ApiAnswer> JsonAsync(string operation, JsonObject input)
    {
        using var request = JsonRequest(operation, input);
        return await ApiAnswer.ReadAsync(await _rig.Http.SendAsync(request));
    }

    private async Task<(int Status, string Type, string Text)> QueryAsync(string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await _rig.Http.PostAsync("/", content);
        return ((int)response.StatusCode, response.Content.Headers.ContentType!.ToString(), await response.Content.ReadAsStringAsync());
    }

    private async Task<HttpResponseMessage> CborAsync(string operation, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/service/{Service}/operation/{operation}") { Content = new ByteArrayContent(body) };
        request.Headers.Add("smithy-protocol", "rpc-v2-cbor");
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/cbor");
        return await _rig.Http.SendAsync(request);
    }
}
