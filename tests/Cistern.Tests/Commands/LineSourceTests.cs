using System.IO.Compression;
using System.Text;
using Cistern.Commands.Sending;

namespace Cistern.Tests.Commands;

public sealed class LineSourceTests
{
    [Fact]
    public async Task Lines_are_the_same_wherever_the_reads_end()
    {
        var text = Encoding.UTF8.GetBytes("first\n\nthird line\nlast without newline");
        for (var step = 1; step <= text.Length; step++)
        {
            var (lines, source) = await ReadAsync(new TricklingStream(text, step), 100);

            Assert.Equal(["first\n", "\n", "third line\n", "last without newline"], lines);
            Assert.Equal((0, text.Length), (source.TooLong, source.Position));
        }
    }

    [Fact]
    public async Task Gzip_is_inflated_whatever_the_name_is()
    {
        var (lines, source) = await ReadAsync(new TricklingStream(Gzip("a\nb\nc"), 3), 100);

        Assert.Equal(["a\n", "b\n", "c"], lines);
        Assert.Equal(5, source.Position);
    }

    [Fact]
    public async Task Gzip_files_that_were_joined_are_read_to_the_last()
    {
        var (lines, _) = await ReadAsync(new MemoryStream([.. Gzip("a\n"), .. Gzip("b\n")]), 100);

        Assert.Equal(["a\n", "b\n"], lines);
    }

    [Fact]
    public async Task Gzip_that_was_cut_anywhere_is_not_taken_for_whole()
    {
        var whole = Gzip("a line that is long enough to be compressed, compressed, compressed\n");
        for (var length = 2; length < whole.Length; length++)
        {
            var cut = new MemoryStream(whole[..length]);
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(cut, 100));
        }
    }

    [Theory]
    [InlineData(700_000, "")]
    [InlineData(262_130, "\nb\n")]
    public async Task A_line_over_the_limit_in_gzip_is_left_out_and_counted(int length, string rest)
    {
        var (lines, source) = await ReadAsync(new MemoryStream(Gzip("a\n" + new string('x', length) + rest)), 1000);

        Assert.Equal(rest.Length > 0 ? ["a\n", "b\n"] : ["a\n"], lines);
        Assert.Equal((1, length + 2 + rest.Length), (source.TooLong, source.Position));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("\n")]
    public async Task Very_short_input_is_read_whole(string text)
    {
        var (lines, _) = await ReadAsync(new TricklingStream(Encoding.UTF8.GetBytes(text), 1), 100);

        Assert.Equal(text.Length == 0 ? [] : [text], lines);
    }

    // Longer than the limit by one, than the buffer, than two buffers; in the middle and at the end.
    [Theory]
    [InlineData(1001, "\nb\n")]
    [InlineData(300_000, "\nb\n")]
    [InlineData(700_000, "\nb\n")]
    [InlineData(700_000, "")]
    [InlineData(262_142, "")]
    public async Task A_line_over_the_limit_is_left_out_and_counted(int length, string rest)
    {
        var text = Encoding.UTF8.GetBytes("a\n" + new string('x', length) + rest);

        var (lines, source) = await ReadAsync(new MemoryStream(text), 1000);

        Assert.Equal(rest.Length > 0 ? ["a\n", "b\n"] : ["a\n"], lines);
        Assert.Equal((1, text.Length), (source.TooLong, source.Position));
    }

    private static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return buffer.ToArray();
    }

    private static async Task<(List<string> Lines, LineSource Source)> ReadAsync(Stream stream, int limit)
    {
        using var source = await LineSource.OpenAsync(stream, limit, default);
        var lines = new List<string>();
        do
        {
            while (source.TryTake(out var line))
            {
                lines.Add(Encoding.UTF8.GetString(line.Span));
            }
        }
        while (await source.FillAsync(default));
        return (lines, source);
    }

    // Gives at most so many bytes at a time, as a pipe does.
    private sealed class TricklingStream(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, step)], cancellationToken);

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, step)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, step));
    }
}
