using System.Globalization;
using Spectre.Console;

namespace Cistern.Commands.Aws.Costs;

/// <summary>Estimates as a table: a row a service, a column a route.</summary>
internal static class CostText
{
    public static void Write(Terminal terminal, RateTable rates, CostQuestion question, IReadOnlyList<CostEstimate> estimates)
    {
        terminal.Out.WriteLine(Text($"{question.Requests:#,0} requests a month, US dollars, {rates.Region}"));
        terminal.CreateAnsi().Write(TableOf(estimates));
        foreach (var sentence in estimates.SelectMany(estimate => estimate.LeftOut.Select(left => $"not counted: {estimate.Name}: {left}")))
        {
            terminal.Error.WriteLine(sentence);
        }

        terminal.Error.WriteLine("taken for granted:");
        foreach (var sentence in CostAssumptions.Sentences(question))
        {
            terminal.Error.WriteLine($"  - {sentence}");
        }

        terminal.Error.WriteLine("rates (the date is when the newest copy of the page was made that could be read):");
        foreach (var rate in rates.All.Where(rate => estimates.Any(estimate => estimate.Entries.Any(entry => entry.Rate == rate.Name))))
        {
            terminal.Error.WriteLine($"  - {DescribeRate(rate)}");
        }
    }

    private static Table TableOf(IReadOnlyList<CostEstimate> estimates)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var estimate in estimates)
        {
            table.AddColumn(new TableColumn(estimate.Name).RightAligned());
        }

        foreach (var service in CostServices.InOrder.Where(service => estimates.Any(estimate => estimate.Entries.Any(entry => entry.Service == service))))
        {
            table.AddRow([service, .. estimates.Select(estimate => estimate.Entries.FirstOrDefault(entry => entry.Service == service) is { } entry ? Dollars(entry.Usd) : "-")]);
        }

        table.AddEmptyRow();
        return table.AddRow(["total", .. estimates.Select(estimate => Dollars(estimate.Usd))]);
    }

    private static string DescribeRate(Rate rate)
    {
        var unit = rate.Per == 1 ? rate.Unit : Text($"{rate.Per:#,0} {rate.Unit}");
        var tiers = rate.Tiers.Select(tier => $"{(tier.From == 0 ? "" : Text($"from {tier.From:#,0} on "))}{(tier.Usd is { } usd ? usd.ToString("0.00########", CultureInfo.InvariantCulture) : "unknown")}");
        var seen = rate.Tiers.Where(tier => tier.Usd is not null).Select(tier => tier.Seen).Distinct();
        return $"{rate.Name}: {string.Join(", ", tiers)} per {unit} ({rate.Tiers[0].Source}, {string.Join(" and ", seen)})";
    }

    private static string Dollars(decimal usd) => usd.ToString("#,0.00", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
