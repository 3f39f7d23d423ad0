using System.Security.Cryptography;
using System.Text;

namespace Cistern.Enrich.Rules;

/// <summary>The texts of the rule files: the program's own, and those of the data folder that go over them.</summary>
/// <param name="Stamp">What changes when a file of the folder does.</param>
internal sealed record RuleFiles(IReadOnlyDictionary<string, string> Own, IReadOnlyDictionary<string, string> Over, string Stamp)
{
    public const string Agents = "agents.tsv";
    public const string Automation = "automation.tsv";
    public const string Referrers = "referrers.tsv";
    public const string Lists = "lists.tsv";
    public const string Prefixes = "prefixes.tsv";
    public const string Sites = "sites.tsv";

    /// <summary>How the name of a file of the data folder begins.</summary>
    public const string OverPrefix = "rules/";

    private const string ResourcePrefix = "rules/";
    private const int BytesMax = 16 << 20;

    public static IReadOnlyList<string> Names { get; } = [Agents, Automation, Referrers, Lists, Prefixes, Sites];

    /// <summary>The same with another text of one file of the data folder.</summary>
    public RuleFiles With(string name, string text) => this with { Over = new Dictionary<string, string>(Over) { [name] = text } };

    /// <summary>Reads them. A file that is too large is a problem.</summary>
    /// <param name="folder">The folder <c>rules</c>; null, or a folder that is not there, has none.</param>
    public static RuleFiles Read(string? folder, List<RuleProblem> problems)
    {
        Dictionary<string, string> over = [];
        var stamp = StampOf(folder);
        foreach (var name in folder is null ? [] : Names)
        {
            var path = Path.Combine(folder!, name);
            if (!File.Exists(path))
            {
                continue;
            }

            if (new FileInfo(path).Length > BytesMax)
            {
                problems.Add(new RuleProblem(name, 0, $"it has more than {BytesMax} bytes"));
            }
            else
            {
                over[name] = File.ReadAllText(path);
            }
        }

        return new RuleFiles(Names.ToDictionary(name => name, ReadOwn), over, stamp);
    }

    /// <summary>Name, time and length of each file below a folder.</summary>
    public static string StampOf(string? folder)
    {
        if (folder is null || !Directory.Exists(folder))
        {
            return "";
        }

        var files = new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal);
        return string.Join('\n', files.Select(file => $"{file.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}"));
    }

    /// <summary>A number that tells versions of rules apart: of all texts, and of what else decides about a row.</summary>
    public int Hash(IEnumerable<string> others)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var text in Names.Select(name => Own[name] + "\0" + Over.GetValueOrDefault(name, "")).Concat(others))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }

        // 0 means "before there were rules".
        var number = BitConverter.ToInt32(hash.GetHashAndReset()) & int.MaxValue;
        return number == 0 ? 1 : number;
    }

    private static string ReadOwn(string name)
    {
        using var stream = typeof(RuleFiles).Assembly.GetManifestResourceStream(ResourcePrefix + name) ?? throw new InvalidOperationException($"the rules {name} are not in the program");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
