using System.Globalization;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Transform;

namespace Cistern.Tests.Delivery.Transform;

/// <summary>The table of results and of broken responses, a test a row. In payloads <c>$0</c> and <c>$1</c> stand for the ids of the records.</summary>
public sealed class TransformAnswerTests
{
    private static readonly IReadOnlyList<StreamRecord> Two = TransformSamples.Records("first", "second");

    [Fact]
    public void Ok_hands_on_the_new_data_of_each_record_whatever_the_order()
    {
        var verdict = Judge("""{"records":[{"recordId":"$1","result":"Ok","data":"Mg=="},{"data":"MQ==","result":"Ok","recordId":"$0"}]}""");

        Assert.False(verdict.IsRetried);
        Assert.Equal(["Ok:1", "Ok:2"], Texts(verdict));
    }

    [Fact]
    public void Dropped_leaves_no_trace() =>
        Assert.Equal(["Dropped", "Ok:2"], Texts(Judge("""{"records":[{"recordId":"$0","result":"Dropped"},{"recordId":"$1","result":"Ok","data":"Mg=="}]}""")));

    [Fact]
    public void ProcessingFailed_fails_that_record() => Assert.Equal(
        ["Lambda.ProcessingFailedStatus: ProcessingFailed status set for record", "Ok:2"],
        Texts(Judge("""{"records":[{"recordId":"$0","result":"ProcessingFailed","data":"%%%"},{"recordId":"$1","result":"Ok","data":"Mg=="}]}""")));

    [Fact]
    public void A_missing_id_fails_that_record_only()
    {
        var texts = Texts(Judge("""{"records":[{"recordId":"$1","result":"Ok","data":"Mg=="}]}"""));

        Assert.StartsWith("Lambda.MissingRecordId: One or more record Ids were not returned.", texts[0], StringComparison.Ordinal);
        Assert.Equal("Ok:2", texts[1]);
    }

    [Fact]
    public void An_id_that_comes_twice_fails()
    {
        var texts = Texts(Judge("""{"records":[{"recordId":"$0","result":"Ok","data":"MQ=="},{"recordId":"$1","result":"Ok","data":"Mg=="},{"recordId":"$0","result":"Dropped"}]}"""));

        Assert.StartsWith("Lambda.DuplicatedRecordId: Multiple records were returned with the same record Id.", texts[0], StringComparison.Ordinal);
        Assert.Equal("Ok:2", texts[1]);
    }

    [Fact]
    public void An_id_that_was_not_in_the_event_is_ignored() => Assert.Equal(
        ["Ok:1", "Ok:2"],
        Texts(Judge("""{"records":[{"recordId":"$0","result":"Ok","data":"MQ=="},{"recordId":"stranger","result":"Ok","data":"eA=="},{"recordId":"$1","result":"Ok","data":"Mg=="}]}""")));

    [Theory]
    [InlineData("")]
    [InlineData("what?")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""[{"recordId":"$0","result":"Dropped"}]""")]
    [InlineData("{}")]
    [InlineData("""{"records":null}""")]
    [InlineData("""{"records":{"recordId":"$0","result":"Dropped"}}""")]
    [InlineData("""{"Records":[{"recordId":"$0","result":"Dropped"}]}""")]
    [InlineData("""{"records":[{"recordId":"$0","result":"Dropped"}""")]
    [InlineData("""{"records":[{"recordId":"$0","result":"Dropped"}]} and more""")]
    [InlineData("""{"records":[{"recordId":"$0","result":"Dropped"}],}""")]
    public void What_is_no_answer_fails_every_record_and_is_not_tried_again(string payload)
    {
        var verdict = Judge(payload);

        Assert.False(verdict.IsRetried);
        Assert.All(Texts(verdict), text => Assert.StartsWith("Lambda.MissingRecordId: ", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"recordId":"$0","result":"Ok"}""")]
    [InlineData("""{"recordId":"$0","result":"Ok","data":null}""")]
    public void Ok_without_data_fails_that_record(string record)
    {
        var texts = Texts(Judge($$"""{"records":[{{record}},{"recordId":"$1","result":"Ok","data":""}]}"""));

        Assert.StartsWith("Lambda.InvalidReturnFormat: The data field cannot be null", texts[0], StringComparison.Ordinal);
        Assert.Equal("Ok:", texts[1]);
    }

    [Theory]
    [InlineData("\"ok\"")]
    [InlineData("\"OK\"")]
    [InlineData("\"Failed\"")]
    [InlineData("1")]
    [InlineData("{\"Ok\":true}")]
    [InlineData("null")]
    public void An_unknown_result_fails_that_record(string result)
    {
        var texts = Texts(Judge($$"""{"records":[{"recordId":"$0","result":{{result}},"data":"MQ=="},{"recordId":"$1","result":"Dropped"}]}"""));

        Assert.StartsWith("Lambda.InvalidReturnFormat: ", texts[0], StringComparison.Ordinal);
        Assert.Equal("Dropped", texts[1]);
    }

    [Fact]
    public void A_result_that_is_not_there_fails_that_record() => Assert.StartsWith(
        "Lambda.InvalidReturnFormat: ", Texts(Judge("""{"records":[{"recordId":"$0","data":"MQ=="}]}"""))[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("\"MQ=\"")]
    [InlineData("\"plain text!\"")]
    [InlineData("\"M\\ud800Q==\"")]
    [InlineData("5")]
    [InlineData("[\"MQ==\"]")]
    public void Data_that_is_not_base64_fails_that_record(string data)
    {
        var texts = Texts(Judge($$"""{"records":[{"recordId":"$0","result":"Ok","data":{{data}}},{"recordId":"$1","result":"Dropped"}]}"""));

        Assert.StartsWith("Lambda.JsonMappingException: ", texts[0], StringComparison.Ordinal);
        Assert.Equal("Dropped", texts[1]);
    }

    [Fact]
    public void Base64_with_escapes_is_read() =>
        Assert.Equal("Ok:~~~???", Texts(Judge("""{"records":[{"recordId":"$0","result":"Ok","data":"fn5\u002bPz8\/"}]}"""))[0]);

    [Theory]
    [InlineData("Lambda.FunctionError")]
    [InlineData("Lambda.FunctionTimedOut")]
    [InlineData("Lambda.InvocationFailure")]
    [InlineData("Lambda.InvokeLimitExceeded")]
    public void An_invocation_that_failed_fails_all_and_is_tried_again(string code)
    {
        var verdict = TransformAnswer.Judge(Two, new FunctionAnswer(code, default, "why"));

        Assert.True(verdict.IsRetried);
        Assert.Equal([$"{code}: why", $"{code}: why"], Texts(verdict));
    }

    [Fact]
    public void A_response_over_six_megabytes_is_an_error_of_the_function()
    {
        var verdict = TransformAnswer.Judge(Two, new FunctionAnswer(null, new byte[TransformBatch.BytesMax + 1], ""));

        Assert.True(verdict.IsRetried);
        Assert.All(
            Texts(verdict), text => Assert.StartsWith("Lambda.FunctionError: The Lambda function was successfully invoked but it returned an error result.", text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_real_response_to_the_real_event_matches_by_id()
    {
        var response = File.ReadAllText(Path.Combine(Repository.Root, "tests/Cistern.Tests/fixtures/firehose-requests/ukhomeoffice_transform-lambda-response.json"));
        var real = System.Text.Json.JsonDocument.Parse(response).RootElement.GetProperty("records");
        for (var place = 0; place < Two.Count; place++)
        {
            response = response.Replace(real[place].GetProperty("recordId").GetString()!, RecordIds.Of(Two[place]), StringComparison.Ordinal);
        }

        var verdict = Judge(response);

        Assert.Equal([.. real.EnumerateArray().Select(record => Encoding.UTF8.GetString(record.GetProperty("data").GetBytesFromBase64()))], verdict.Records.Select(record => TransformSamples.Text(record.Data)));
    }

    [Fact]
    public void Members_that_nobody_knows_and_dynamic_partitioning_do_no_harm() => Assert.Equal("Ok:1", Texts(Judge(
        """{"x":[[{"recordId":"$0"}]],"records":[null,1,["$1"],{"metadata":{"partitionKeys":{"recordId":"$1"}},"recordId":"$0","result":"Ok","data":"MQ==","more":[{}]}],"y":{"records":[]}}"""))[0]);

    [Fact]
    public void Of_a_member_that_is_there_twice_the_last_counts()
    {
        Assert.Equal("Ok:2", Texts(Judge("""{"records":[{"recordId":"stranger","recordId":"$0","result":"Dropped","result":"Ok","data":"MQ==","data":"Mg=="}]}"""))[0]);
        Assert.Equal(["Dropped", Texts(Judge("{}"))[1]], Texts(Judge("""{"records":[{"recordId":"$1","result":"Dropped"}],"records":[{"recordId":"$0","result":"Dropped"}]}""")));
    }

    [Fact]
    public void A_hostile_payload_costs_little_and_is_no_answer()
    {
        var deep = "{\"records\":" + new string('[', 3 << 20);
        var longId = $$"""{"records":[{"recordId":"{{new string('x', 5 << 20)}}","result":"Ok","data":"MQ=="}]}""";
        var many = "{\"records\":[" + string.Join(',', Enumerable.Repeat("{\"recordId\":\"x\"}", 300_000)) + "]}";

        foreach (var payload in new[] { deep, longId, many })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var verdict = TransformAnswer.Judge(Two, new FunctionAnswer(null, Encoding.UTF8.GetBytes(payload), ""));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            Assert.All(Texts(verdict), text => Assert.StartsWith("Lambda.MissingRecordId", text, StringComparison.Ordinal));
            Assert.True(allocated < 40L << 20, $"{allocated} bytes were allocated");
        }
    }

    private static TransformVerdict Judge(string payload)
    {
        for (var place = 0; place < Two.Count; place++)
        {
            payload = payload.Replace(string.Create(CultureInfo.InvariantCulture, $"${place}"), RecordIds.Of(Two[place]), StringComparison.Ordinal);
        }

        return TransformAnswer.Judge(Two, new FunctionAnswer(null, Encoding.UTF8.GetBytes(payload), ""));
    }

    private static string[] Texts(TransformVerdict verdict) => [.. verdict.Records.Select(record => record.Result switch
    {
        RecordResult.Ok => $"Ok:{TransformSamples.Text(record.Data)}",
        RecordResult.Dropped => "Dropped",
        RecordResult.Failed => $"{record.ErrorCode}: {record.ErrorMessage}",
    })];
}
