using System.Text.Json;
using Cistern.Formats.CloudFront;
using Cistern.Formats.Deliveries;

namespace Cistern.Formats.MetricStreams;

/// <summary>Reads one metric in whatever way JSON allows to write it.</summary>
internal sealed class MetricJsonReader(MetricRow row, ReasonText reason)
{
    private const MetricMembers Needed = MetricMembers.Metric | MetricMembers.Timestamp | MetricMembers.Value;
    private const int KeptBytes = 64 << 10;

    // Each costs an exception, which is a thousand times as dear as its bytes.
    private const int BrokenMax = 10_000;

    private byte[] _name = new byte[256];
    private byte[] _text = new byte[1024];
    private byte[] _region = [];
    private int _broken;

    public void Open(byte[] region) => (_region, _broken) = (region, 0);

    /// <summary>Reads the object that a text begins with into the row that is being written. If that is no metric, <paramref name="length"/> is what is to be set aside: the object, or the line.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out int length)
    {
        row.Begin();
        if (text[0] != '{')
        {
            length = LineOf(text);
            return reason.Set("line is not a JSON object: it is cut, or not JSON");
        }

        if (_broken == BrokenMax)
        {
            length = LineOf(text);
            return reason.Set("line is not as CloudWatch writes it, and nothing else is tried behind 10,000 lines of a delivery that are not JSON");
        }

        return TryReadJson(text, out length);
    }

    private bool TryReadJson(ReadOnlySpan<byte> text, out int length)
    {
        var json = new Utf8JsonReader(text, isFinalBlock: true, default);
        try
        {
            json.Read();
            var isMetric = TryReadObject(ref json, text);
            SkipRest(ref json);
            length = (int)json.BytesConsumed;
            return isMetric;
        }
        catch (JsonException)
        {
            _broken++;
            length = LineOf(text);
            return reason.Set("line is not a JSON object: it is cut, or not JSON");
        }
        finally
        {
            _text = _text.Length > KeptBytes ? new byte[1024] : _text;
        }
    }

    private static int LineOf(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var length = end < 0 ? text.Length : end;
        return length > 1 && text[length - 1] == '\r' ? length - 1 : length;
    }

    // To the end of the outermost object: what follows a bad member is a part of the same item.
    private static void SkipRest(ref Utf8JsonReader json)
    {
        while ((json.TokenType != JsonTokenType.EndObject || json.CurrentDepth > 0) && json.Read())
        {
        }
    }

    private bool TryReadObject(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        var seen = MetricMembers.None;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref json);
            if ((seen & member) != 0)
            {
                return reason.Set($"metric has {NameOf(member)} twice");
            }

            seen |= member;
            json.Read();
            if (!TryReadMember(ref json, text, member))
            {
                return false;
            }
        }

        return TryEnd(seen);
    }

    private bool TryEnd(MetricMembers seen)
    {
        if ((seen & Needed) != Needed)
        {
            return reason.Set($"metric has no {NameOf(Needed & ~seen)}");
        }

        if (row.Dimensions.IsOverfull || row.Statistics.IsOverfull)
        {
            return reason.Set($"metric has more than {NamedValues.CountMax} dimensions or statistics");
        }

        if ((seen & MetricMembers.Region) == 0)
        {
            row.SetRegion(_region);
        }

        row.End();
        return true;
    }

    private static MetricMembers MemberOf(ref Utf8JsonReader json) =>
        JsonText.Is(ref json, "metric_stream_name"u8) ? MetricMembers.MetricStream
        : JsonText.Is(ref json, "account_id"u8) ? MetricMembers.Account
        : JsonText.Is(ref json, "region"u8) ? MetricMembers.Region
        : JsonText.Is(ref json, "namespace"u8) ? MetricMembers.Namespace
        : JsonText.Is(ref json, "metric_name"u8) ? MetricMembers.Metric
        : JsonText.Is(ref json, "dimensions"u8) ? MetricMembers.Dimensions
        : JsonText.Is(ref json, "timestamp"u8) ? MetricMembers.Timestamp
        : JsonText.Is(ref json, "value"u8) ? MetricMembers.Value
        : JsonText.Is(ref json, "unit"u8) ? MetricMembers.Unit
        : MetricMembers.None;

    // Of several the one that matters most.
    private static string NameOf(MetricMembers members) =>
        members.HasFlag(MetricMembers.Value) ? "value"
        : members.HasFlag(MetricMembers.Timestamp) ? "timestamp"
        : members.HasFlag(MetricMembers.Metric) ? "metric_name"
        : members.HasFlag(MetricMembers.Namespace) ? "namespace"
        : members.HasFlag(MetricMembers.Dimensions) ? "dimensions"
        : members.HasFlag(MetricMembers.Unit) ? "unit"
        : members.HasFlag(MetricMembers.Region) ? "region"
        : members.HasFlag(MetricMembers.Account) ? "account_id"
        : "metric_stream_name";

    private bool TryReadMember(ref Utf8JsonReader json, ReadOnlySpan<byte> text, MetricMembers member)
    {
        switch (member)
        {
            case MetricMembers.None:
                json.Skip();
                return true;
            case MetricMembers.Timestamp:
                return TryReadTime(ref json);
            case MetricMembers.Value:
                return TryReadStatistics(ref json);
            case MetricMembers.Dimensions:
                return TryReadDimensions(ref json, text);
            default:
                return TryReadText(ref json, member);
        }
    }

    private bool TryReadText(ref Utf8JsonReader json, MetricMembers member)
    {
        if (json.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            return reason.Set($"{NameOf(member)} of a metric is no text");
        }

        var value = json.TokenType == JsonTokenType.Null ? default : Unescape(ref json, ref _text);
        switch (member)
        {
            case MetricMembers.MetricStream:
                row.SetMetricStream(value);
                break;
            case MetricMembers.Account:
                row.SetAccount(value);
                break;
            case MetricMembers.Region:
                row.SetRegion(value.IsEmpty ? _region : value);
                break;
            case MetricMembers.Namespace:
                row.SetNamespace(value);
                break;
            case MetricMembers.Unit:
                row.SetUnit(value);
                break;
            default:
                row.SetMetric(value);
                return !value.IsEmpty || reason.Set("metric has no metric_name");
        }

        return true;
    }

    private bool TryReadTime(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.Number || !TryGetWhole(ref json, out var milliseconds) || !MetricRow.IsTime(milliseconds))
        {
            return reason.Set("timestamp of a metric is not milliseconds since 1970");
        }

        row.SetTime(milliseconds);
        return true;
    }

    // 1.76E12 is a whole number too.
    private static bool TryGetWhole(ref Utf8JsonReader json, out long value)
    {
        if (json.TryGetInt64(out value))
        {
            return true;
        }

        var isWhole = json.TryGetDouble(out var number) && Math.Abs(number) < 1e15 && Math.Truncate(number) == number;
        value = isWhole ? (long)number : 0;
        return isWhole;
    }

    private bool TryReadStatistics(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return reason.Set("value of a metric is not an object of statistics");
        }

        var (count, seen) = (0, Statistic.Other);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Unescape(ref json, ref _name);
            json.Read();
            if (json.TokenType != JsonTokenType.Number || !json.TryGetDouble(out var number) || !double.IsFinite(number))
            {
                return reason.Set($"statistic '{name[..Math.Min(name.Length, 80)]}' of a metric is no finite number");
            }

            SetStatistic(name, number, ref seen);
            count++;
        }

        return count > 0 || reason.Set("value of a metric holds no statistic");
    }

    // Of a statistic that is there twice the first counts.
    private void SetStatistic(ReadOnlySpan<byte> name, double number, ref Statistic seen)
    {
        var statistic = StatisticOf(name);
        if ((seen & statistic) != 0)
        {
            return;
        }

        seen |= statistic;
        switch (statistic)
        {
            case Statistic.Max:
                row.SetMax(number);
                break;
            case Statistic.Min:
                row.SetMin(number);
                break;
            case Statistic.Sum:
                row.SetSum(number);
                break;
            case Statistic.Count:
                row.SetCount(number);
                break;
            case Statistic.Other:
                row.Statistics.Add(name, number);
                break;
        }
    }

    private bool TryReadDimensions(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            return reason.Set("dimensions of a metric are not an object");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = Unescape(ref json, ref _name);
            json.Read();
            row.Dimensions.Add(name, ReadDimension(ref json, text));
        }

        return true;
    }

    // CloudWatch writes texts; anything else is kept as its JSON.
    private ReadOnlySpan<byte> ReadDimension(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        if (json.TokenType == JsonTokenType.String)
        {
            return Unescape(ref json, ref _text);
        }

        var start = (int)json.TokenStartIndex;
        json.Skip();
        return json.TokenType == JsonTokenType.Null ? default : text[start..(int)json.BytesConsumed];
    }

    // Half of a surrogate pair is kept as it is written.
    private static ReadOnlySpan<byte> Unescape(ref Utf8JsonReader json, ref byte[] scratch)
    {
        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        if (scratch.Length < json.ValueSpan.Length)
        {
            scratch = new byte[json.ValueSpan.Length];
        }

        return JsonText.TryCopy(ref json, scratch, out var length) ? scratch.AsSpan(0, length) : json.ValueSpan;
    }

    private static Statistic StatisticOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("max"u8) ? Statistic.Max
        : name.SequenceEqual("min"u8) ? Statistic.Min
        : name.SequenceEqual("sum"u8) ? Statistic.Sum
        : name.SequenceEqual("count"u8) ? Statistic.Count
        : Statistic.Other;

    [Flags]
    private enum Statistic
    {
        Other = 0,
        Max = 1,
        Min = 2,
        Sum = 4,
        Count = 8,
    }
}
