using System.Globalization;
using Cistern.Formats.Columns;
using Cistern.Store.Copying;
using Cistern.Store.Embedded;
using Spectre.Console;

namespace Cistern.Commands.Copying;

/// <summary>What a copy says: how it goes while it runs, and the days of both sides at its end.</summary>
internal sealed class CopyReport(Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Sending.ProgressLine _line = new(terminal, time);
    private readonly long _started = time.GetTimestamp();
    private long _told = time.GetTimestamp();
    private long _rows;
    private long _wanted;
    private string _waiting = "";

    /// <summary>Rows that were stored in the target.</summary>
    public long Stored { get; private set; }

    /// <summary>Begins with an image of so many rows that are not copied yet.</summary>
    public void Begin(long rows)
    {
        (_wanted, _rows) = (rows, 0);
        Note($"{Units.Count(rows)} rows to copy");
    }

    public void Moved(TableSchema table, long rows, long stored)
    {
        (_rows, Stored, _waiting) = (_rows + rows, Stored + stored, "");
        var perSecond = _rows / Math.Max(0.001, time.GetElapsedTime(_started).TotalSeconds);
        string Text() => $"{table.Name}: {Units.Count(_rows)} of {Units.Count(_wanted)} rows, {Units.Count(Math.Round(perSecond))} rows/s, {Units.Seconds(Math.Max(0, _wanted - _rows) / perSecond)} left";
        _line.Show(Text, _wanted == 0 ? null : (double)_rows / _wanted);
        if (!terminal.ErrorIsInteractive && time.GetElapsedTime(_told) > Pause)
        {
            Note(Text());
        }
    }

    /// <summary>Once for each reason in a row.</summary>
    public void Waiting(string reason)
    {
        if (reason != _waiting)
        {
            _waiting = reason;
            Note($"waiting for ClickHouse: {reason}");
        }
    }

    public void Compared(TableSchema table) => _line.Show(() => $"compared {table.Name}");

    public void Note(string text)
    {
        _told = time.GetTimestamp();
        _line.Note(text);
    }

    public void Finish() => _line.Finish();

    /// <summary>The days of both sides, those that differ marked.</summary>
    public void Write(IReadOnlyList<CopyDay> days)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("table", "day", "rows", "rows there", "sums", "sums there", "");
        foreach (var day in days)
        {
            var measures = CopyMeasures.Of(day.Table);
            table.AddRow(new[]
            {
                day.Table.Name, DayText(day.Day), Units.Count(day.Source.Rows), Units.Count(day.Target.Rows), Sums(measures, day.Source), Sums(measures, day.Target),
                day.Differing == 0 ? "same" : $"DIFFERS in {Units.Count(day.Differing)} {(day.Differing == 1 ? "delivery" : "deliveries")}",
            }.Select(Markup.Escape).ToArray());
        }

        terminal.CreateAnsi().Write(table);
    }

    // Times of rows reach from the year 1 to the year 9999.
    private static string DayText(long day) => Micros.ToMoment(day * Micros.PerDay).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Sums(CopyMeasures measures, CopyTotals totals) =>
        measures.Second.Length == 0 ? $"{measures.First} {Units.Count(totals.First)}" : $"{measures.First} {Units.Count(totals.First)}, {measures.Second} {Units.Count(totals.Second)}";
}
