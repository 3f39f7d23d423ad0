using System.Buffers;
using System.IO.Compression;
using System.Text.Json;

namespace Cistern.Ingest;

/// <summary>What the beginning of a body tells of it before it is decoded.</summary>
internal static class EnvelopeProbe
{
    private const int LookedAt = 4 << 10;

    /// <summary>Tells a Firehose delivery whose headers were lost from the entries that a Lambda function sends: <c>requestId</c> or <c>records</c> at the top of the object, which no entry has.</summary>
    public static bool IsEnvelope(in ReadOnlySequence<byte> body, bool gzip)
    {
        try
        {
            return HasMember(new Utf8JsonReader(BeginningOf(body, gzip), isFinalBlock: false, state: default));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The first record is gzip, as those of CloudWatch Logs are: in base64 it begins with <c>H4sI</c>.</summary>
    public static bool HoldsGzipRecords(in ReadOnlySequence<byte> body, bool gzip)
    {
        ReadOnlySpan<byte> beginning = BeginningOf(body, gzip);
        var data = beginning.IndexOf("\"data\""u8);
        return data >= 0 && beginning[(data + "\"data\"".Length)..].TrimStart(" \t\r\n:\""u8).StartsWith("H4sI"u8);
    }

    private static Span<byte> BeginningOf(in ReadOnlySequence<byte> body, bool gzip)
    {
        var beginning = new byte[LookedAt];
        return beginning.AsSpan(0, gzip ? Inflate(body, beginning) : Copy(body, beginning));
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
