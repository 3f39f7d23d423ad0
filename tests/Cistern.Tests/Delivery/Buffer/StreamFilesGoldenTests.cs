using System.Buffers;
using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Buffer;
using Cistern.Journal;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Buffer;

/// <summary>The bytes that docs/format/stream.md documents. If one of these fails, older folders cannot be read any more.</summary>
public sealed class StreamFilesGoldenTests
{
    private static readonly DateTimeOffset _arrived = DateTimeOffset.FromUnixTimeMilliseconds(1_760_000_000_123);

    [Fact]
    public void The_entry_of_a_put_is_as_documented()
    {
        List<ReadOnlyMemory<byte>> records = ["ab"u8.ToArray(), Array.Empty<byte>(), "c"u8.ToArray()];
        var header = PutEntry.WriteHeader(_arrived, 3, origins: null);
        var body = new byte[PutEntry.BodyBytes(3, 3)];
        PutEntry.WriteBody(records, 3, body);
        Assert.Equal("017BC02CC89901000003000000", Convert.ToHexString(header));
        Assert.Equal("020000000000000001000000616263", Convert.ToHexString(body));

        var read = PutEntry.Read(7, header, new ReadOnlySequence<byte>(body));
        Assert.Equal(["ab", "", "c"], read.Select(record => Encoding.UTF8.GetString(record.Data.Span)));
        Assert.Equal([(7, 0, false), (7, 1, false), (7, 2, true)], read.Select(record => (record.Entry, record.Index, record.IsLastOfEntry)));
        Assert.All(read, record => Assert.Equal(_arrived, record.Arrived));
    }

    [Fact]
    public void What_Kinesis_knows_of_a_record_is_kept()
    {
        KinesisOrigin[] origins = [new("shardId-000000000000", "ключ", "4959", _arrived.AddSeconds(-1))];
        var header = PutEntry.WriteHeader(_arrived, 1, origins);
        var body = new byte[PutEntry.BodyBytes(1, 1)];
        PutEntry.WriteBody([new byte[] { 9 }], 1, body);
        Assert.Equal(origins[0], Assert.Single(PutEntry.Read(1, header, new ReadOnlySequence<byte>(body))).Kinesis);
    }

    [Fact]
    public void The_progress_is_as_documented()
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder, "progress.json");
        const string text = """{"source":["12:0","12:3","12:4"],"outbox":["7:0"]}""";
        File.WriteAllText(path, text);
        var progress = ProgressFile.Read(new FileDisk(), path);
        Assert.True(progress.Source.Contains(new(12, 3)) && progress.Source.Contains(new(11, 99)) && !progress.Source.Contains(new(12, 0)));
        File.Delete(path);
        ProgressFile.Write(new FileDisk(), path, progress);
        Assert.Equal(text, File.ReadAllText(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"source":[],"outbox":["7:0"]}""")]
    [InlineData("""{"source":["x"],"outbox":["7:0"]}""")]
    [InlineData("""{"source":["1:0","2:0"],"outbox":["7:0"]}""")]
    public void A_damaged_progress_stops_the_start_and_says_where(string text)
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder, "progress.json");
        File.WriteAllText(path, text);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => ProgressFile.Read(new FileDisk(), path)).Message, StringComparison.Ordinal);
    }
}
