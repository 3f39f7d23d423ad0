using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats;

/// <summary>Spoiled input of every kind: nothing throws, every item is one row or one reject, columns hold text, memory stays bounded.</summary>
public sealed class MutationTests
{
    private const int Seed = 7_310_842;
    private const int Rounds = 4_000;
    private const int LimitBytes = 1 << 20;

    // Rows are counted in every 1,024 items, and a row may fill gaps of all columns.
    private const int BytesMax = (LimitBytes * 4) + (1 << 20);

    private static readonly DeliveryContext[] Contexts =
    [
        Bodies.Any,
        Bodies.CloudFront,
        Bodies.CloudFront with { CloudFrontFields = "1-71" },
        Bodies.CloudFront with { CloudFrontFields = "1-2,4-46", Weight = 2 },
        Bodies.Any with { CloudFrontFields = "date time c-ip cs(Host)" },
        Bodies.CloudFront with { Privacy = new PrivacyRules(PrivacyAction.Truncate, PrivacyAction.Truncate, PrivacyAction.Truncate, default) },
        Bodies.CloudFront with { Privacy = new PrivacyRules(PrivacyAction.Hash, PrivacyAction.Hash, PrivacyAction.Hash, new byte[16]) },
        Bodies.CloudFront with { Privacy = new PrivacyRules(PrivacyAction.Keep, PrivacyAction.Drop, PrivacyAction.Drop, default) },
        Bodies.Logs,
    ];

    private static readonly byte[][] Records =
    [
        Bodies.Fixture("cloudfront-realtime/own_all-71-fields.tsv"),
        Bodies.Fixture("cloudfront-realtime/awssolutions_45-fields.tsv"),
        Bodies.Fixture("cloudfront-realtime/claygregory_kinesis-1-0.txt"),
        Bodies.Fixture("cloudfront-realtime/own_10-selected-fields.tsv"),
        Bodies.Fixture("cloudfront-standard/own_v2-json.ndjson"),
        Bodies.Fixture("cloudfront-standard/own_v2-w3c.txt"),
        Bodies.Fixture("cloudfront-standard/asaaki_access-log-lines.tsv"),
        Bodies.Fixture("cloudfront-standard/claygregory_rtmp-1-0.txt"),
        "[{\"timestamp\":1760000000123,\"host\":\"a\",\"pathname\":\"/a?b\",\"query_params\":{\"q\":[\"x\\u0000&y\",1]},\"ip\":\"2001:db8::1\"},{\"timestamp\":1}]"u8.ToArray(),
    ];

    private static readonly byte[][] LogRecords =
    [
        Bodies.Fixture("cloudwatch-logs/otelcontrib_extracted_fields_both.json"),
        Bodies.Fixture("cloudwatch-logs/otelcontrib_multiple_json_objects.json"),
        Bodies.Fixture("cloudwatch-logs/otelcontrib_some_invalid_records.ndjson"),
        Bodies.Fixture("cloudwatch-logs/otelcontrib_two_records_different_extracted_fields.json"),
        Bodies.Fixture("cloudwatch-logs/own_firehose-decompressed.ndjson"),
        Bodies.Fixture("cloudwatch-logs/own_firehose-message-extraction.txt"),
        "{\"logEvents\":[{\"message\":\"{\\\"a\\\":{\\\"b\\\":[1,\\\"\\\\u00e9\\ud83d\\ude00\\u0000\\\"]},\\\"level\\\":\\\"warn\\\"}\\r\\n\",\"timestamp\":1,\"id\":\"7\"}],\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\"}"u8.ToArray(),
        "2026-01-02T03:04:05.678Z\t632d3270-354e-4504-96e1-e3a74218c002\tERROR\t{\"a\":1,\"b\":null}\n{\n \"lvl\": 50\n}\n\u001b[31mno\u001b[0m"u8.ToArray(),
    ];

    // What is compressed is spoiled before and after: the first is rarely gzip any more, the second always.
    private static readonly byte[][] GzipRecords =
    [
        Bodies.Fixture("cloudwatch-logs/alloy_data-message.json.gz"),
        Bodies.Fixture("cloudwatch-logs/own_two-gzip-members.bin"),
        Bodies.Gzip(Bodies.Fixture("cloudwatch-logs/own_account-level.json.gz")),
        Bodies.Gzip(Records[1]),
    ];

    private readonly DecodedDelivery _into = new();
    private readonly DeliveryDecoder _decoder = new();

    [Fact]
    public void Spoiled_records_become_rows_and_rejects() =>
        Mutations.Run(Seed, Rounds, Records, mutant => Check(record => Bodies.Envelope([record]), mutant, mustBeRead: true));

    [Fact]
    public void Spoiled_log_documents_become_rows_and_rejects() =>
        Mutations.Run(Seed + 6, Rounds, LogRecords, mutant => Check(record => Bodies.Envelope([record]), mutant, mustBeRead: true));

    [Fact]
    public void Spoiled_gzip_records_become_rows_and_rejects() =>
        Mutations.Run(Seed + 7, Rounds / 2, GzipRecords, mutant => Check(record => Bodies.Envelope([record]), mutant, mustBeRead: true));

    [Fact]
    public void Gzip_records_of_spoiled_documents_become_rows_and_rejects() =>
        Mutations.Run(Seed + 8, Rounds / 2, [.. LogRecords, .. Records], mutant => Check(record => Bodies.Envelope([Bodies.Gzip(record)]), mutant, mustBeRead: true));

    [Fact]
    public void Spoiled_envelopes_are_read_or_refused() =>
        Mutations.Run(Seed + 1, Rounds, [Bodies.Envelope(Records), Bodies.Envelope("", "{}", "x"), Fixtures("own_mixed_request.json")], mutant => Check(body => body, mutant));

    [Fact]
    public void Spoiled_gzip_is_read_or_refused() =>
        Mutations.Run(Seed + 2, Rounds, [Bodies.Gzip(Bodies.Envelope(Records)), Bodies.Gzip(Bodies.Envelope("x"))], mutant => Check(body => body, mutant, gzip: true));

    [Fact]
    public void Gzip_of_spoiled_envelopes_is_read_or_refused() =>
        Mutations.Run(Seed + 3, Rounds / 4, [Bodies.Envelope(Records)], mutant => Check(body => Bodies.Gzip(body), mutant, gzip: true));

    [Fact]
    public void Spoiled_entries_are_read_or_refused() =>
        Mutations.Run(Seed + 4, Rounds, [Records[^1], Records[4], [.. Records[4], .. Records[4]]], mutant => Check(body => body, mutant, framing: DeliveryFraming.Entries));

    [Fact]
    public void Spoiled_field_lists_are_used_or_named()
    {
        byte[][] lists = ["1-46,70"u8.ToArray(), "timestamp, c-ip sc-status"u8.ToArray(), "date time cs(Host) x-edge-location"u8.ToArray()];
        Mutations.Run(Seed + 5, Rounds, lists, mutant =>
        {
            var list = Encoding.Latin1.GetString(mutant);
            Decode(Bodies.CloudFront with { CloudFrontFields = list }, Bodies.Envelope([Records[0]]));
        });
    }

    [Fact]
    public void The_harness_finds_a_decoder_that_loses_one_item_in_a_thousand()
    {
        var round = 0;
        var failure = Assert.ThrowsAny<Exception>(() => Mutations.Run(Seed, Rounds, Records, mutant =>
        {
            Decode(Bodies.CloudFront, Bodies.Envelope([mutant]));
            _into.Items += ++round == 1000 ? 1 : 0;
            CheckItems();
        }));

        Assert.Contains($"seed {Seed}, round 999:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_harness_finds_a_decoder_that_throws()
    {
        var failure = Assert.ThrowsAny<Exception>(() => Mutations.Run(Seed, Rounds, Records, mutant => _ = mutant[0] == '{' ? throw new FormatException("canary") : 0));

        Assert.Contains("FormatException: canary", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] Fixtures(string name) => Bodies.Fixture("firehose-requests/" + name);

    private void Check(Func<byte[], byte[]> makeBody, byte[] mutant, bool mustBeRead = false, bool gzip = false, DeliveryFraming framing = DeliveryFraming.Envelope)
    {
        var body = makeBody(mutant);
        foreach (var context in Contexts)
        {
            var fault = Decode(context with { Gzip = gzip, Framing = framing, MaxInflatedBytes = LimitBytes }, body);
            Assert.Equal(fault is null, _decoder.Detail is null);
            Assert.False(mustBeRead && fault is not null, $"{fault}: {_decoder.Detail}");
            if (framing == DeliveryFraming.Entries && fault is null)
            {
                Assert.Equal(_into.Records, _into.Items);
            }
        }
    }

    private DeliveryFault? Decode(DeliveryContext context, byte[] body)
    {
        _into.Clear();
        var fault = _decoder.Decode(context, new ReadOnlySequence<byte>(body), _into);
        Assert.InRange(_into.Bytes, 0, BytesMax);
        CheckItems();
        foreach (var batch in _into.Signals)
        {
            CheckColumns(batch);
        }

        CheckColumns(_into.Rejects);
        return fault;
    }

    private void CheckItems() => Assert.Equal(_into.Rows + _into.RejectRows + _into.Controls, _into.Items);

    private static void CheckColumns(ColumnBatch batch)
    {
        foreach (var column in batch.Columns)
        {
            Assert.InRange(column.Count, 0, batch.RowCount);
            if (column is TextColumn text && column.Spec.Type == ColumnType.Text)
            {
                CheckText(text, batch.RowCount);
            }
            else if (column is MapColumn map)
            {
                CheckText(map.Keys, map.EntryCount);
                if (map.Values is TextColumn values)
                {
                    CheckText(values, map.EntryCount);
                }
            }
        }
    }

    private static void CheckText(TextColumn column, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            Assert.True(Utf8.IsValid(column[row]) && !column[row].Contains((byte)0), $"{column.Spec.Name} holds {Convert.ToHexString(column[row])}");
        }
    }
}
