using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cistern.Commands.Checking.Streams;

/// <summary>What CloudWatch measured of a stream during the last hour.</summary>
internal sealed class StreamTraffic(DescribedStream stream, AwsLook look, CheckReport report, TimeProvider time)
{
    private const int PeriodSeconds = 300;
    private const double LateSeconds = 900;

    private static readonly (string Id, string Metric, string Statistic)[] _metrics =
    [
        ("incoming", "IncomingRecords", "Sum"),
        ("read", "DataReadFromKinesisStream.Records", "Sum"),
        ("delivered", "DeliveryToHttpEndpoint.Records", "Sum"),
        ("success", "DeliveryToHttpEndpoint.Success", "Minimum"),
        ("age", "DeliveryToHttpEndpoint.DataFreshness", "Maximum"),
        ("throttled", "ThrottledRecords", "Sum"),
        ("behind", "KinesisMillisBehindLatest", "Maximum"),
    ];

    public async Task CheckAsync(CancellationToken cancel)
    {
        // A point has the time of its minute's begin: the one that runs is to be among them.
        var now = time.GetUtcNow().UtcDateTime;
        var found = await look.TryAskAsync(CheckSteps.Traffic, cancel,
            "cloudwatch", "get-metric-data", "--start-time", Text(now.AddHours(-1)), "--end-time", Text(now.AddMinutes(1)), "--metric-data-queries", Queries());
        if (found.Json is { } answer)
        {
            Report(answer);
        }
    }

    private static string Text(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private string Queries()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var (id, metric, statistic) in _metrics)
            {
                WriteQuery(json, id, metric, statistic);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private void WriteQuery(Utf8JsonWriter json, string id, string metric, string statistic)
    {
        json.WriteStartObject();
        json.WriteString("Id", id);
        json.WriteStartObject("MetricStat");
        json.WriteStartObject("Metric");
        json.WriteString("Namespace", "AWS/Firehose");
        json.WriteString("MetricName", metric);
        json.WriteStartArray("Dimensions");
        json.WriteStartObject();
        json.WriteString("Name", "DeliveryStreamName");
        json.WriteString("Value", stream.Name);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteNumber("Period", PeriodSeconds);
        json.WriteString("Stat", statistic);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Report(JsonElement answer)
    {
        double[] Points(string id) => [.. answer.List("MetricDataResults").Where(one => one.Text("Id") == id).SelectMany(one => one.List("Values")).Where(value => value.ValueKind == JsonValueKind.Number).Select(value => value.GetDouble())];
        var incoming = Points("incoming").Sum() + Points("read").Sum();
        var delivered = Points("delivered").Sum();
        var age = Points("age").DefaultIfEmpty(0).Max();
        var failures = Points("success").Count(value => value == 0);
        var figures = $"{Units.Count(incoming)} records in, {Units.Count(delivered)} delivered, the oldest waited {Units.Seconds(age)}";
        if (incoming == 0)
        {
            report.Add(CheckSteps.Traffic, FindingKinds.TrafficNone);
        }
        else
        {
            report.Add(CheckSteps.Traffic, delivered == 0 ? FindingKinds.TrafficNotDelivered : FindingKinds.TrafficGood, figures);
        }

        Add(delivered > 0 && failures > 0, FindingKinds.TrafficFailing, $"in {failures} periods of 5 minutes");
        Add(age > LateSeconds, FindingKinds.TrafficLate, Units.Seconds(age));
        Add(Points("throttled").Sum() > 0, FindingKinds.TrafficThrottled, $"{Units.Count(Points("throttled").Sum())} records");
        var behind = Points("behind").DefaultIfEmpty(0).Max() / 1000;
        Add(behind > LateSeconds, FindingKinds.TrafficBehind, Units.Seconds(behind));
    }

    private void Add(bool applies, FindingKind kind, string detail)
    {
        if (applies)
        {
            report.Add(CheckSteps.Traffic, kind, detail);
        }
    }
}
