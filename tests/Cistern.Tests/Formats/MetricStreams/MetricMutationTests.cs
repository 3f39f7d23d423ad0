using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>Spoiled records of all three formats: nothing throws or runs on for ever, every item is one row or one reject, columns hold text, memory stays bounded.</summary>
public sealed class MetricMutationTests
{
    private const int Seed = 5_081_202;
    private const int Rounds = 6_000;
    private const int LimitBytes = 1 << 20;
    private const int BytesMax = (LimitBytes * 4) + (1 << 20);

    private static readonly DeliveryContext[] Contexts =
        [Bodies.Metrics, Bodies.Any, Bodies.CloudFront, Bodies.CloudFront with { Route = DeliveryRoute.Logs, Region = "eu-west-1" }];

    private static readonly byte[][] Json =
    [
        .. Encoding.UTF8.GetString(MetricRows.Fixture("json/telegraf_first-record.ndjson")).Split('\n').Take(6).Chunk(3).Select(lines => Encoding.UTF8.GetBytes(string.Join('\n', lines))),
        MetricRows.Fixture("json/own_two-lines.ndjson"),
        MetricRows.Fixture("json/otelcontrib_valid_metric_with_percentiles.json"),
        MetricRows.Fixture("json/otelcontrib_valid_metric_with_unsupported_stats.json"),
    ];

    private static readonly byte[][] Otlp =
    [
        MetricRows.Fixture("otlp07/own_two-messages.bin"),
        MetricRows.Fixture("otlp07/victoriametrics_record-1.bin"),
        MetricRows.Fixture("otlp07/victoriametrics_record-2.bin"),
        MetricRows.Fixture("otlp10/own_two-messages.bin"),
        MetricRows.Fixture("otlp10/otelcontrib_valid_metric.encoded.bin"),
        MetricRows.Fixture("otlp10/own_truncated-varint.bin"),
    ];

    private readonly DecodedDelivery _into = new();
    private readonly DeliveryDecoder _decoder = new();

    [Fact]
    public void Spoiled_JSON_becomes_rows_and_rejects() => Mutations.Run(Seed, Rounds, Json, Check);

    [Fact]
    public void Spoiled_messages_become_rows_and_rejects() => Mutations.Run(Seed + 1, Rounds, Otlp, Check);

    [Fact]
    public void Spoiled_mixtures_become_rows_and_rejects() => Mutations.Run(Seed + 2, Rounds, [.. Json, .. Otlp, Encoding.UTF8.GetBytes(Lines.All())], Check);

    [Fact]
    public void Spoiled_deliveries_are_read_or_refused() => Mutations.Run(
        Seed + 3, Rounds / 4, [Bodies.Envelope([.. Json, .. Otlp]), Bodies.Fixture("firehose-requests/victoriametrics_metric-stream-otlp_request.json"), MetricRows.Fixture("json/telegraf_record.json")], body => Decode(Bodies.Any, body));

    /// <summary>Nothing is lost: of a binary record, what is no row is in the rejects byte for byte.</summary>
    [Fact]
    public void A_spoiled_message_leaves_its_bytes_in_a_reject() => Mutations.Run(Seed + 4, Rounds, Otlp, mutant =>
    {
        Decode(Bodies.Metrics, Bodies.Envelope([mutant]));
        Assert.True(mutant.Length == 0 || _into.Items > 0);
        for (var row = 0; row < _into.Rejects.RowCount; row++)
        {
            Assert.True(mutant.AsSpan().IndexOf(_into.Rejects.Text("data")[row]) >= 0);
        }
    });

    public static TheoryData<string, byte[]> Garbage => new()
    {
        { "open braces", Repeat("{"u8) },
        { "empty objects", Repeat("{}"u8) },
        { "empty objects, one a line", Repeat("{}\n"u8) },
        { "open lists, one a line", Repeat("{\"a\":[\n"u8) },
        { "open members, one a line", Repeat("{\"a\":\n"u8) },
        { "letters, one a line", [.. "{\"a\":1}\n"u8, .. Repeat("x\n"u8)] },
        { "zeros", Repeat([0]) },
        { "messages that hold nothing", Repeat([0x02, 0x0A, 0x00]) },
        { "messages of unknown fields", Repeat([0x02, 0x10, 0x01]) },
        { "metrics without data", Wire.Framed(Wire.Bytes(1, Wire.Bytes(2, Repeat([0x12, 0x00])))) },
        { "empty data points", Wire.Framed(Wire.Bytes(1, Wire.Bytes(2, Wire.Bytes(2, Wire.Bytes(11, Repeat([0x0A, 0x00])))))) },
        { "empty labels", Wire.Framed(Wire.Bytes(1, Wire.Bytes(2, Wire.Bytes(2, Wire.Bytes(11, Wire.Bytes(1, Repeat([0x0A, 0x00]))))))) },
        { "empty quantiles", Wire.Framed(Wire.Bytes(1, Wire.Bytes(2, Wire.Bytes(2, Wire.Bytes(11, Wire.Bytes(1, Repeat([0x32, 0x00]))))))) },
        { "empty resources", Wire.Framed(Wire.Bytes(1, Repeat([0x0A, 0x00]))) },
        { "tags of long varints", Wire.Framed(Repeat([0xFF, 0xFF, 0xFF, 0xFF, 0x0F])) },
        { "lengths of long varints", Repeat([0x80]) },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public void A_record_of_tiny_garbage_takes_a_few_times_its_size(string what, byte[] record)
    {
        Decode(Bodies.Metrics with { MaxInflatedBytes = 64 << 20 }, Bodies.Envelope([record]));
        Assert.True(_into.Items > 0, what);
        Assert.True(_into.Bytes < record.Length * 6L, $"{what}: {_into.Bytes} bytes of {record.Length}");
    }

    [Fact]
    public void A_metric_costs_no_allocation()
    {
        byte[] body = Bodies.Envelope([.. Json.Take(3), .. Otlp.Take(5)]);
        byte[] more = Bodies.Envelope([.. Json.Take(3), .. Otlp.Take(5), .. Enumerable.Repeat(Json[2], 50), .. Enumerable.Repeat(Otlp[3], 50), .. Enumerable.Repeat(Otlp[0], 50)]);

        Assert.Equal(AllocatedBy(body), AllocatedBy(more));
    }

    private long AllocatedBy(byte[] body)
    {
        var sequence = new ReadOnlySequence<byte>(body);
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            _into.Clear();
            var before = GC.GetAllocatedBytesForCurrentThread();
            _decoder.Decode(Bodies.Metrics, sequence, _into);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.True(_into.Metrics.RowCount > 0 && _into.RejectRows == 0);
        return least;
    }

    private static byte[] Repeat(ReadOnlySpan<byte> part)
    {
        var bytes = new byte[(1_000_000 / part.Length) * part.Length];
        for (var place = 0; place < bytes.Length; place += part.Length)
        {
            part.CopyTo(bytes.AsSpan(place));
        }

        return bytes;
    }

    private void Check(byte[] mutant)
    {
        var body = Bodies.Envelope([mutant]);
        foreach (var context in Contexts)
        {
            Assert.Null(Decode(context, body));
        }
    }

    private DeliveryFault? Decode(DeliveryContext context, byte[] body)
    {
        _into.Clear();
        var fault = _decoder.Decode(context.MaxInflatedBytes > 64 << 20 ? context with { MaxInflatedBytes = LimitBytes } : context, new ReadOnlySequence<byte>(body), _into);
        Assert.True(context.MaxInflatedBytes <= 64 << 20 || _into.Bytes <= BytesMax);
        Assert.Equal(_into.Rows + _into.RejectRows + _into.Controls, _into.Items);
        CheckColumns(_into.Metrics);
        CheckColumns(_into.Rejects);
        return fault;
    }

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
                CheckOrder(map, batch.RowCount);
            }
        }
    }

    // Sorted and distinct, row by row; texts hold text and numbers are finite.
    private static void CheckOrder(MapColumn map, int rows)
    {
        if (map.Values is TextColumn texts)
        {
            CheckText(texts, map.EntryCount);
        }

        for (var row = 0; row < rows; row++)
        {
            var (start, length) = map[row].GetOffsetAndLength(map.EntryCount);
            for (var entry = start + 1; entry < start + length; entry++)
            {
                Assert.True(map.Keys[entry - 1].SequenceCompareTo(map.Keys[entry]) < 0);
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
