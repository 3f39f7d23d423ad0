using System.Globalization;
using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace Cistern.Commands.Asking;

internal enum AnswerFormat
{
    Table = 1,
    Csv = 2,
    Json = 3,
}

/// <summary>Writes an answer for people (a table with units) or for programs (CSV, JSON: plain numbers).</summary>
internal static class AnswerWriter
{
    public static void Write(Answer answer, AnswerFormat format, Terminal terminal)
    {
        switch (format)
        {
            case AnswerFormat.Table:
                terminal.CreateAnsi().Write(TableOf(answer));
                break;
            case AnswerFormat.Csv:
                WriteCsv(answer, terminal.Out);
                break;
            case AnswerFormat.Json:
                terminal.Out.WriteLine(Encoding.UTF8.GetString(answer.Json.Span));
                break;
        }
    }

    public static Table TableOf(Answer answer)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in answer.Columns)
        {
            var heading = new TableColumn(Markup.Escape(column.Name));
            table.AddColumn(column.IsNumber ? heading.RightAligned() : heading);
        }

        foreach (var row in answer.Rows)
        {
            table.AddRow(row.Zip(answer.Columns, (cell, column) => Markup.Escape(Human(cell, column))).ToArray());
        }

        return table;
    }

    /// <summary>A value as a person wants to see it; control characters never reach the terminal.</summary>
    public static string Human(JsonElement cell, AnswerColumn column) => cell.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "-",
        JsonValueKind.Number when cell.TryGetDouble(out var number) => Number(number, column.Unit),
        JsonValueKind.String when column.Type == "time" && cell.TryGetDateTimeOffset(out var time) =>
            time.ToString(time.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => Printable(Plain(cell)),
    };

    private static string Number(double number, string unit) => unit switch
    {
        "bytes" => Units.Bytes(number),
        "seconds" or "s" => Units.Seconds(number),
        "ratio" or "share" => Units.Percent(number),
        _ => Units.Count(number),
    };

    private static string Printable(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var index = 0; index < source.Length; index++)
        {
            target[index] = char.IsControl(source[index]) ? '\uFFFD' : source[index];
        }
    });

    private static void WriteCsv(Answer answer, TextWriter output)
    {
        output.WriteLine(string.Join(',', answer.Columns.Select(column => Quote(column.Name))));
        foreach (var row in answer.Rows)
        {
            output.WriteLine(string.Join(',', row.Select(cell => Quote(Plain(cell)))));
        }
    }

    // Null is nothing; maps and lists are their JSON.
    private static string Plain(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "",
        JsonValueKind.String => cell.GetString()!,
        _ => cell.GetRawText(),
    };

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
