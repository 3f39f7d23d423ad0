using System.Buffers;
using System.Text;
using System.Text.Json;
using Cistern.Ingest;

namespace Cistern.Tests.Ingest;

public sealed class ReplyTests
{
    [Fact]
    public void A_reply_is_exactly_what_the_protocol_says()
    {
        Assert.Equal("{\"requestId\":\"id\",\"timestamp\":1760000060420}", Text("id", null));
        Assert.Equal("{\"requestId\":\"id\",\"timestamp\":1760000060420,\"errorMessage\":\"the key 'a' is over its rate\"}", Text("id", "the key 'a' is over its rate"));
    }

    [Fact]
    public void A_message_is_cut_at_what_Firehose_reads()
    {
        using var reply = JsonDocument.Parse(Text("id", new string('m', 8191) + "😀 and more"));

        Assert.Equal(new string('m', 8191), reply.RootElement.GetProperty("errorMessage").GetString());
    }

    [Theory]
    [InlineData("quote \" backslash \\ newline \n zero \0")]
    [InlineData("%s %q %!d")]
    public void A_message_is_json_whatever_it_holds(string message)
    {
        using var reply = JsonDocument.Parse(Text("id", message));

        Assert.Equal(message, reply.RootElement.GetProperty("errorMessage").GetString());
    }

    private static string Text(string id, string? message) => Encoding.UTF8.GetString(FirehoseReply.Write(id, 1760000060420, message));
}

public sealed class IngestFaultTests
{
    /// <summary>Names are metric labels and stored values. If this fails, undo the change: a name is only ever added, at the end.</summary>
    [Fact]
    public void Names_and_numbers_stay_as_they_are()
    {
        string[] names =
        [
            "access_key_missing", "access_key_malformed", "access_key_unknown", "access_key_expired", "access_key_revoked", "scope_missing", "signal_not_allowed",
            "stream_not_allowed", "address_unknown", "method_not_allowed", "content_type_unsupported", "content_encoding_unsupported", "protocol_version_unknown",
            "request_id_missing", "request_id_too_long", "repeat_scope_unknown", "rate_exceeded", "body_too_large", "body_too_slow", "body_incomplete", "gzip_broken",
            "envelope_malformed", "request_id_differs", "queue_full", "store_unavailable", "shutting_down", "internal_error",
        ];

        Assert.Equal(names, IngestFaults.All.Select(IngestFaults.NameOf));
        Assert.Equal(Enumerable.Range(1, names.Length), IngestFaults.All.Select(fault => (int)fault));
    }

    [Fact]
    public void No_fault_is_answered_with_a_status_that_loses_the_batch_or_counts_as_success() =>
        Assert.All(IngestFaults.All, fault => Assert.True(IngestFaults.StatusOf(fault) is >= 400 and not 413, $"{fault}"));
}

public sealed class RequestBodyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(BodySegment.Size)]
    [InlineData(BodySegment.Size + 1)]
    [InlineData((3 * BodySegment.Size) + 5)]
    public void A_body_comes_out_as_it_went_in(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var pool = new BodySegments(1 << 20);

        // Twice, so that the second body is made of segments that were used before.
        for (var round = 0; round < 2; round++)
        {
            using var body = new RequestBody(pool);
            foreach (var part in bytes.Chunk(50_000))
            {
                body.Append(new ReadOnlySequence<byte>(part));
            }

            Assert.Equal(length, body.Length);
            Assert.Equal(bytes, body.Bytes.ToArray());
        }
    }

    [Fact]
    public void What_nobody_needs_is_let_go()
    {
        var pool = new BodySegments(1 << 20);
        var segment = pool.Rent();
        pool.Return(segment);
        pool.Trim();
        pool.Trim();

        Assert.NotSame(segment, pool.Rent());
    }

    [Fact]
    public void No_more_than_the_limit_is_kept()
    {
        var pool = new BodySegments(BodySegment.Size);
        var segments = new[] { pool.Rent(), pool.Rent() };
        Assert.All(segments, pool.Return);

        Assert.Same(segments[0], pool.Rent());
        Assert.NotSame(segments[1], pool.Rent());
    }
}

public sealed class DecodedDeliveriesTests
{
    [Fact]
    public void Who_needs_a_batch_gets_the_smallest_that_is_large_enough()
    {
        var pool = new DecodedDeliveries(1000);
        var batches = new[] { 100, 300, 200 }.Select(grown => new PooledDelivery { Grown = grown }).ToArray();
        Assert.All(batches, pool.Return);

        Assert.Same(batches[2], pool.Rent(150));
        Assert.Same(batches[1], pool.Rent(500));
        Assert.Same(batches[0], pool.Rent(0));
    }

    [Fact]
    public void What_is_over_the_limit_or_idle_is_let_go()
    {
        var pool = new DecodedDeliveries(1000);
        var kept = new PooledDelivery { Grown = 600 };
        pool.Return(kept);
        pool.Return(new PooledDelivery { Grown = 500 });

        Assert.Equal(0, pool.Trim());
        Assert.Equal(600, pool.Trim());
        Assert.NotSame(kept, pool.Rent(0));
    }
}

public sealed class EnvelopeProbeTests
{
    [Theory]
    [InlineData("{\"requestId\":\"a\",\"timestamp\":1,\"records\":[]}", true)]
    [InlineData("{\"records\":[{\"data\":\"eA==\"}]", true)]
    [InlineData("{\"timestamp\":1,\"records\":[", true)]
    [InlineData("{\"timestamp\":1,\"host\":\"a\"}", false)]
    [InlineData("{\"query_params\":{\"records\":1}}", false)]
    [InlineData("[{\"records\":[]}]", false)]
    [InlineData("{\"host\":\"a\"}\n{\"records\":[]}", false)]
    [InlineData("", false)]
    [InlineData("no json", false)]
    public void An_envelope_is_known_by_its_members(string body, bool expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        Assert.Equal(expected, EnvelopeProbe.IsEnvelope(new ReadOnlySequence<byte>(bytes), gzip: false));
        Assert.Equal(expected, EnvelopeProbe.IsEnvelope(new ReadOnlySequence<byte>(TestDeliveries.Gzip(bytes)), gzip: true));
    }

    [Fact]
    public void Broken_gzip_is_left_to_the_decoder() =>
        Assert.False(EnvelopeProbe.IsEnvelope(new ReadOnlySequence<byte>([0x1F, 0x8B, 0xFF, 0xFF]), gzip: true));
}
