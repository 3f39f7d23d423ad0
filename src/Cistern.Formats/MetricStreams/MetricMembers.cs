namespace Cistern.Formats.MetricStreams;

/// <summary>The members of a metric in JSON, as flags: which of them were there.</summary>
[Flags]
internal enum MetricMembers
{
    None = 0,
    MetricStream = 1,
    Account = 2,
    Region = 4,
    Namespace = 8,
    Metric = 16,
    Dimensions = 32,
    Timestamp = 64,
    Value = 128,
    Unit = 256,
}
