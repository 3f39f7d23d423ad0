using System.Globalization;

namespace Cistern.Tests.Formats.CloudWatchLogs;

public sealed class JsonFieldTests
{
    [Fact]
    public void A_JSON_message_is_taken_apart_and_stays_whole()
    {
        const string message = """ {"msg":"a \"b\" \u00e9\ud83d\ude00","n":1.50,"ok":true,"none":null,"list":[1,{"a":2}],"user":{"id":5,"address":{"city":"Bern"}},"empty":{},"text":""} """;
        var expected = new Dictionary<string, string>
        {
            ["msg"] = "a \"b\" é😀",
            ["n"] = "1.50",
            ["ok"] = "true",
            ["list"] = "[1,{\"a\":2}]",
            ["user.id"] = "5",
            ["user.address.city"] = "Bern",
            ["text"] = "",
        };

        Assert.Equal(expected, LogEnvelopes.FieldsOf(message));
        Assert.Equal(message, LogEnvelopes.RowOf(message)["message"]);
    }

    [Fact]
    public void JSON_behind_the_prefix_of_a_Lambda_function_is_read() =>
        Assert.Equal("1", LogEnvelopes.FieldsOf("2026-01-02T03:04:05.678Z\t632d3270-354e-4504-96e1-e3a74218c002\tINFO\t{\"a\":1}\n")["a"]);

    [Fact]
    public void Reports_of_the_Lambda_platform_in_JSON_are_JSON() =>
        Assert.Equal("3.5", LogEnvelopes.FieldsOf("{\"time\":\"2026-01-02T03:04:05Z\",\"type\":\"platform.report\",\"record\":{\"metrics\":{\"durationMs\":3.5}}}")["record.metrics.durationMs"]);

    [Theory]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1} tail")]
    [InlineData("{\"a\":1}{\"b\":2}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{a:1}")]
    [InlineData("[{\"a\":1}]")]
    [InlineData("{\"a\":\"\\x\"}")]
    [InlineData("{\"a\":\"tab\there\"}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("text {\"a\":1}")]
    public void What_is_not_one_JSON_object_has_no_fields(string message) => Assert.Empty(LogEnvelopes.FieldsOf(message));

    [Fact]
    public void The_first_of_a_doubled_key_wins() =>
        Assert.Equal(new Dictionary<string, string> { ["a"] = "1", ["b.c"] = "2" }, LogEnvelopes.FieldsOf("{\"a\":1,\"a\":3,\"b\":{\"c\":2},\"b.c\":4}"));

    [Fact]
    public void A_row_has_at_most_100_fields()
    {
        var fields = LogEnvelopes.FieldsOf("{" + string.Join(',', Enumerable.Range(0, 150).Select(number => $"\"k{number}\":{number}")) + "}");

        Assert.Equal(100, fields.Count);
        Assert.Equal("99", fields["k99"]);
    }

    [Fact]
    public void Values_over_2048_bytes_and_keys_over_256_are_left_out()
    {
        var fields = LogEnvelopes.FieldsOf(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"long\":\"{new string('x', 2049)}\",\"fits\":\"{new string('x', 2048)}\",\"{new string('k', 257)}\":1,\"{new string('k', 256)}\":2,\"p\":{{\"{new string('k', 255)}\":3,\"{new string('k', 254)}\":4}},\"\":5}}"));

        Assert.Equal(["fits", new string('k', 256), "p." + new string('k', 254)], fields.Keys);
    }

    [Fact]
    public void What_lies_deeper_than_eight_objects_is_one_field()
    {
        var fields = LogEnvelopes.FieldsOf("{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"b\":1,\"a\":{\"a\":{}}}}}}}}}}");

        Assert.Equal(new Dictionary<string, string> { ["a.a.a.a.a.a.a.b"] = "1", ["a.a.a.a.a.a.a.a"] = "{\"a\":{}}" }, fields);
    }

    [Fact]
    public void JSON_nested_a_million_deep_is_a_message_without_fields() =>
        Assert.Empty(LogEnvelopes.FieldsOf(string.Concat(Enumerable.Repeat("{\"a\":", 1_000_000))));
}
