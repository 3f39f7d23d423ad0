using System.Globalization;
using System.Text.Json;
using Cistern.Commands.Asking;
using Spectre.Console;

namespace Cistern.Commands;

/// <summary>What the demo shows of itself, asked of its own <c>/api/query</c>: a table that refreshes on a terminal, a line now and then elsewhere.</summary>
internal sealed class DemoScreen(CommandContext context, ApiClient api, DemoNews news)
{
    private static readonly TimeSpan _refresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan _lineInterval = TimeSpan.FromSeconds(10);

    // The same figures over two ranges; ingest delay only over the last minutes, for the first day was sent late on purpose.
    private static readonly Question _day = new() { Measures = ["requests", "visitors", "error_rate", "cache_hit_ratio", "time_taken_p95", "bytes_sent"] };
    private static readonly Question _now = new() { From = "-1m", Measures = ["requests", "visitors", "error_rate", "cache_hit_ratio", "time_taken_p95", "bytes_sent", "ingest_delay_p95"] };
    private static readonly Question _paths = new() { From = "-1h", Measures = ["requests", "time_taken_p95"], By = ["path"], Where = "content_type:text/html*", Order = "-requests", Limit = 10 };
    private static readonly Question _deliveries = new() { Signal = "deliveries", Measures = ["deliveries", "rejected", "repeats", "duration_p95"] };

    public async Task RunAsync(CancellationToken cancel)
    {
        if (context.Terminal.OutIsInteractive)
        {
            await context.Terminal.CreateAnsi().Live(new Text("asking …")).StartAsync(live => RefreshAsync(live, cancel));
        }
        else
        {
            await WriteLinesAsync(cancel);
        }
    }

    private async Task RefreshAsync(LiveDisplayContext live, CancellationToken cancel)
    {
        while (true)
        {
            live.UpdateTarget(await DrawAsync(cancel));
            live.Refresh();
            await Task.Delay(_refresh, context.Time, cancel);
        }
    }

    private async Task WriteLinesAsync(CancellationToken cancel)
    {
        while (true)
        {
            var now = await AskAsync(_now, cancel);
            var deliveries = await AskAsync(_deliveries, cancel);
            context.Terminal.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{context.Time.GetUtcNow():HH:mm:ss} last minute: {Cell(now, "requests")} requests, p95 {Cell(now, "time_taken_p95")}, delay {Cell(now, "ingest_delay_p95")}; last 24 h: {Cell(deliveries, "rejected")} rejects, {Cell(deliveries, "repeats")} repeats"));
            context.Terminal.Out.Flush();
            await Task.Delay(_lineInterval, context.Time, cancel);
        }
    }

    private async Task<Rows> DrawAsync(CancellationToken cancel)
    {
        var day = await AskAsync(_day, cancel);
        var now = await AskAsync(_now, cancel);
        var paths = await AskAsync(_paths, cancel);
        var deliveries = await AskAsync(_deliveries, cancel);
        return new Rows(
            FiguresOf(day, now),
            new Markup("[bold]Pages most read in the last hour[/]"),
            AnswerWriter.TableOf(paths),
            new Markup($"{Cell(deliveries, "deliveries")} deliveries, {Cell(deliveries, "rejected")} rejects, {Cell(deliveries, "repeats")} repeats, handled within {Cell(deliveries, "duration_p95")} (p95). Ctrl-C stops."),
            new Rows(news.Last.Select(line => new Text(line))));
    }

    private static Table FiguresOf(Answer day, Answer now)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("");
        table.AddColumn(new TableColumn("last 24 h").RightAligned());
        table.AddColumn(new TableColumn("last minute").RightAligned());
        foreach (var column in now.Columns)
        {
            table.AddRow(Markup.Escape(column.Name), Markup.Escape(Cell(day, column.Name)), Markup.Escape(Cell(now, column.Name)));
        }

        return table;
    }

    private Task<Answer> AskAsync(Question question, CancellationToken cancel) => api.QueryAsync(question.ToJson(), cancel);

    // The only row's value in a column; what the answer lacks is shown as unknown.
    private static string Cell(Answer answer, string name)
    {
        var place = answer.Columns.ToList().FindIndex(column => column.Name == name);
        return place < 0 || answer.Rows.Count == 0 || answer.Rows[0][place].ValueKind == JsonValueKind.Null
            ? "-"
            : AnswerWriter.Human(answer.Rows[0][place], answer.Columns[place]);
    }
}
