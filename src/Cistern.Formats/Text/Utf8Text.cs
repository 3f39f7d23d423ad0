using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Cistern.Formats.Text;

/// <summary>Text columns hold valid UTF-8 without NUL, always: every reader may rely on it.</summary>
internal static class Utf8Text
{
    /// <summary>U+FFFD is three bytes long and stands for at least one.</summary>
    public const int GrowthMax = 3;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The text behind a byte order mark, which some writers put first.</summary>
    public static ReadOnlySpan<byte> SkipMark(ReadOnlySpan<byte> text) => text.StartsWith(ByteOrderMark) ? text[ByteOrderMark.Length..] : text;

    public static bool IsText(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) && !bytes.Contains((byte)0);

    /// <summary>Copies text and puts U+FFFD in the place of NUL and of what is not UTF-8; the target is <see cref="GrowthMax"/> times as long.</summary>
    public static int Repair(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        if (IsText(bytes))
        {
            bytes.CopyTo(target);
            return bytes.Length;
        }

        var written = 0;
        while (!bytes.IsEmpty)
        {
            var isRune = Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done;
            var kept = isRune && rune.Value != 0 ? rune : Rune.ReplacementChar;
            written += kept.EncodeToUtf8(target[written..]);
            bytes = bytes[length..];
        }

        return written;
    }
}
