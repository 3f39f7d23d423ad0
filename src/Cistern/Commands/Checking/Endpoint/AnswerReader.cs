using System.Buffers;
using System.Globalization;
using System.Text;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Reads an answer of HTTP/1.1 from bytes that anybody may send: bounded, and with everything that a client library would smooth over.</summary>
internal sealed class AnswerReader(Stream stream)
{
    private const int HeadBytesMax = 64 << 10;
    private const int InterimMax = 10;
    private const string Version = "HTTP/1.";

    private static readonly SearchValues<char> _noToken = SearchValues.Create(" \t\"(),/;<=>?@[\\]{}");

    private readonly byte[] _buffer = new byte[16 << 10];
    private int _start;
    private int _end;

    /// <exception cref="BadAnswerException">What came is no answer.</exception>
    /// <exception cref="IOException">The connection was cut.</exception>
    public async Task<RawAnswer> ReadAsync(CancellationToken cancel)
    {
        for (var interim = 0; interim <= InterimMax; interim++)
        {
            var head = ParseHead(await ReadHeadAsync(cancel));
            if (head.Status is < 100 or >= 200)
            {
                return head with { Body = await ReadBodyAsync(head, cancel) };
            }
        }

        throw new BadAnswerException(FindingKinds.AnswerNotHttp, $"over {InterimMax} answers that only announce another");
    }

    private async Task<string> ReadHeadAsync(CancellationToken cancel)
    {
        var head = new StringBuilder();
        while (true)
        {
            var line = await ReadLineAsync(HeadBytesMax - head.Length, isFirst: head.Length == 0, cancel);
            if (line.Length == 0)
            {
                return head.ToString();
            }

            head.Append(line).Append('\n');
        }
    }

    private async Task<string> ReadLineAsync(int max, bool isFirst, CancellationToken cancel)
    {
        var line = new StringBuilder();
        while (await ReadByteAsync(cancel) is var next and >= 0)
        {
            if (next == '\n' && (!isFirst || line.Length > Version.Length))
            {
                return line is [.., '\r'] ? line.ToString(0, line.Length - 1) : line.ToString();
            }

            line.Append((char)next);
            if (isFirst && line.Length <= Version.Length && line[^1] != Version[line.Length - 1])
            {
                throw NotHttp(line);
            }

            if (line.Length > max)
            {
                throw new BadAnswerException(FindingKinds.AnswerTooLarge, $"its head has over {HeadBytesMax >> 10} KiB");
            }
        }

        throw new EndOfStreamException("the server closed the connection before the end of its answer");
    }

    // TLS and HTTP/2 have no lines, so what does not begin as an answer is given up at once, and quoted as far as it is there.
    private BadAnswerException NotHttp(StringBuilder begun)
    {
        begun.Append(Encoding.Latin1.GetString(_buffer, _start, Math.Min(_end - _start, 80)));
        return new BadAnswerException(FindingKinds.AnswerNotHttp, Describe(begun.ToString().Split('\n')[0]));
    }

    private static string Describe(string line) => line switch
    {
        ['\u0015' or '\u0016', ..] => "it speaks TLS",
        ['\0', ..] => "it speaks HTTP/2, or another protocol without text",
        _ => $"it begins with {CheckReport.Quote(line)}",
    };

    private static RawAnswer ParseHead(string head)
    {
        var lines = head.TrimEnd('\n').Split('\n');
        var parts = lines[0].Split(' ', 3);
        if (parts.Length < 2 || parts[0] is not ("HTTP/1.1" or "HTTP/1.0") || parts[1].Length != 3 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new BadAnswerException(FindingKinds.AnswerNotHttp, Describe(lines[0]));
        }

        return new RawAnswer(status, parts.Length > 2 ? parts[2] : "", [.. lines[1..].Select(ParseHeader)], []);
    }

    private static (string Name, string Value) ParseHeader(string line)
    {
        var colon = line.IndexOf(':');
        return colon > 0 && line.AsSpan(0, colon).IndexOfAny(_noToken) < 0
            ? (line[..colon], line[(colon + 1)..].Trim())
            : throw new BadAnswerException(FindingKinds.AnswerNotHttp, $"a header is {CheckReport.Quote(line)}");
    }

    private Task<byte[]> ReadBodyAsync(RawAnswer head, CancellationToken cancel)
    {
        var lengths = head.ValuesOf("Content-Length").Distinct().ToArray();
        return head.Status is 204 or 304 ? Task.FromResult<byte[]>([])
            : head.IsChunked ? ReadChunksAsync(cancel)
            : lengths.Length == 0 ? ReadUntilEndAsync(cancel)
            : lengths is [var text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? ReadExactlyAsync(length, cancel)
            : throw new BadAnswerException(FindingKinds.AnswerNotHttp, $"Content-Length is {CheckReport.Quote(string.Join(", ", lengths))}");
    }

    private async Task<byte[]> ReadExactlyAsync(long length, CancellationToken cancel)
    {
        var body = new MemoryStream();
        await CopyAsync(body, length, cancel);
        return body.ToArray();
    }

    private async Task<byte[]> ReadChunksAsync(CancellationToken cancel)
    {
        var body = new MemoryStream();
        while (true)
        {
            var line = (await ReadLineAsync(HeadBytesMax, isFirst: false, cancel)).Split(';')[0].Trim();
            if (!long.TryParse(line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
            {
                throw new BadAnswerException(FindingKinds.AnswerNotHttp, $"the length of a chunk is {CheckReport.Quote(line)}");
            }

            if (length == 0)
            {
                return body.ToArray(); // Trailers say nothing that matters here, and the connection is not used again.
            }

            await CopyAsync(body, length, cancel);
            await ReadLineAsync(HeadBytesMax, isFirst: false, cancel);
        }
    }

    private async Task<byte[]> ReadUntilEndAsync(CancellationToken cancel)
    {
        var body = new MemoryStream();
        while (_start < _end || await FillAsync(cancel))
        {
            Append(body, _end - _start);
        }

        return body.ToArray();
    }

    private async Task CopyAsync(MemoryStream body, long length, CancellationToken cancel)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancel))
            {
                throw new EndOfStreamException("the server closed the connection before the end of its answer");
            }

            var taken = (int)Math.Min(length, _end - _start);
            Append(body, taken);
            length -= taken;
        }
    }

    private void Append(MemoryStream body, int bytes)
    {
        if (body.Length + bytes > DestinationAnswer.BodyBytesMax)
        {
            throw new BadAnswerException(FindingKinds.AnswerTooLarge, "over 1 MiB came");
        }

        body.Write(_buffer, _start, bytes);
        _start += bytes;
    }

    private async ValueTask<int> ReadByteAsync(CancellationToken cancel) => _start < _end || await FillAsync(cancel) ? _buffer[_start++] : -1;

    private async ValueTask<bool> FillAsync(CancellationToken cancel)
    {
        (_start, _end) = (0, await stream.ReadAsync(_buffer, cancel));
        return _end > 0;
    }
}
