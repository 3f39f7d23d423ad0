using System.Text;
using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>
/// Freezes the format of the journal. If one of these fails, the format changed: raise <see cref="JournalFormat.Version"/>, go on reading the old one,
/// describe both in docs/format/journal.md, and add the new bytes beside these. Never replace them: a user's folder holds them.
/// </summary>
public sealed class JournalGoldenTests : IDisposable
{
    // Made by hand from docs/format/journal.md, with a bitwise CRC-32C, not by this program. Salt 0x67452301; a group of two entries and one of one.
    private const string FirstFile = """
        434953544a524e4c010000000123456701000000000000000100000000000000
        0000000000000000000000000000000000000000000000000000000012da7f1a
        43454e54030000000a0000000000000001000000000000000100000000000000
        b578eff6cc0586d16f6e65666972737420626f647943454e5403000000000000
        0000000000020000000000000001000000000000003fc34fdac157fff174776f
        43454e5400000000050000000000000003000000000000000300000000000000
        c11c5a6ffecf21a37468697264
        """;

    // Salt 0xefcdab89; one entry.
    private const string SecondFile = """
        434953544a524e4c0100000089abcdef02000000000000000400000000000000
        0100000000000000cd00000000000000000000000000000000000000b832a261
        43454e5404000000010000000000000004000000000000000400000000000000
        aa1e3ea13e7f5190666f757234
        """;

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_of_format_version_1_are_read()
    {
        File.WriteAllBytes(Path.Combine(_folder, "00000000000000000001.journal"), Bytes(FirstFile));
        File.WriteAllBytes(Path.Combine(_folder, "00000000000000000002.journal"), Bytes(SecondFile));

        using var journal = JournalEntries.Open(new FileDisk(), _folder);

        Assert.Equal(["1 one first body", "2 two ", "3  third", "4 four 4"], journal.ReadAll());
        Assert.Null(journal.TornTail);
    }

    [Fact]
    public void Files_of_format_version_1_are_written_byte_for_byte()
    {
        using (var journal = JournalLog.Open(new FileDisk(), _folder, new() { MaxFileBytes = 200 }, new Salts(0x67452301, 0xefcdab89), (_, _) => { }))
        {
            journal.Append("one", "first body");
            journal.Append("two", "");
            journal.Sync();
            journal.Append("", "third");
            journal.Sync();
            journal.Append("four", "4");
            journal.Sync();
        }

        Assert.Equal(Convert.ToHexStringLower(Bytes(FirstFile)), Written(1));
        Assert.Equal(Convert.ToHexStringLower(Bytes(SecondFile)), Written(2));
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xe3069283u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x22620404u)]
    public void Check_sum_is_CRC_32C(string text, uint expected) => Assert.Equal(expected, Crc32C.Of(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("00000000000000000001.journal", 1L)]
    [InlineData("09223372036854775807.journal", long.MaxValue)]
    [InlineData("09223372036854775808.journal", null)]
    [InlineData("00000000000000000000.journal", null)]
    [InlineData("1.journal", null)]
    [InlineData("0000000000000000000a.journal", null)]
    [InlineData("-0000000000000000001.journal", null)]
    [InlineData("00000000000000000001.journal.tmp", null)]
    public void File_name_is_its_number_in_twenty_digits(string name, long? expected)
    {
        Assert.Equal(expected is not null, JournalFormat.TryParseFileName(name, out var number));
        if (expected is { } value)
        {
            Assert.Equal(value, number);
            Assert.Equal(name, JournalFormat.FileName(value));
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(string.Concat(hex.Where(char.IsAsciiHexDigit)));

    private string Written(long number) => Convert.ToHexStringLower(File.ReadAllBytes(Path.Combine(_folder, JournalFormat.FileName(number))));

    // Gives the salts in order.
    private sealed class Salts(params uint[] salts) : Random
    {
        private int _given;

        public override long NextInt64(long maxValue) => salts[_given++];
    }
}
