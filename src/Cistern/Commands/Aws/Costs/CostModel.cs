using System.Globalization;
using static Cistern.Commands.Aws.Costs.CostAssumptions;

namespace Cistern.Commands.Aws.Costs;

/// <summary>One entry of a bill.</summary>
/// <param name="Service">What it is for.</param>
/// <param name="Rate">The rate's name; empty if it costs nothing.</param>
/// <param name="Quantity">How much of the rate's unit.</param>
internal sealed record CostEntry(string Service, string Rate, decimal Quantity, decimal Usd);

/// <summary>A month of one route.</summary>
/// <param name="LeftOut">What could not be counted, in sentences.</param>
internal sealed record CostEstimate(CostRoute Route, int SamplingPercent, IReadOnlyList<CostEntry> Entries, IReadOnlyList<string> LeftOut)
{
    public decimal Usd => Entries.Sum(entry => entry.Usd);

    public string Name => (Route, SamplingPercent) switch
    {
        (CostRoute.Standard, _) => "standard v2",
        (_, 100) => "real-time",
        _ => $"real-time {SamplingPercent} %",
    };
}

/// <summary>What a pipeline costs in a month. Tiers are an account's, so all that one rate counts is added up before it is priced.</summary>
internal sealed class CostModel(RateTable rates, CostQuestion question)
{
    private readonly List<CostEntry> _entries = [];
    private readonly List<string> _leftOut = [];

    public static CostEstimate Estimate(RateTable rates, CostQuestion question, CostRoute route, int samplingPercent) =>
        new CostModel(rates, question).Run(route, samplingPercent);

    private decimal LogRecords => Math.Ceiling(question.LogBytes / LogRecordBytes);

    private decimal MetricUpdates => question.Metrics * MinutesPerMonth;

    private decimal OtherWireBytes => (question.LogBytes * LogWirePercent / 100) + (MetricUpdates * MetricUpdateBytes * WirePercent / 100);

    private CostEstimate Run(CostRoute route, int samplingPercent)
    {
        var lines = question.Requests * samplingPercent / 100;
        var firehoseBytes = route == CostRoute.Realtime ? AddRealtime(lines) : AddStandard(lines);
        AddFirehose(firehoseBytes + (LogRecords * FirehoseStep) + (MetricUpdates * MetricUpdateBytes));
        AddTransform(lines * question.BytesPerLine);
        Add(CostServices.MetricUpdates, "metric-updates", MetricUpdates);
        Add(CostServices.Transfer, "transfer", ((lines * question.BytesPerLine * WirePercent / 100) + OtherWireBytes) / Gigabyte);
        Add(CostServices.Secrets, "secrets", 1);
        var streams = 1 + (question.Metrics > 0 ? 1 : 0) + (question.LogBytes > 0 ? 1 : 0);
        Add(CostServices.Alarms, "alarms", streams * AlarmsPerStream);
        _entries.Add(new CostEntry(CostServices.Backup, "", 0, 0));
        return new CostEstimate(route, samplingPercent, _entries, _leftOut);
    }

    // Returns the bytes that Firehose counts.
    private decimal AddRealtime(decimal lines)
    {
        Add(CostServices.RealtimeLines, "cloudfront-realtime", lines);
        Add(CostServices.KinesisHours, "kinesis-hours", HoursPerMonth);
        Add(CostServices.KinesisIn, "kinesis-in", lines * RoundUp(question.BytesPerLine, KinesisStep) / Gigabyte);
        Add(CostServices.KinesisOut, "kinesis-out", lines * question.BytesPerLine / Gigabyte);
        return lines * RoundUp(question.BytesPerLine, FirehoseStep);
    }

    private decimal AddStandard(decimal lines)
    {
        Add(CostServices.VendedLogs, "vended-logs", lines * question.BytesPerLine / Gigabyte);
        Add(CostServices.FirehoseVended, "firehose-vended", lines * question.BytesPerLine / Gigabyte);
        return 0;
    }

    private void AddFirehose(decimal bytes)
    {
        if (bytes > 0)
        {
            Add(CostServices.Firehose, "firehose", bytes / Gigabyte);
        }
    }

    private void AddTransform(decimal bytes)
    {
        if (question.HasTransform)
        {
            var invocations = Math.Max(Math.Ceiling(bytes / TransformBytes), MinutesPerMonth);
            Add(CostServices.LambdaRequests, "lambda-requests", invocations);
            Add(CostServices.LambdaCompute, "lambda-compute", invocations * TransformSeconds * TransformGigabytes);
        }
    }

    private void Add(string service, string name, decimal quantity)
    {
        if (quantity == 0)
        {
            return;
        }

        var rate = rates[name];
        var cost = rate.Cost(quantity, question.WithFree);
        _entries.Add(new CostEntry(service, name, quantity, cost.Usd));
        if (cost.Unknown > 0)
        {
            _leftOut.Add(string.Create(CultureInfo.InvariantCulture, $"{service}: {cost.Unknown:#,0.##} {rate.Unit} are left out, because what a larger quantity costs could not be verified; --rate {name}=USD counts all at one rate"));
        }
    }
}
