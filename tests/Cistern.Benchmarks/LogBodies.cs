using System.Globalization;
using System.Text;

namespace Cistern.Benchmarks;

/// <summary>What a log event of a benchmark holds.</summary>
public enum LogMessages
{
    /// <summary>Lines of about 200 bytes, as a service writes them.</summary>
    Text = 1,

    /// <summary>JSON objects of about 200 bytes with eight members.</summary>
    Json = 2,
}

/// <summary>Deliveries of CloudWatch Logs: 20 records of 200 events, varied from a seed.</summary>
internal static class LogBodies
{
    public const int Records = 20;
    public const int EventsPerRecord = 200;
    public const int Events = Records * EventsPerRecord;

    private static readonly string[] Levels = ["INFO", "INFO", "INFO", "INFO", "DEBUG", "WARN", "ERROR"];
    private static readonly string[] Words = ["order", "accepted", "customer", "payment", "settled", "cache", "miss", "upstream", "answered", "within", "limit", "queue", "worker", "retry", "scheduled"];

    public static byte[] Make(LogMessages messages, bool gzip)
    {
        var random = new Random(200);
        var records = Enumerable.Range(0, Records).Select(record => Encoding.UTF8.GetBytes(Document(random, messages, record)))
            .Select(record => Convert.ToBase64String(gzip ? BenchmarkBodies.Gzip(record) : record));
        return Encoding.UTF8.GetBytes($"{{\"requestId\":\"{BenchmarkBodies.RequestId}\",\"timestamp\":1760000060000,\"records\":[{string.Join(',', records.Select(data => $"{{\"data\":\"{data}\"}}"))}]}}");
    }

    private static string Document(Random random, LogMessages messages, int record)
    {
        var events = Enumerable.Range(0, EventsPerRecord).Select(place => Event(random, messages, (record * EventsPerRecord) + place));
        return "{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"111122223333\",\"logGroup\":\"/ecs/production/orders-api\",\"logStream\":\"orders-api/web/" + record.ToString("x32", CultureInfo.InvariantCulture)
            + "\",\"subscriptionFilters\":[\"to-cistern\"],\"logEvents\":[" + string.Join(',', events) + "]}";
    }

    private static string Event(Random random, LogMessages messages, int number)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"38480917865042697267627490045603633139480491{random.NextInt64(100_000_000_000, 999_999_999_999)}");
        var time = 1_760_000_000_000 + (number * 17);
        var message = System.Text.Json.JsonSerializer.Serialize(messages == LogMessages.Json ? Json(random, time) : Text(random, time));
        return string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{id}\",\"timestamp\":{time},\"message\":{message.Replace("\\u0022", "\\\"", StringComparison.Ordinal)}}}");
    }

    private static string Text(Random random, long time) =>
        Fill(random, $"{DateTimeOffset.FromUnixTimeMilliseconds(time):yyyy-MM-dd HH:mm:ss.fff} {Levels[random.Next(Levels.Length)]} [worker-{random.Next(16)}] trace={random.NextInt64():x16}", 200);

    private static string Json(Random random, long time)
    {
        var head = $"{{\"time\":\"{DateTimeOffset.FromUnixTimeMilliseconds(time):O}\",\"level\":\"{Levels[random.Next(Levels.Length)]}\",\"traceId\":\"{random.NextInt64():x16}\",\"duration\":{random.Next(4000)}"
            + $",\"user\":{{\"id\":{random.Next(100_000)},\"plan\":\"pro\"}},\"status\":{200 + random.Next(4)},\"msg\":\"";
        return Fill(random, head, 197) + "\"}";
    }

    private static string Fill(Random random, string head, int length)
    {
        var text = new StringBuilder(head);
        while (text.Length < length - 10)
        {
            text.Append(' ').Append(Words[random.Next(Words.Length)]).Append(random.Next(3) == 0 ? random.Next(1000).ToString(CultureInfo.InvariantCulture) : "");
        }

        return text.ToString();
    }
}
