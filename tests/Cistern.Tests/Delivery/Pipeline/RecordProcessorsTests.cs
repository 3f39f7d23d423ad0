using System.IO.Compression;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Pipeline;
using Cistern.Tests.Delivery.Simulation;

namespace Cistern.Tests.Delivery.Pipeline;

public sealed class RecordProcessorsTests
{
    private const string Envelope = """{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{"id":"1","timestamp":1,"message":"one"},{"id":"2","timestamp":2,"message":"zwei ü"}]}""";

    [Fact]
    public void A_record_is_inflated()
    {
        var (data, dropped, fault) = RecordProcessors.Before(With("Decompression"), Gzip(Envelope));
        Assert.Equal((Envelope, false, null), (Encoding.UTF8.GetString(data.Span), dropped, fault));
    }

    [Fact]
    public void The_messages_of_an_envelope_are_extracted_one_a_line()
    {
        var (data, _, fault) = RecordProcessors.Before(With("Decompression", "CloudWatchLogProcessing"), Gzip(Envelope));
        Assert.Null(fault);
        Assert.Equal("one\nzwei ü\n", Encoding.UTF8.GetString(data.Span));
    }

    [Fact]
    public void A_control_message_has_no_messages_to_extract_and_is_dropped() =>
        Assert.True(RecordProcessors.Before(With("Decompression", "CloudWatchLogProcessing"), Gzip("""{"messageType":"CONTROL_MESSAGE","logEvents":[]}""")).Dropped);

    [Theory]
    [InlineData("no gzip")]
    [InlineData("\u001f\u008b")]
    public void What_is_no_gzip_is_a_fault(string text) => Assert.NotNull(RecordProcessors.Before(With("Decompression"), Encoding.Latin1.GetBytes(text)).Fault);

    [Fact]
    public void A_bomb_is_a_fault_and_not_memory()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var megabytes = 0; megabytes < 200; megabytes++)
            {
                gzip.Write(zeros);
            }
        }

        Assert.Contains("64 MiB", RecordProcessors.Before(With("Decompression"), bomb.ToArray()).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void A_delimiter_is_appended_to_what_is_delivered()
    {
        Assert.Equal("a\n", Encoding.UTF8.GetString(RecordProcessors.After(With("AppendDelimiterToRecord"), "a"u8.ToArray()).Span));
        Assert.Equal("a", Encoding.UTF8.GetString(RecordProcessors.After(With(), "a"u8.ToArray()).Span));
    }

    private static StreamPlan With(params string[] types) => SimulatedService.Plan("s", plan => plan with
    {
        Processors = [.. types.Select(type => new ProcessorPlan(type, type == "CloudWatchLogProcessing" ? new Dictionary<string, string> { ["DataMessageExtraction"] = "true" } : []))],
    });

    private static byte[] Gzip(string text)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return target.ToArray();
    }
}
