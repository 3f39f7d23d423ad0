using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Cistern.Commands.Importing;

/// <summary>Names deliveries of an import after what they hold, so that the same file gives the same ids whoever imports it and when.</summary>
/// <remarks>
/// The id is cut from the SHA-256 of: the file's own SHA-256, the range of its text (after inflation), and how the lines shall be
/// read. The last belongs to it because a file that was imported with a wrong field list must not count as stored when it is
/// imported with the right one. It is written as a GUID of version 8, which is the version for schemes of one's own.
/// </remarks>
internal static class ImportIds
{
    private const int GuidBytes = 16;

    public static string Of(ReadOnlySpan<byte> fileHash, long start, long end, string reading)
    {
        var text = Encoding.UTF8.GetBytes(reading);
        var input = new byte[fileHash.Length + 16 + text.Length];
        fileHash.CopyTo(input);
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(fileHash.Length), start);
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(fileHash.Length + 8), end);
        text.CopyTo(input.AsSpan(fileHash.Length + 16));

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input, hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..GuidBytes], bigEndian: true).ToString();
    }
}
