using System.Text;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Texts of Native, which are those of <see cref="BinaryWriter"/>: a length in groups of seven bits, and UTF-8.</summary>
public sealed class NativeWriterTests
{
    [Fact]
    public void Texts_are_whole_wherever_a_buffer_ends()
    {
        var random = new Random(7);
        using var written = new MemoryStream();
        using var writer = new NativeWriter(written);
        using var expected = new MemoryStream();
        using var reference = new BinaryWriter(expected);
        foreach (var length in Enumerable.Range(0, 20_000).Select(_ => random.Next(300)).Append(300 << 10))
        {
            var text = new string('ä', length / 2) + new string('x', length % 2);
            reference.Write(text);
            if (random.Next(2) == 0)
            {
                writer.Text(text);
            }
            else
            {
                writer.Text(Encoding.UTF8.GetBytes(text));
            }
        }

        writer.Flush();

        Assert.Equal(expected.Length, writer.Written);
        Assert.True(expected.ToArray().AsSpan().SequenceEqual(written.ToArray()), "other bytes");
    }
}
