using System.Buffers;
using Cistern.Formats.CloudWatchLogs;

namespace Cistern.Transform;

/// <summary>The documents of a CloudWatch Logs record: control messages, by which CloudWatch Logs only tests whether it can write, and data.</summary>
internal static class LogDocuments
{
    /// <summary>Counts the documents; false if there is anything else among them, or nothing.</summary>
    public static bool TryCount(ReadOnlySpan<byte> content, out int data, out int controls)
    {
        (data, controls) = (0, 0);
        while (TrySkipBlanks(ref content))
        {
            if (content[0] != '{' || !LogDocument.TryRead(content, out var document, out var length) || !document.IsEnvelope)
            {
                return false;
            }

            (data, controls) = document.IsControl ? (data, controls + 1) : (data + 1, controls);
            content = content[length..];
        }

        return data + controls > 0;
    }

    /// <summary>Writes the documents that are no control messages, one a line if they were.</summary>
    public static void WriteData(ReadOnlySpan<byte> content, IBufferWriter<byte> target)
    {
        while (TrySkipBlanks(ref content) && LogDocument.TryRead(content, out var document, out var length))
        {
            if (!document.IsControl)
            {
                target.Write(content[..length]);
                target.Write("\n"u8);
            }

            content = content[length..];
        }
    }

    private static bool TrySkipBlanks(ref ReadOnlySpan<byte> content)
    {
        content = content.TrimStart(" \t\r\n"u8);
        return !content.IsEmpty;
    }
}
