using System.CommandLine;

namespace Cistern.Commands.Aws.Costs;

/// <summary><c>cistern aws cost</c>: what a pipeline costs in a month, and by which route. Computed here; nothing is asked of AWS.</summary>
internal sealed class CostCommand : CisternCommand
{
    private const string Table = "table";
    private const string Json = "json";

    private readonly Terminal _terminal;
    private readonly Option<decimal> _requests = new("--requests") { Description = "Requests a month to the distributions that log, such as 100M.", HelpName = "N", Required = true, CustomParser = CountText.Parse };
    private readonly Option<int> _bytesPerLine = SharedOptions.Number("--bytes-per-line", "Bytes of a log line, in both kinds of log.", CostQuestion.LineBytesUsual, CostQuestion.LineBytesMin, CostQuestion.LineBytesMax);
    private readonly Option<int> _sampling = SharedOptions.Number("--sampling", "Percent of requests in real-time logs; compared with all of them.", 100, 1, 100);
    private readonly Option<string> _route = new("--route") { Description = "realtime, standard, or both.", HelpName = "ROUTE", DefaultValueFactory = _ => "both" };
    private readonly Option<bool> _transform = new("--transform") { Description = "The Lambda function stands between ('cistern aws function')." };
    private readonly Option<long> _logs = SharedOptions.Bytes("--logs", "Bytes of CloudWatch Logs messages a month, such as 50GiB.", 0);
    private readonly Option<decimal> _metrics = new("--metrics") { Description = "Metrics in a CloudWatch metric stream.", HelpName = "N", CustomParser = CountText.Parse };
    private readonly Option<bool> _free = new("--free-tier") { Description = "Take off what an account has free of charge each month, as if all of it were for this." };
    private readonly Option<string> _region = new("--region") { Description = "The region whose rates count.", HelpName = "REGION", DefaultValueFactory = _ => "us-east-1" };
    private readonly Option<string[]> _rates = SharedOptions.Pairs("--rate", "A rate that you know better, in dollars for its unit and for every quantity; several times for several.");
    private readonly Option<string> _format = new("--format") { Description = $"{Table} or {Json}.", HelpName = "FORMAT", DefaultValueFactory = _ => Table };

    public CostCommand(CommandContext context)
        : base(
            "cost",
            "Estimate what a pipeline costs at AWS in a month, by service, with its routes side by side. Rates come from a dated file of this program.",
            "cistern aws cost --requests 100M --sampling 10",
            "cistern aws cost --requests 1G --route standard --rate vended-logs=0.20 --format json")
    {
        _terminal = context.Terminal;
        _route.AcceptOnlyFromAmong("realtime", "standard", "both");
        _format.AcceptOnlyFromAmong(Table, Json);
        Option[] options = [_requests, _bytesPerLine, _sampling, _route, _transform, _logs, _metrics, _free, _region, _rates, _format];
        foreach (var option in options)
        {
            Add(option);
        }

        SetAction(Run);
    }

    private void Run(ParseResult parsed)
    {
        var rates = RateTable.Of(parsed.GetValue(_region)!).With(SharedOptions.ReadPairs(parsed.GetValue(_rates)));
        var question = Read(parsed);
        CostEstimate[] estimates = [.. ColumnsOf(parsed.GetValue(_route)!, question.SamplingPercent).Select(column => CostModel.Estimate(rates, question, column.Route, column.Percent))];
        if (parsed.GetValue(_format) == Json)
        {
            _terminal.Out.WriteLine(CostJson.Write(rates, question, estimates));
            return;
        }

        CostText.Write(_terminal, rates, question, estimates);
    }

    private CostQuestion Read(ParseResult parsed) => new()
    {
        Requests = parsed.GetValue(_requests),
        BytesPerLine = parsed.GetValue(_bytesPerLine),
        SamplingPercent = parsed.GetValue(_sampling),
        LogBytes = parsed.GetValue(_logs),
        Metrics = parsed.GetValue(_metrics),
        HasTransform = parsed.GetValue(_transform),
        WithFree = parsed.GetValue(_free),
    };

    // Sampling stands beside all requests, so that one sees what it saves.
    private static IEnumerable<(CostRoute Route, int Percent)> ColumnsOf(string route, int percent)
    {
        if (route != "standard")
        {
            yield return (CostRoute.Realtime, 100);
            if (percent < 100)
            {
                yield return (CostRoute.Realtime, percent);
            }
        }

        if (route != "realtime")
        {
            yield return (CostRoute.Standard, 100);
        }
    }
}
