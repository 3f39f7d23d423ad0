using Spectre.Console;

namespace Cistern.Commands.Checking;

/// <summary>Findings as lines for people: a mark, a word, the step, what was found; below what is bad, what to do about it.</summary>
/// <remarks>Wrapped and coloured on a terminal only; in a pipe each finding and each remedy is one line.</remarks>
internal sealed class CheckText
{
    private const int StepWidth = 13;
    private const int Indent = 8 + StepWidth;
    private const int WidthMin = 60;

    private readonly Terminal _terminal;
    private readonly IAnsiConsole _console;
    private readonly HashSet<string> _remedies = [];
    private bool _waiting;

    public CheckText(Terminal terminal) => (_terminal, _console) = (terminal, terminal.CreateAnsi());

    private int Width => _terminal.OutIsInteractive ? Math.Max(WidthMin, _console.Profile.Width - 1) : int.MaxValue;

    /// <summary>Says for the moment what is being done; the next finding takes its place.</summary>
    public void Begin(string what)
    {
        if (_terminal is { OutIsInteractive: true, ErrorIsInteractive: true } && _console.Profile.Capabilities.Ansi)
        {
            _terminal.Error.Write($"\r\u001b[K{new string(' ', Indent)}{what}");
            _terminal.Error.Flush();
            _waiting = true;
        }
    }

    public void Write(Finding finding)
    {
        ClearWaiting();
        var (mark, word, color) = Look(finding.Kind.Level);
        var lines = Wrap(finding.Kind.IsBad ? $"{finding.Text} ({finding.Kind.Code})" : finding.Text).ToList();
        _console.Markup($"[{color}]{mark} {word,-4}[/]  {finding.Step,-StepWidth}");
        WriteRaw(lines[0]);
        foreach (var line in lines.Skip(1))
        {
            Continue(Markup.Escape(line));
        }

        // Said once is enough, also where ten things could not be looked at.
        if (finding.Kind.Remedy.Length > 0 && _remedies.Add(finding.Kind.Remedy))
        {
            foreach (var (line, number) in Wrap(finding.Kind.Remedy, 2).Select((line, number) => (line, number)))
            {
                Continue($"{(number == 0 ? "→ " : "  ")}{Markup.Escape(line)}");
            }
        }
    }

    public void WriteEnd(CheckReport report)
    {
        ClearWaiting();
        var failures = report.Findings.Count(finding => finding.Kind.Level == FindingLevel.Failure);
        var warnings = report.Findings.Count(finding => finding.Kind.Level == FindingLevel.Warning);
        var (color, text) = failures > 0 ? ("red", $"{Count(failures, "failure")}, {Count(warnings, "warning")}")
            : warnings > 0 ? ("yellow", $"no failure, {Count(warnings, "warning")}")
            : ("green", "all well");
        _console.WriteLine();
        _console.MarkupLine($"[{color}]{text}[/]{(failures + warnings > 0 ? "; docs/troubleshooting.md has more on each code in brackets" : "")}");
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static (string Mark, string Word, string Color) Look(FindingLevel level) => level switch
    {
        FindingLevel.Ok => ("✓", "ok", "green"),
        FindingLevel.Note => ("·", "note", "grey"),
        FindingLevel.Warning => ("!", "warn", "yellow"),
        FindingLevel.Failure => ("✗", "fail", "red"),
    };

    private void Continue(string markup) => MarkupRaw(new string(' ', Indent) + markup);

    // Spectre would break lines by itself at the width that it assumes for a pipe.
    private void WriteRaw(string text) => MarkupRaw(Markup.Escape(text));

    private void MarkupRaw(string markup)
    {
        if (_terminal.OutIsInteractive)
        {
            _console.MarkupLine(markup);
        }
        else
        {
            _terminal.Out.WriteLine(Markup.Remove(markup));
        }
    }

    private void ClearWaiting()
    {
        if (_waiting)
        {
            _terminal.Error.Write("\r\u001b[K");
            _terminal.Error.Flush();
            _waiting = false;
        }
    }

    private IEnumerable<string> Wrap(string text, int further = 0)
    {
        var room = Width == int.MaxValue ? int.MaxValue : Width - Indent - further;
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > room)
            {
                yield return line;
                line = "";
            }

            line = line.Length == 0 ? word : $"{line} {word}";
        }

        yield return line;
    }
}
