using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Cistern.Delivery.Pipeline;

/// <summary>The processors that need no function: built-in decompression, extraction of log messages, delimiters. Pure.</summary>
internal static class RecordProcessors
{
    /// <summary>A record of CloudWatch Logs inflates to so much at most; more is taken for an attack.</summary>
    public const int InflatedBytesMax = 64 << 20;

    private const string Decompression = "Decompression";
    private const string LogProcessing = "CloudWatchLogProcessing";
    private const string Delimiter = "AppendDelimiterToRecord";

    /// <summary>What a record is before the function sees it; an empty one with <c>null</c> as the fault is dropped.</summary>
    /// <returns>The data, or why there is none.</returns>
    public static (ReadOnlyMemory<byte> Data, bool Dropped, string? Fault) Before(StreamPlan plan, ReadOnlyMemory<byte> data)
    {
        if (!plan.Processors.Any(processor => processor.Type == Decompression))
        {
            return (data, false, null);
        }

        try
        {
            var inflated = Inflate(data);
            return ExtractsMessages(plan) ? Extract(inflated) : (inflated, false, null);
        }
        catch (Exception exception) when (exception is InvalidDataException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (default, false, exception.Message);
        }
    }

    /// <summary>What goes to the destination.</summary>
    public static ReadOnlyMemory<byte> After(StreamPlan plan, ReadOnlyMemory<byte> data)
    {
        if (plan.Processors.FirstOrDefault(processor => processor.Type == Delimiter) is not { } processor)
        {
            return data;
        }

        // As it is written in the configuration: a backslash and an n stand for a newline.
        var text = Encoding.UTF8.GetBytes(processor.Parameters.GetValueOrDefault("Delimiter", "\\n").Replace("\\n", "\n", StringComparison.Ordinal));
        return (byte[])[.. data.Span, .. text];
    }

    private static bool ExtractsMessages(StreamPlan plan) => plan.Processors.Any(processor =>
        processor.Type == LogProcessing && processor.Parameters.GetValueOrDefault("DataMessageExtraction", "") is "true" or "True" or "TRUE");

    private static byte[] Inflate(ReadOnlyMemory<byte> data)
    {
        using var gzip = new GZipStream(new MemoryStream(data.ToArray(), writable: false), CompressionMode.Decompress);
        using var inflated = new MemoryStream();
        var piece = new byte[64 << 10];
        while (gzip.Read(piece) is > 0 and var read)
        {
            inflated.Write(piece, 0, read);
            if (inflated.Length > InflatedBytesMax)
            {
                throw new InvalidDataException($"the record inflates to more than {InflatedBytesMax >> 20} MiB");
            }
        }

        return inflated.Length == 0 && data.Length > 0 ? throw new InvalidDataException("the record is not gzip") : inflated.ToArray();
    }

    private static (ReadOnlyMemory<byte> Data, bool Dropped, string? Fault) Extract(byte[] envelope)
    {
        using var json = JsonDocument.Parse(envelope);
        if (json.RootElement.GetProperty("messageType").GetString() == "CONTROL_MESSAGE")
        {
            return (default, true, null);
        }

        using var messages = new MemoryStream();
        foreach (var logEvent in json.RootElement.GetProperty("logEvents").EnumerateArray())
        {
            messages.Write(Encoding.UTF8.GetBytes(logEvent.GetProperty("message").GetString() ?? ""));
            messages.WriteByte((byte)'\n');
        }

        return (messages.ToArray(), false, null);
    }
}
