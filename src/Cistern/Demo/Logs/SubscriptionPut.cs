using System.Buffers;
using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Demo.Logs;

/// <summary>Writes what a subscription filter puts into a delivery stream: one gzip member with one JSON envelope, its members in the order that real ones have.</summary>
internal sealed class SubscriptionPut(string filter, string? policyLevel = null)
{
    private const string HealthCheck = "CWL CONTROL MESSAGE: Checking health of destination Firehose.";

    // As real envelopes: only what JSON must have escaped is escaped.
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _text = new();

    /// <summary>Events of one log stream.</summary>
    public byte[] Data(LogPlace place, IEnumerable<LogLine> lines)
    {
        using (var json = Begin("DATA_MESSAGE", place, filter))
        {
            var hash = Chance.Hash(0, $"{place.Group}|{place.Stream}", 0);
            foreach (var line in lines)
            {
                WriteEvent(json, EventId.Of(line, hash), line.Time, line.Message);
            }

            json.WriteEndArray();
            if (policyLevel is not null)
            {
                json.WriteString("policyLevel", policyLevel);
            }

            json.WriteEndObject();
        }

        return Compress();
    }

    /// <summary>The question whether the destination is there.</summary>
    public byte[] Control(long time)
    {
        using (var json = Begin("CONTROL_MESSAGE", new LogPlace("CloudwatchLogs", "", ""), filter: null))
        {
            WriteEvent(json, "", time, HealthCheck);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Compress();
    }

    private Utf8JsonWriter Begin(string type, LogPlace place, string? filter)
    {
        _text.ResetWrittenCount();
        var json = new Utf8JsonWriter(_text, _options);
        json.WriteStartObject();
        json.WriteString("messageType", type);
        json.WriteString("owner", place.Account);
        json.WriteString("logGroup", place.Group);
        json.WriteString("logStream", place.Stream);
        json.WriteStartArray("subscriptionFilters");
        if (filter is not null)
        {
            json.WriteStringValue(filter);
        }

        json.WriteEndArray();
        json.WriteStartArray("logEvents");
        return json;
    }

    private static void WriteEvent(Utf8JsonWriter json, string id, long time, string message)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteNumber("timestamp", time);
        json.WriteString("message", message);
        json.WriteEndObject();
    }

    private byte[] Compress()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(_text.WrittenSpan);
        }

        return compressed.ToArray();
    }
}
