using System.Globalization;
using System.IO.Compression;
using System.Text;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Benching;

/// <summary>Deliveries of CloudWatch Logs: records that are one gzip member with one envelope each, as a subscription sends them.</summary>
internal sealed class BenchLogs(int seed, DateTimeOffset start, bool json)
{
    public const int Records = 20;
    public const int EventsPerRecord = 200;
    public const int MessageBytes = 200;

    private static readonly string[] s_levels = ["INFO", "INFO", "INFO", "INFO", "INFO", "DEBUG", "DEBUG", "WARN", "ERROR"];
    private static readonly string[] s_words = ["order", "cart", "stored", "read", "user", "cache", "miss", "hit", "payment", "queue", "retry", "connection", "closed", "opened", "timeout", "served"];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _message = new();
    private long _milliseconds = start.ToUnixTimeMilliseconds();
    private long _event;

    public void Fill(EnvelopeWriter envelope)
    {
        for (var record = 0; record < Records; record++)
        {
            envelope.Add(MakeRecord());
        }
    }

    private byte[] MakeRecord()
    {
        _text.Clear().Append(CultureInfo.InvariantCulture,
            $$"""{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"/bench/web-{{_random.Next(8)}}","logStream":"web/{{_random.Next(64):x32}}","subscriptionFilters":["bench"],"logEvents":[""");
        for (var item = 0; item < EventsPerRecord; item++)
        {
            _milliseconds += _random.Next(3);
            _text.Append(item == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
                $$"""{"id":"{{38_000_000_000_000_000L + _milliseconds:D17}}{{seed:D6}}{{_event++:D33}}","timestamp":{{_milliseconds}},"message":"{{Escaped(MakeMessage())}}"}""");
        }

        return Gzip(Encoding.UTF8.GetBytes(_text.Append("]}").ToString()));
    }

    private string MakeMessage()
    {
        var level = s_levels[_random.Next(s_levels.Length)];
        var time = DateTimeOffset.FromUnixTimeMilliseconds(_milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var (request, status, took) = (_random.NextInt64(), 200 + _random.Next(300), _random.Next(900));
        _message.Clear().Append(json
            ? string.Create(CultureInfo.InvariantCulture, $$$"""{"time":"{{{time}}}","level":"{{{level}}}","requestId":"{{{request:x16}}}","status":{{{status}}},"http":{"method":"GET","ms":{{{took}}}},"text":" """)
            : string.Create(CultureInfo.InvariantCulture, $"{time} {level} [http-{_random.Next(16)}] request={request:x16} status={status} took {took} ms:"));
        var end = json ? "\"}" : "";
        while (_message.Length + end.Length < MessageBytes)
        {
            _message.Append(' ').Append(s_words[_random.Next(s_words.Length)]);
        }

        _message.Length = MessageBytes - end.Length;
        return _message.Append(end).ToString();
    }

    private static string Escaped(string message) => message.Replace("\"", "\\\"", StringComparison.Ordinal);

    private static byte[] Gzip(byte[] text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(text);
        }

        return packed.ToArray();
    }
}
