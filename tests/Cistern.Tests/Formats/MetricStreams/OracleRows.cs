using System.Globalization;
using Google.Protobuf;
using V07 = Cistern.Tests.Formats.MetricStreams.Oracle.V07;
using V10 = Cistern.Tests.Formats.MetricStreams.Oracle.V10;

namespace Cistern.Tests.Formats.MetricStreams;

/// <summary>The rows of a record as the classes that protoc generates read it.</summary>
internal static class OracleRows
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        ["s"] = "Seconds", ["us"] = "Microseconds", ["ms"] = "Milliseconds", ["By"] = "Bytes", ["kBy"] = "Kilobytes", ["MBy"] = "Megabytes", ["GBy"] = "Gigabytes", ["TBy"] = "Terabytes",
        ["bit"] = "Bits", ["kbit"] = "Kilobits", ["MBit"] = "Megabits", ["GBit"] = "Gigabits", ["Tbit"] = "Terabits", ["%"] = "Percent", ["{Count}"] = "Count", ["1"] = "None",
        ["By/s"] = "Bytes/Second", ["kBy/s"] = "Kilobytes/Second", ["MBy/s"] = "Megabytes/Second", ["GBy/s"] = "Gigabytes/Second", ["TBy/s"] = "Terabytes/Second",
        ["bit/s"] = "Bits/Second", ["kbit/s"] = "Kilobits/Second", ["MBit/s"] = "Megabits/Second", ["GBit/s"] = "Gigabits/Second", ["Tbit/s"] = "Terabits/Second", ["{Count}/s"] = "Count/Second",
    };

    public static List<Dictionary<string, string>> Of07(byte[] record) =>
    [
        .. from request in Messages(record, V07.Request.Parser)
           from source in request.ResourceMetrics
           from library in source.LibraryMetrics
           from metric in library.Metrics
           from point in metric.Summary.DataPoints
           select Row(
               [.. (source.Resource ?? new()).Attributes.Select(pair => (pair.Key, pair.Value?.StringValue ?? ""))],
               metric.Name,
               metric.Unit,
               [.. point.Labels.Select(label => (label.Key, label.Value, true))],
               (point.StartTimeUnixNano, point.TimeUnixNano, point.Count, point.Sum),
               [.. point.QuantileValues.Select(value => (value.Quantile, value.Value))]),
    ];

    public static List<Dictionary<string, string>> Of10(byte[] record) =>
    [
        .. from request in Messages(record, V10.Request.Parser)
           from source in request.ResourceMetrics
           from scope in source.ScopeMetrics
           from metric in scope.Metrics
           from point in metric.Summary.DataPoints
           select Row(
               [.. (source.Resource ?? new()).Attributes.Select(pair => (pair.Key, TextOf(pair.Value)))],
               metric.Name,
               metric.Unit,
               [.. point.Attributes.SelectMany(pair => IsList(pair) ? pair.Value.KvlistValue.Values.Select(item => (item.Key, TextOf(item.Value), false)) : [(pair.Key, TextOf(pair.Value), true)])],
               (point.StartTimeUnixNano, point.TimeUnixNano, point.Count, point.Sum),
               [.. point.QuantileValues.Select(value => (value.Quantile, value.Value))]),
    ];

    private static IEnumerable<T> Messages<T>(byte[] record, MessageParser<T> parser)
        where T : IMessage<T>
    {
        using var stream = new MemoryStream(record);
        while (stream.Position < stream.Length)
        {
            yield return parser.ParseDelimitedFrom(stream);
        }
    }

    private static bool IsList(V10.KeyValue pair) => pair.Key == "Dimensions" && pair.Value?.ValueCase == V10.AnyValue.ValueOneofCase.KvlistValue;

    private static string TextOf(V10.AnyValue? value) => value?.ValueCase switch
    {
        V10.AnyValue.ValueOneofCase.StringValue => value.StringValue,
        V10.AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        V10.AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        V10.AnyValue.ValueOneofCase.DoubleValue => Bodies.Number(value.DoubleValue),
        V10.AnyValue.ValueOneofCase.BytesValue => value.BytesValue.ToBase64(),
        V10.AnyValue.ValueOneofCase.ArrayValue => "[" + string.Join(',', value.ArrayValue.Values.Select(JsonOf)) + "]",
        V10.AnyValue.ValueOneofCase.KvlistValue => "{" + string.Join(',', value.KvlistValue.Values.Select(pair => $"\"{pair.Key}\":{JsonOf(pair.Value)}")) + "}",
        _ => "",
    };

    private static string JsonOf(V10.AnyValue? value) => value?.ValueCase switch
    {
        null or V10.AnyValue.ValueOneofCase.None => "null",
        V10.AnyValue.ValueOneofCase.StringValue or V10.AnyValue.ValueOneofCase.BytesValue => $"\"{TextOf(value)}\"",
        _ => TextOf(value),
    };

    private static Dictionary<string, string> Row(
        (string Key, string Value)[] resource,
        string name,
        string unit,
        (string Key, string Value, bool IsFlat)[] attributes,
        (ulong Start, ulong End, ulong Count, double Sum) point,
        (double Quantile, double Value)[] quantiles)
    {
        var fallback = name["amazonaws.com/".Length..];
        var divide = fallback.LastIndexOf('/');
        var start = point.Start == 0 ? point.End - 60_000_000_000 : point.Start;
        (string Key, string Value)[] names = [.. attributes.Where(IsName).Select(pair => (pair.Key, pair.Value))];
        var row = new Dictionary<string, string>(StringComparer.Ordinal);
        Add(row, "time", (start / 1_000_000 * 1000).ToString(CultureInfo.InvariantCulture));
        Add(row, "metric_stream", First(resource, "aws.exporter.arn")?.Split('/')[^1]);
        Add(row, "account", First(resource, "cloud.account.id"));
        Add(row, "region", First(resource, "cloud.region"));
        Add(row, "namespace", First(names, "Namespace") ?? fallback[..divide]);
        Add(row, "metric", First(names, "MetricName") ?? fallback[(divide + 1)..]);
        Add(row, "unit", Units.GetValueOrDefault(unit, unit));
        Add(row, "sum", Bodies.Number(point.Sum));
        Add(row, "count", Bodies.Number(point.Count));
        foreach (var (key, value, _) in attributes.Where(pair => !IsName(pair)))
        {
            row.TryAdd($"dimensions[{key}]", value);
        }

        foreach (var (quantile, value) in quantiles)
        {
            row.TryAdd(quantile switch { 0 => "min", 1 => "max", _ => $"quantiles[p{Percentile(quantile)}]" }, Bodies.Number(value));
        }

        return row;
    }

    // By the digits of the text, where the reader counts with decimals.
    private static string Percentile(double quantile)
    {
        var digits = quantile.ToString("0.00##############", CultureInfo.InvariantCulture)[2..];
        var whole = digits[..2].TrimStart('0');
        return (whole.Length == 0 ? "0" : whole) + (digits.Length > 2 ? "." + digits[2..] : "");
    }

    private static bool IsName((string Key, string Value, bool IsFlat) pair) => pair.IsFlat && pair.Key is ("Namespace" or "MetricName");

    private static string? First((string Key, string Value)[] pairs, string key) => pairs.FirstOrDefault(pair => pair.Key == key && pair.Value.Length > 0).Value;

    private static void Add(Dictionary<string, string> row, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            row.Add(name, value);
        }
    }
}
