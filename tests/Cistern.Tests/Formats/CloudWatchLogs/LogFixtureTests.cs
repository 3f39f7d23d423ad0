using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace Cistern.Tests.Formats.CloudWatchLogs;

/// <summary>Every value of every fixture, read a second time with another JSON reader and compared.</summary>
public sealed class LogFixtureTests
{
    [Theory]
    [InlineData("alloy_control-message.json.gz", 0, 1, 0)]
    [InlineData("alloy_data-message.json.gz", 13, 0, 0)]
    [InlineData("otelcontrib_extracted_fields_both.json", 1, 0, 0)]
    [InlineData("otelcontrib_multiple_json_objects.json", 2, 0, 0)]
    [InlineData("otelcontrib_multiple_resources.ndjson", 6, 0, 0)]
    [InlineData("otelcontrib_only_control.json", 0, 1, 0)]
    [InlineData("otelcontrib_some_invalid_records.ndjson", 2, 0, 1)]
    [InlineData("otelcontrib_two_records_different_extracted_fields.json", 2, 0, 0)]
    [InlineData("own_account-level.json.gz", 1, 0, 0)]
    [InlineData("own_extracted-fields-delimited.json.gz", 1, 0, 0)]
    [InlineData("own_firehose-decompressed.ndjson", 3, 0, 0)]
    [InlineData("own_two-documents-one-gzip.json.gz", 3, 0, 0)]
    [InlineData("own_two-gzip-members.bin", 3, 0, 0)]
    [InlineData("ukhomeoffice_data-message-1.json.gz", 2, 0, 0)]
    [InlineData("ukhomeoffice_data-message-2.json.gz", 1, 0, 0)]
    public void Every_value_of_a_fixture_lands_in_its_column(string file, int rows, int controls, int rejects)
    {
        var record = Bodies.Fixture("cloudwatch-logs/" + file);
        var into = LogEnvelopes.DecodeBytes(Bodies.Any with { Region = "eu-west-2" }, record);
        var expected = Expected(Inflate(record)).ToList();

        Assert.Equal((rows, (long)controls, rejects), (into.Logs.RowCount, into.Controls, into.Rejects.RowCount));
        Assert.Equal(rows, expected.Count);
        for (var row = 0; row < rows; row++)
        {
            var found = Rows.Of(into.Logs, row);
            found.Remove("level"); // Its rules have tests of their own.
            Assert.Equal(expected[row].OrderBy(pair => pair.Key), found.OrderBy(pair => pair.Key));
        }
    }

    [Fact]
    public void Levels_of_a_captured_Lambda_log_are_information()
    {
        var into = LogEnvelopes.DecodeBytes(Bodies.Any, Bodies.Fixture("cloudwatch-logs/alloy_data-message.json.gz"));
        Assert.All(Enumerable.Range(0, 13), row => Assert.Equal("info", Rows.Of(into.Logs, row)["level"]));
    }

    private static byte[] Inflate(byte[] record)
    {
        if (record[0] != 0x1F)
        {
            return record;
        }

        using var gzip = new GZipStream(new MemoryStream(record), CompressionMode.Decompress);
        using var target = new MemoryStream();
        gzip.CopyTo(target);
        return target.ToArray();
    }

    private static List<JsonElement> Documents(byte[] text)
    {
        var json = new Utf8JsonReader(text, new JsonReaderOptions { AllowMultipleValues = true });
        var documents = new List<JsonElement>();
        while (json.Read())
        {
            documents.Add(JsonElement.ParseValue(ref json));
        }

        return documents;
    }

    private static IEnumerable<Dictionary<string, string>> Expected(byte[] text) =>
        from document in Documents(text)
        where document.TryGetProperty("messageType", out var type) && type.GetString() == "DATA_MESSAGE"
        from logged in document.GetProperty("logEvents").EnumerateArray()
        select Row(document, logged);

    private static Dictionary<string, string> Row(JsonElement document, JsonElement logged)
    {
        var message = logged.GetProperty("message").GetString()!.TrimEnd('\n');
        var row = new Dictionary<string, string>
        {
            ["time"] = (logged.GetProperty("timestamp").GetInt64() * 1000).ToString(CultureInfo.InvariantCulture),
            ["account"] = document.GetProperty("owner").GetString()!,
            ["region"] = "eu-west-2",
            ["log_group"] = document.GetProperty("logGroup").GetString()!,
            ["log_stream"] = document.GetProperty("logStream").GetString()!,
            ["event_id"] = logged.GetProperty("id").GetString()!,
            ["message"] = message,
            ["filters"] = string.Join(',', document.GetProperty("subscriptionFilters").EnumerateArray().Select(name => name.GetString())),
        };
        if (document.TryGetProperty("policyLevel", out var policy))
        {
            row["policy_level"] = policy.GetString()!;
        }

        foreach (var (name, value) in Members(logged, message))
        {
            var column = name switch
            {
                "@aws.account" => "account",
                "@aws.region" => "region",
                _ => $"fields[{name}]",
            };
            row[column] = value;
        }

        return row;
    }

    private static IEnumerable<(string Name, string Value)> Members(JsonElement logged, string message)
    {
        var extracted = logged.TryGetProperty("extractedFields", out var fields) ? fields.EnumerateObject().Select(field => (field.Name, field.Value.GetString()!)) : [];
        return message[0] == '{' ? extracted.Concat(JsonDocument.Parse(message).RootElement.EnumerateObject().Select(field => (field.Name, field.Value.GetString()!))) : extracted;
    }
}
