using Cistern.Demo.Origin;

namespace Cistern.Demo;

/// <summary>One of the demo's delivery streams: where it delivers to, and which table takes what it brings.</summary>
/// <param name="Delay">How long after the fact it delivers; nothing waits for it in the past.</param>
internal sealed record DemoStream(string Name, string Route, string Table, TimeSpan Delay = default)
{
    public static readonly DemoStream Requests = new("demo-cloudfront", DemoFeed.Route, "requests") { Attributes = DemoFeed.Attributes };

    /// <summary>The logs of the site's web service and of its shop.</summary>
    public static readonly DemoStream ServiceLogs = new("demo-logs", "/ingester/kinesis/logs", "logs");

    /// <summary>The logs of another account, sent by a policy of the account to the address that takes anything.</summary>
    public static readonly DemoStream AccountLogs = new("demo-account-logs", "/firehose", "logs");

    // A minute is measured when it is over. The three formats bring different namespaces, so that nothing is stored twice.
    public static readonly DemoStream MetricsJson = Metrics("demo-metrics-json", 3);
    public static readonly DemoStream MetricsOtlp07 = Metrics("demo-metrics-otlp07", 4);
    public static readonly DemoStream MetricsOtlp10 = Metrics("demo-metrics-otlp10", 5);

    public static readonly IReadOnlyList<DemoStream> All = [Requests, ServiceLogs, AccountLogs, MetricsJson, MetricsOtlp07, MetricsOtlp10];

    public string Arn => $"arn:aws:firehose:{DemoAccounts.Region}:{DemoAccounts.Main}:deliverystream/{Name}";

    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>();

    private static DemoStream Metrics(string name, int delaySeconds) => new(name, "/ingester/kinesis/metrics", "metrics", TimeSpan.FromSeconds(delaySeconds));
}
