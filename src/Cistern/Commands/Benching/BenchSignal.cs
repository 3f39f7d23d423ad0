using Cistern.Delivery.Http;
using Cistern.Demo;
using Cistern.Demo.Metrics;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Cistern.Ingest;

namespace Cistern.Commands.Benching;

/// <summary>What a bench sends.</summary>
/// <param name="Name">As <c>--signal</c> names it.</param>
/// <param name="Rows">What its rows are called.</param>
/// <param name="Table">The table that they become.</param>
/// <param name="Route">The address that takes them.</param>
/// <param name="RowsPerDelivery">Rows of each delivery.</param>
/// <param name="Open">Makes what fills deliveries, from a seed and the time of the first row.</param>
internal sealed record BenchSignal(
    string Name, string Rows, TableSchema Table, DeliveryRoute Route, int RowsPerDelivery, Func<int, DateTimeOffset, Action<EnvelopeWriter>> Open)
{
    /// <summary>More would be over the 64 MiB of a delivery.</summary>
    public const int EnlargeMax = 20;

    private static readonly IReadOnlyDictionary<string, string> s_none = new Dictionary<string, string>();

    public static IReadOnlyList<BenchSignal> All { get; } =
    [
        new("requests", $"requests of {RealtimeLine.FieldCount} fields", Tables.Requests, DeliveryRoute.CloudFront, 1_000, OpenRequests),
        new("logs", $"log events of {BenchLogs.MessageBytes} bytes", Tables.Logs, DeliveryRoute.Logs, BenchLogs.Records * BenchLogs.EventsPerRecord, (seed, start) => new BenchLogs(seed, start, json: false).Fill),
        new("logs-json", $"log events of {BenchLogs.MessageBytes} bytes in JSON", Tables.Logs, DeliveryRoute.Logs, BenchLogs.Records * BenchLogs.EventsPerRecord, (seed, start) => new BenchLogs(seed, start, json: true).Fill),
        new("metrics-json", "metrics in JSON", Tables.Metrics, DeliveryRoute.Metrics, BenchMetrics.Rows, (seed, start) => new BenchMetrics(seed, start, new JsonMetricWriter(), perRecord: 100).Fill),
        new("metrics-otlp", "metrics in OpenTelemetry 1.0", Tables.Metrics, DeliveryRoute.Metrics, BenchMetrics.Rows, (seed, start) => new BenchMetrics(seed, start, new OtlpMetricWriter(flatLabels: false), perRecord: 200).Fill),
    ];

    public string Path => IngestAddress.All.Single(address => address.Route == Route).Path;

    /// <summary>The common attributes of its deliveries.</summary>
    public IReadOnlyDictionary<string, string> Attributes => Route == DeliveryRoute.CloudFront ? DemoFeed.Attributes : s_none;

    public DeliveryContext ContextOf(OutgoingDelivery body) => new()
    {
        Route = Route,
        Framing = DeliveryFraming.Envelope,
        Gzip = body.Gzip,
        RequestId = body.RequestId,
        CloudFrontFields = Route == DeliveryRoute.CloudFront ? RealtimeLine.Fields : "",
    };

    /// <summary>The same with the rows of several deliveries in each.</summary>
    public BenchSignal Enlarged(int times) => this with
    {
        RowsPerDelivery = RowsPerDelivery * times,
        Open = (seed, start) =>
        {
            var fill = Open(seed, start);
            return envelope =>
            {
                for (var time = 0; time < times; time++)
                {
                    fill(envelope);
                }
            };
        },
    };

    private static Action<EnvelopeWriter> OpenRequests(int seed, DateTimeOffset start)
    {
        var traffic = new DemoTraffic(seed, start, rate: 20_000);
        var line = new byte[RealtimeLine.BytesMax];
        return envelope =>
        {
            for (var row = 0; row < 1_000; row++)
            {
                envelope.Add(line.AsSpan(0, traffic.WriteNext(line)));
            }
        };
    }
}
