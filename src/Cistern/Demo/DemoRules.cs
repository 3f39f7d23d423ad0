using System.Globalization;
using System.Text;
using Cistern.Ingest.Keys;
using Cistern.Journal;

namespace Cistern.Demo;

/// <summary>The rules of the demo's invented world: whose addresses are whose, what robots.txt said when, and who signs.</summary>
/// <remarks>They are written into a data folder that has none yet. They would call true agents impostors, so that a folder with them is of no use for a real site: a note in it says so.</remarks>
internal static class DemoRules
{
    private const string NoteName = "demo.txt";
    private const string ToldMark = "# begun: ";
    private const string FileTime = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Writes the rules if the folder is new, and says which story its data tells.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static DemoStory Prepare(string dataFolder, DateTimeOffset now)
    {
        var rules = new DataFolder(dataFolder).Rules;
        if (ReadTold(rules) is { } told)
        {
            WriteKey(rules);
            return new DemoStory(told);
        }

        if (!Directory.Exists(dataFolder) || !Directory.EnumerateFileSystemEntries(dataFolder).Any())
        {
            Write(rules, now);
        }

        return new DemoStory(now);
    }

    private static DateTimeOffset? ReadTold(string rules)
    {
        var path = Path.Combine(rules, NoteName);
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(one => one.StartsWith(ToldMark, StringComparison.Ordinal)) : null;
        return line is not null && DateTimeOffset.TryParse(line[ToldMark.Length..], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var told) ? told : null;
    }

    private static void Write(string rules, DateTimeOffset now)
    {
        var began = now - DemoStory.Began;
        Put(rules, "agents.tsv", $"{DemoSigner.Host}\tsignature\t{DemoSigner.AgentName}\t{DemoSigner.Operator}\tagent\t\tunsaid\t{DemoSigner.Host}\t\tinvented for the demo\n");
        foreach (var list in Machines.All.Where(machine => machine.List is not null).GroupBy(machine => machine.List))
        {
            var prefixes = list.SelectMany(machine => machine.Addresses).Distinct().Select(network => $"{network}.0/24\n");
            Put(Path.Combine(rules, "lists"), $"{list.Key}@{Name(began)}.txt", $"# complete: yes\n# source: invented for the demo\n{string.Concat(prefixes)}");
        }

        var robots = Path.Combine(rules, "robots");
        Put(robots, $"{DemoSite.Host}@{Name(began)}.txt", DemoStory.FirstRobots + "\n");
        Put(robots, $"{DemoSite.Host}@{Name(now - DemoStory.RobotsChange)}.txt", DemoStory.SecondRobots + "\n");
        WriteKey(rules);

        // Last: a folder that was not finished is no demo's.
        Put(rules, NoteName, string.Create(CultureInfo.InvariantCulture, $"{ToldMark}{now:O}\nThese rules are of the world that 'cistern demo' invents. For the requests of a real site, delete this folder first.\n"));
    }

    // The key is made anew with each process.
    private static void WriteKey(string rules) => Put(Path.Combine(rules, "keys"), $"{DemoSigner.Host}.json", DemoSigner.Directory);

    private static string Name(DateTimeOffset moment) => moment.UtcDateTime.ToString(FileTime, CultureInfo.InvariantCulture);

    private static void Put(string folder, string name, string text)
    {
        PrivateFile.CreateFolder(folder);
        PrivateFile.Replace(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text));
    }
}
