using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Deliveries that bring nothing: one record without data, which is legal.</summary>
/// <remarks>
/// All of a check have one id. A Cistern stores the first (a row of <c>deliveries</c> that says 0 rows) and knows the others again, after it has read, inflated and decoded
/// them as it does with every delivery.
/// </remarks>
internal static class EmptyDeliveries
{
    public static OutgoingDelivery Empty(string id, DateTimeOffset now, bool gzip)
    {
        using var envelope = new EnvelopeWriter(gzip);
        envelope.Begin(id, now);
        envelope.Add([]);
        return envelope.Finish();
    }

    /// <summary>A body of this many bytes, filled with white space between its members, where JSON allows it.</summary>
    /// <remarks>The four kinds of white space in random order hold 2 bits a byte, so that a compressed body is about a quarter of it, not a thousandth.</remarks>
    public static OutgoingDelivery Large(string id, DateTimeOffset now, int bytes, bool gzip)
    {
        var body = new byte[bytes];
        var begin = Encoding.ASCII.GetBytes($$"""{"requestId":"{{id}}","timestamp":{{now.ToUnixTimeMilliseconds()}},"records":[""");
        var end = "{\"data\":\"\"}]}"u8;
        RandomNumberGenerator.Fill(body);
        var blanks = " \t\r\n"u8;
        for (var place = 0; place < body.Length; place++)
        {
            body[place] = blanks[body[place] & 3];
        }

        begin.CopyTo(body, 0);
        end.CopyTo(body.AsSpan(bytes - end.Length));
        return new OutgoingDelivery { RequestId = id, Body = gzip ? Compress(body) : body, Gzip = gzip, Records = 1, RecordBytes = 0, MadeAt = now };
    }

    private static ReadOnlyMemory<byte> Compress(byte[] body)
    {
        var compressed = new MemoryStream(body.Length / 3);
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        return compressed.GetBuffer().AsMemory(0, (int)compressed.Length);
    }
}
