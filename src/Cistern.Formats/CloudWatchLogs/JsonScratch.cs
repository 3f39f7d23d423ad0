using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>A buffer for one text at a time that cannot go into its column as it is written.</summary>
internal sealed class JsonScratch
{
    private const int KeptBytes = 1 << 20;

    private byte[] _plain = [];
    private byte[] _sound = [];

    /// <summary>The text of a JSON value, valid until the next call: of a string what it says, of null nothing, of anything else its JSON.</summary>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> value)
    {
        if (value is [(byte)'"', .., (byte)'"'])
        {
            var raw = value[1..^1];
            return Read(raw, raw.Contains((byte)'\\'));
        }

        return value.SequenceEqual("null"u8) ? default : Sound(value);
    }

    /// <summary>The text of a string, valid until the next call, as valid UTF-8 without NUL.</summary>
    /// <param name="raw">What is between its quotes.</param>
    /// <param name="isEscaped">It holds escapes.</param>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> raw, bool isEscaped)
    {
        if (!isEscaped)
        {
            return Sound(raw);
        }

        Room(ref _plain, raw.Length);
        return Sound(_plain.AsSpan(0, JsonEscapes.Unescape(raw, _plain)));
    }

    /// <summary>Bytes as valid UTF-8 without NUL: themselves, if they are.</summary>
    public ReadOnlySpan<byte> Sound(ReadOnlySpan<byte> bytes)
    {
        if (Utf8Text.IsText(bytes))
        {
            return bytes;
        }

        Room(ref _sound, bytes.Length * Utf8Text.GrowthMax);
        return _sound.AsSpan(0, Utf8Text.Repair(bytes, _sound));
    }

    private static void Room(ref byte[] buffer, int bytes)
    {
        if (buffer.Length < bytes || (buffer.Length > KeptBytes && bytes <= KeptBytes))
        {
            buffer = new byte[Math.Max(bytes, 1024)];
        }
    }
}
