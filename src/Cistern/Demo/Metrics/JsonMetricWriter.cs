using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Demo.Origin;

namespace Cistern.Demo.Metrics;

/// <summary>Writes points into the records of a metric stream in one of its formats.</summary>
internal interface IMetricWriter
{
    /// <param name="points">Of one or more accounts and periods; as many as a record should hold.</param>
    byte[] Record(string metricStream, IReadOnlyList<MetricPoint> points);
}

/// <summary>The JSON format: an object a line, each line ended, its members in the order that real ones have.</summary>
internal sealed class JsonMetricWriter : IMetricWriter
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public byte[] Record(string metricStream, IReadOnlyList<MetricPoint> points)
    {
        var record = new ArrayBufferWriter<byte>();
        foreach (var point in points)
        {
            using (var json = new Utf8JsonWriter(record, _options))
            {
                Write(json, metricStream, point);
            }

            record.Write("\n"u8);
        }

        return record.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string metricStream, MetricPoint point)
    {
        json.WriteStartObject();
        json.WriteString("metric_stream_name", metricStream);
        json.WriteString("account_id", point.Account);
        json.WriteString("region", DemoAccounts.Region);
        json.WriteString("namespace", point.Namespace);
        json.WriteString("metric_name", point.Name);
        json.WriteStartObject("dimensions");
        foreach (var (name, value) in point.Dimensions)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteNumber("timestamp", point.Period.Start);
        json.WriteStartObject("value");
        WriteNumber(json, "max", point.Value.Max);
        WriteNumber(json, "min", point.Value.Min);
        WriteNumber(json, "sum", point.Value.Sum);
        WriteNumber(json, "count", point.Value.Count);
        foreach (var (name, value) in point.Value.More)
        {
            WriteNumber(json, name, value);
        }

        json.WriteEndObject();
        json.WriteString("unit", point.Unit);
        json.WriteEndObject();
    }

    // Real streams write 3.0, never 3.
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.ToString(value == Math.Floor(value) ? "0.0" : "R", System.Globalization.CultureInfo.InvariantCulture), skipInputValidation: true);
    }
}
