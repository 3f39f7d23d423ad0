using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Cistern.Journal;

namespace Cistern.Delivery.Metrics;

/// <summary>Keeps metrics across a restart: <c>metrics.json</c>, written aside every minute and at the stop. One that cannot be read is begun anew.</summary>
internal static class MetricsFile
{
    private const int Version = 1;

    /// <exception cref="DiskException">It could not be written.</exception>
    public static void Write(IDisk disk, string path, StreamMetrics metrics) => AtomicFile.Replace(disk, path, Serialize(metrics));

    /// <returns>Null, or why the file was not read: for the log.</returns>
    public static string? Read(IDisk disk, string path, StreamMetrics into)
    {
        if (!disk.Exists(path))
        {
            return null;
        }

        try
        {
            using var file = JsonDocument.Parse(disk.ReadAllBytes(path));
            return Restore(file.RootElement, into);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or IndexOutOfRangeException or ArgumentException or DiskException)
        {
            return error.Message;
        }
    }

    private static ReadOnlyMemory<byte> Serialize(StreamMetrics metrics)
    {
        var buffer = new ArrayBufferWriter<byte>(64 << 10);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteStartArray("series");
        foreach (var (arn, metric, points) in metrics.All())
        {
            json.WriteStartObject();
            json.WriteString("arn", arn);
            json.WriteString("metric", StreamMetricTable.NameOf(metric));
            json.WriteStartArray("points");
            foreach (var point in points)
            {
                Write(json, point);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, MetricPoint point)
    {
        json.WriteStartArray();
        json.WriteNumberValue(point.Minute);
        json.WriteNumberValue(point.Sum);
        json.WriteNumberValue(point.Count);
        json.WriteNumberValue(point.Min);
        json.WriteNumberValue(point.Max);
        json.WriteEndArray();
    }

    private static string? Restore(JsonElement file, StreamMetrics into)
    {
        var version = file.GetProperty("version").GetInt32();
        if (version != Version)
        {
            return string.Create(CultureInfo.InvariantCulture, $"its version is {version}, and this program reads version {Version}");
        }

        foreach (var series in file.GetProperty("series").EnumerateArray())
        {
            // A metric that a later release measures is left out.
            if (StreamMetricTable.Find(series.GetProperty("metric").GetString()!) is { } metric)
            {
                into.Restore(series.GetProperty("arn").GetString()!, metric, [.. series.GetProperty("points").EnumerateArray().Select(Point)]);
            }
        }

        return null;
    }

    private static MetricPoint Point(JsonElement point) =>
        new(point[0].GetInt64(), point[1].GetDouble(), point[2].GetInt64(), point[3].GetDouble(), point[4].GetDouble());
}
