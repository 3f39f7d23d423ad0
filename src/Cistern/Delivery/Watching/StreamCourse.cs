using System.Text.Json;
using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Watching;

/// <summary>What a stream did in each minute of the last hour, the present one included.</summary>
/// <param name="FailedAttempts">Attempts to deliver, or to store an object, that were refused.</param>
internal sealed record StreamCourse(long FirstMinute, double[] Incoming, double[] Delivered, double[] FailedAttempts)
{
    public const int Minutes = 60;

    public static StreamCourse Read(StreamMetrics metrics, string arn, DateTimeOffset now)
    {
        var first = (now.ToUnixTimeSeconds() / 60) - Minutes + 1;
        var from = DateTimeOffset.FromUnixTimeSeconds(first * 60);
        double[] Sum(Func<MetricPoint, double> value, params ReadOnlySpan<StreamMetric> names)
        {
            var sums = new double[Minutes];
            foreach (var name in names)
            {
                foreach (var point in metrics.Read(arn, name, from, now.AddMinutes(1)))
                {
                    // A clock that was set back leaves points of the future.
                    if (point.Minute - first is >= 0 and < Minutes and var place)
                    {
                        sums[place] += value(point);
                    }
                }
            }

            return sums;
        }

        return new StreamCourse(
            first,
            Sum(point => point.Sum, StreamMetric.IncomingRecords),
            Sum(point => point.Sum, StreamMetric.HttpRecords, StreamMetric.S3Records),
            Sum(point => point.Count - point.Sum, StreamMetric.HttpSuccess, StreamMetric.S3Success, StreamMetric.BackupSuccess));
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("lastHour"u8);
        json.WriteString("from"u8, StreamsAnswer.Text(DateTimeOffset.FromUnixTimeSeconds(FirstMinute * 60)));
        Write(json, "incoming", Incoming);
        Write(json, "delivered", Delivered);
        Write(json, "failedAttempts", FailedAttempts);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, double[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteNumberValue(Math.Round(value));
        }

        json.WriteEndArray();
    }
}
