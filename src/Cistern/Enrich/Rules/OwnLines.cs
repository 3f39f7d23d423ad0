namespace Cistern.Enrich.Rules;

/// <summary>The lines of a rule file of the data folder, to be changed: comments, blank lines and all that is not meant stay as they are.</summary>
internal sealed class OwnLines
{
    /// <summary>What a new file begins with.</summary>
    public const string AgentsHead = "# Agents of this server's own, over the program's: docs/agents.md.\n# token\tform\tagent\toperator\tclass\tlists\trobots\tsigner\tunless\tpurpose\n";

    public const string SitesHead = "# Hosts of this server's own, with those below them: docs/agents.md.\n# host\tnote\n";

    private readonly List<string> _lines;

    public OwnLines(string text)
    {
        _lines = [.. text.Split('\n')];
        if (_lines[^1].Length == 0)
        {
            _lines.RemoveAt(_lines.Count - 1);
        }
    }

    /// <summary>How many lines add something.</summary>
    public int Count => _lines.Count(line => KeyOf(line) is not null);

    /// <summary>Puts a line into the place of the one with its key; behind all others if there is none.</summary>
    public void Put(string key, string line)
    {
        var place = _lines.FindIndex(one => Is(one, key));
        _lines.RemoveAll(one => Is(one, key));
        _lines.Insert(place < 0 ? _lines.Count : place, line);
    }

    /// <summary>Removes the lines with a key; says whether there was one.</summary>
    public bool Remove(string key) => _lines.RemoveAll(line => Is(line, key)) > 0;

    /// <summary>Keeps the lines with these keys, removes those with others, and adds a line for each key that has none.</summary>
    public void KeepOnly(IReadOnlyList<string> keys)
    {
        _lines.RemoveAll(line => KeyOf(line) is { } key && !keys.Contains(key, StringComparer.OrdinalIgnoreCase));
        _lines.AddRange(keys.Where(key => !_lines.Any(line => Is(line, key))).ToArray());
    }

    public override string ToString() => string.Concat(_lines.Select(line => line + "\n"));

    private static bool Is(string line, string key) => string.Equals(KeyOf(line), key, StringComparison.OrdinalIgnoreCase);

    // As RuleTable reads them. A line that begins with '-' removes a rule of the program's own.
    private static string? KeyOf(string line) => line.Trim('\r', '\t', ' ') is { Length: > 0 } && line[0] is not ('#' or '-') ? line.Split('\t')[0].Trim(' ', '\r') : null;
}
