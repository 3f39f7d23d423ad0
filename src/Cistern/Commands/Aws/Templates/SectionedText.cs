using System.Text;
using System.Text.RegularExpressions;

namespace Cistern.Commands.Aws.Templates;

/// <summary>Makes a template of a file whose parts stand between <c># &lt;name&gt;</c> and <c># &lt;/name&gt;</c>, each on a line of its own.</summary>
/// <remarks>
/// A part is kept or left out; or it is an example that is repeated for each value of a list. An example is either one line with a sample
/// in the place of the value, or lines that are comments in the file, with VALUE and NUMBER in them. Marks themselves never come out.
/// </remarks>
internal sealed partial class SectionedText
{
    private readonly Dictionary<string, Func<IReadOnlyList<string>, IEnumerable<string>>> _parts = new(StringComparer.Ordinal);

    public SectionedText Keep(string name, bool kept)
    {
        _parts.Add(name, lines => kept ? lines : []);
        return this;
    }

    /// <summary>The part is one line a value; the file shows it for what it would hold by default, beginning with <paramref name="sample"/>.</summary>
    public SectionedText Each(string name, string sample, IReadOnlyList<string> values)
    {
        _parts.Add(name, lines => values.Select(value => lines[0].Replace(sample, value, StringComparison.Ordinal)));
        return this;
    }

    /// <summary>The part is a comment in the file, and is written out once for each value.</summary>
    public SectionedText WriteOut(string name, IReadOnlyList<string> values)
    {
        _parts.Add(name, lines => values.Index().SelectMany(pair => lines.Select(line => Filled(line, pair.Item, pair.Index + 1))));
        return this;
    }

    /// <exception cref="InvalidOperationException">A mark has no meaning or no partner: the file is wrong.</exception>
    public string Make(string text)
    {
        var lines = new Queue<string>(text.TrimEnd().Split('\n'));
        var made = Take(lines, part: null);
        return WithoutGaps(made);
    }

    private List<string> Take(Queue<string> lines, string? part)
    {
        var taken = new List<string>();
        while (lines.TryDequeue(out var line))
        {
            var mark = Mark().Match(line);
            if (!mark.Success)
            {
                taken.Add(line);
            }
            else if (mark.Groups["end"].Length == 0)
            {
                taken.AddRange(PartOf(mark.Groups["name"].Value)(Take(lines, mark.Groups["name"].Value)));
            }
            else if (mark.Groups["name"].Value == part)
            {
                return taken;
            }
            else
            {
                throw new InvalidOperationException($"the mark '{line.Trim()}' ends nothing");
            }
        }

        return part is null ? taken : throw new InvalidOperationException($"the part <{part}> does not end");
    }

    private Func<IReadOnlyList<string>, IEnumerable<string>> PartOf(string name) =>
        _parts.TryGetValue(name, out var part) ? part : throw new InvalidOperationException($"nobody says what becomes of the part <{name}>");

    private static string Filled(string line, string value, int number) =>
        Comment().Replace(line, "$1", 1).Replace("VALUE", value, StringComparison.Ordinal).Replace("NUMBER", $"{number}", StringComparison.Ordinal).TrimEnd();

    // Where parts were left out, blank lines meet.
    private static string WithoutGaps(List<string> lines)
    {
        var text = new StringBuilder();
        var last = "";
        foreach (var line in lines)
        {
            if (line.Length > 0 || last.Length > 0)
            {
                text.Append(line).Append('\n');
            }

            last = line;
        }

        return text.ToString().TrimEnd() + "\n";
    }

    [GeneratedRegex("^ *# <(?<end>/?)(?<name>[a-z-]+)>$")]
    private static partial Regex Mark();

    [GeneratedRegex("^( *)# ?")]
    private static partial Regex Comment();
}
