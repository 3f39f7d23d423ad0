using System.Globalization;
using System.Text;
using Cistern.Enrich.Rules;
using Cistern.Ingest.Keys;

namespace Cistern.Enrich.Proof;

/// <summary>What became of an import.</summary>
/// <param name="File">The snapshot's file; null if it was refused.</param>
/// <param name="Problem">Why it was refused; empty if it was not.</param>
internal sealed record ListImport(string? File, string Problem, int Prefixes, int PrefixesBefore);

/// <summary>Snapshots of lists in the data folder: <c>rules/lists/ID@20261127T120000Z.txt</c>, one prefix a line behind the comments <c># complete: yes</c> and <c># source: …</c>.</summary>
internal static class ListFiles
{
    private const string Extension = ".txt";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const string CompleteMark = "# complete:";

    // A list that loses more than half of what it held was cut rather than changed.
    private const double KeptMin = 0.5;

    public static string FolderIn(string rulesFolder) => Path.Combine(rulesFolder, "lists");

    /// <summary>Stores a downloaded list as the snapshot of a moment.</summary>
    /// <param name="lists">What is known; the list's last snapshot before the moment is what it is compared with.</param>
    /// <param name="from">From when on it was published; null takes what the list says itself, else now.</param>
    /// <param name="force">Takes a list too that lost more than half of its prefixes.</param>
    public static ListImport Import(string rulesFolder, AddressLists lists, string id, string text, DateTimeOffset? from, DateTimeOffset now, bool force)
    {
        if (lists.PlaceOf(id) < 0)
        {
            return Refused($"there is no list '{id}'; lists are {string.Join(", ", lists.Sources.Select(source => source.Id))}");
        }

        if (ListReader.Read(text, out var problem) is not { } read)
        {
            return Refused($"the list '{id}' cannot be read: {problem}");
        }

        var moment = from ?? (read.CreatedAt <= now ? read.CreatedAt.Value : now);
        var before = lists.Snapshots.LastOrDefault(snapshot => snapshot.List == id && snapshot.IsComplete && snapshot.ValidFrom <= moment)?.Prefixes.Distinct().Count() ?? 0;
        NetPrefix[] prefixes = [.. read.Prefixes.Distinct()];
        if (!force && prefixes.Length < before * KeptMin)
        {
            return Refused($"the list '{id}' lost more than half of its prefixes, {prefixes.Length} are left of {before}; look at it, and import it by force if it is right");
        }

        var source = lists.Sources[lists.PlaceOf(id)].Url;
        return new ListImport(Write(rulesFolder, id, moment, source, prefixes), "", prefixes.Length, before);
    }

    /// <summary>The snapshots of a folder; one that cannot be read is a problem and left out.</summary>
    public static IReadOnlyList<ListSnapshot> ReadAll(string rulesFolder, List<RuleProblem> problems)
    {
        var folder = FolderIn(rulesFolder);
        return !Directory.Exists(folder) ? []
            : [.. Directory.GetFiles(folder, "*" + Extension).Order(StringComparer.Ordinal).Select(path => Read(path, problems)).OfType<ListSnapshot>()];
    }

    /// <summary>How many snapshots of a list there are.</summary>
    public static int CountOf(string rulesFolder, string id)
    {
        var folder = FolderIn(rulesFolder);
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Count(path => Path.GetFileName(path).StartsWith(id + "@", StringComparison.Ordinal)) : 0;
    }

    public static ListImport Refused(string problem) => new(null, problem, 0, 0);

    private static string Write(string rulesFolder, string id, DateTimeOffset moment, string source, IEnumerable<NetPrefix> prefixes)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{CompleteMark} yes\n# source: {source}\n");
        foreach (var prefix in prefixes)
        {
            text.Append(prefix).Append('\n');
        }

        PrivateFile.CreateFolder(FolderIn(rulesFolder));
        var file = Path.Combine(FolderIn(rulesFolder), $"{id}@{moment.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}{Extension}");
        PrivateFile.Replace(file, Encoding.UTF8.GetBytes(text.ToString()));
        return file;
    }

    private static ListSnapshot? Read(string path, List<RuleProblem> problems)
    {
        var name = Path.GetFileName(path);
        var parts = Path.GetFileNameWithoutExtension(path).Split('@');
        if (parts.Length != 2 || !DateTimeOffset.TryParseExact(parts[1], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from))
        {
            problems.Add(new RuleProblem(name, 0, "its name is not ID@20261127T120000Z.txt"));
            return null;
        }

        var text = File.ReadAllText(path);
        if (ListReader.Read(text, out var problem) is not { } list)
        {
            problems.Add(new RuleProblem(name, 0, problem));
            return null;
        }

        var isComplete = text.Split('\n').Any(line => line.StartsWith(CompleteMark, StringComparison.Ordinal) && line.EndsWith("yes", StringComparison.Ordinal));
        return new ListSnapshot(parts[0], from, isComplete, list.Prefixes);
    }
}
