using System.Buffers;
using System.IO.Compression;
using System.Text.Json;

namespace Cistern.Ingest;

/// <summary>Tells a Firehose delivery whose headers were lost from the entries that a Lambda function sends.</summary>
/// <remarks>It looks at the beginning only: <c>requestId</c> or <c>records</c> at the top of the object, which no entry has.</remarks>
internal static class EnvelopeProbe
{
    private const int LookedAt = 4 << 10;

    public static bool IsEnvelope(in ReadOnlySequence<byte> body, bool gzip)
    {
        var beginning = new byte[LookedAt];
        var length = gzip ? Inflate(body, beginning) : Copy(body, beginning);
        try
        {
            return HasMember(new Utf8JsonReader(beginning.AsSpan(0, length), isFinalBlock: false, state: default));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasMember(Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && (reader.ValueTextEquals("requestId"u8) || reader.ValueTextEquals("records"u8)))
            {
                return true;
            }
        }

        return false;
    }

    private static int Copy(in ReadOnlySequence<byte> body, Span<byte> into)
    {
        var beginning = body.Slice(0, Math.Min(body.Length, into.Length));
        beginning.CopyTo(into);
        return (int)beginning.Length;
    }

    // Deflate never makes data much longer, so that twice as much of the body is enough. What is broken is for the decoder to say.
    private static int Inflate(in ReadOnlySequence<byte> body, byte[] into)
    {
        try
        {
            using var source = new MemoryStream(body.Slice(0, Math.Min(body.Length, 2 * LookedAt)).ToArray());
            using var inflated = new GZipStream(source, CompressionMode.Decompress);
            return inflated.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }
}
