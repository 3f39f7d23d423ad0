using System.Globalization;

namespace Cistern.Enrich.Rules;

/// <summary>Why a line of a rule file cannot be used.</summary>
/// <param name="Line">From 1; 0 if the file as a whole is meant.</param>
internal sealed record RuleProblem(string File, int Line, string Reason)
{
    public override string ToString() => Line == 0 ? $"{File}: {Reason}" : string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}: {Reason}");
}

/// <summary>One line of a rule file: its cells by column.</summary>
internal sealed record RuleLine(string File, int Number, IReadOnlyList<string> Cells)
{
    /// <summary>A cell; empty if the line ends before it.</summary>
    public string this[int column] => column < Cells.Count ? Cells[column] : "";

    /// <summary>It stands in the data folder, so that its writer can mend it.</summary>
    public bool IsOver => File.StartsWith(RuleFiles.OverPrefix, StringComparison.Ordinal);

    public RuleProblem Problem(string reason) => new(File, Number, reason);
}

/// <summary>A rule file: lines of cells between tabs, with comments that begin with '#'.</summary>
/// <remarks>
/// The comment <c># version: 2026-11-27</c> dates it. A line that repeats the names of the columns is skipped. A file of the same name in the data folder goes over the
/// program's own: a line with the same key replaces, a line whose key begins with '-' removes, anything else is added.
/// </remarks>
internal sealed class RuleTable
{
    private const string VersionMark = "# version:";

    private RuleTable(DateOnly version, IReadOnlyList<RuleLine> lines) => (Version, Lines) = (version, lines);

    public DateOnly Version { get; }

    public IReadOnlyList<RuleLine> Lines { get; }

    /// <param name="columns">Names of the columns; the first one's cell may not be empty.</param>
    /// <param name="undated">The version of a file that names none.</param>
    public static RuleTable Read(string file, string text, IReadOnlyList<string> columns, DateOnly undated, List<RuleProblem> problems)
    {
        List<RuleLine> lines = [];
        var version = undated;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r', '\t', ' ');
            if (line.StartsWith(VersionMark, StringComparison.Ordinal))
            {
                version = ReadVersion(file, number, line[VersionMark.Length..].Trim(), undated, problems);
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                AddLine(new RuleLine(file, number, [.. line.Split('\t').Select(cell => cell.Trim(' '))]), columns, lines, problems);
            }
        }

        return new RuleTable(version, lines);
    }

    /// <summary>The lines of this table with those of another over them.</summary>
    public RuleTable With(RuleTable over, Func<RuleLine, string> keyOf)
    {
        var removed = over.Lines.Where(IsRemoval).Select(line => keyOf(line)[1..]);
        var replaced = over.Lines.Where(line => !IsRemoval(line)).Select(keyOf);
        var gone = removed.Concat(replaced).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var kept = Lines.Where(line => !gone.Contains(keyOf(line)));
        return new RuleTable(over.Version > Version ? over.Version : Version, [.. kept, .. over.Lines.Where(line => !IsRemoval(line))]);
    }

    private static bool IsRemoval(RuleLine line) => line[0].Length > 1 && line[0][0] == '-';

    private static void AddLine(RuleLine line, IReadOnlyList<string> columns, List<RuleLine> lines, List<RuleProblem> problems)
    {
        if (line[0].Equals(columns[0], StringComparison.Ordinal) && line[1].Equals(columns[1], StringComparison.Ordinal))
        {
            return;
        }

        if (line[0].Length == 0)
        {
            problems.Add(line.Problem($"the cell '{columns[0]}' is empty"));
        }
        else if (line.Cells.Count > columns.Count)
        {
            problems.Add(line.Problem($"the line has {line.Cells.Count} cells, and there are {columns.Count} columns: {string.Join(", ", columns)}"));
        }
        else
        {
            lines.Add(line);
        }
    }

    private static DateOnly ReadVersion(string file, int number, string text, DateOnly undated, List<RuleProblem> problems)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var version))
        {
            return version;
        }

        problems.Add(new RuleProblem(file, number, $"the version '{text}' is no date; write it as 2026-11-27"));
        return undated;
    }
}
