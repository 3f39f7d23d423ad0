using Cistern.Ingest.Keys;
using Cistern.Journal;
using Cistern.Operations.Shared;

namespace Cistern.Commands.Copying;

/// <summary>The small files of a store that nodes share: keys, views and rules. What is there already is left as it is.</summary>
/// <remarks>Not who is signed in, and nothing that only this machine's server has.</remarks>
internal sealed record SourceFiles(IReadOnlyList<string> Copied, IReadOnlyList<string> Kept)
{
    private const string LockName = "copy.lock";

    private static readonly string[] Names = ["keys.json", "views.json", "rules-history.json"];

    /// <exception cref="IOException">They cannot be read, or not be written there.</exception>
    public static SourceFiles Copy(DataFolder from, SharedFolder to)
    {
        var rules = Directory.Exists(from.Rules) ? Directory.EnumerateFiles(from.Rules, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(from.Root, path)) : [];
        return to.Change(LockName, () =>
        {
            var (copied, kept) = (new List<string>(), new List<string>());
            foreach (var name in Names.Concat(rules).Where(name => File.Exists(Path.Combine(from.Root, name))))
            {
                var content = File.ReadAllBytes(Path.Combine(from.Root, name));
                if (!File.Exists(to.PathOf(name)))
                {
                    PrivateFile.CreateFolder(Path.GetDirectoryName(to.PathOf(name))!);
                    PrivateFile.Replace(to.PathOf(name), content);
                    copied.Add(name);
                }
                else if (!File.ReadAllBytes(to.PathOf(name)).AsSpan().SequenceEqual(content))
                {
                    kept.Add(name);
                }
            }

            return new SourceFiles(copied, kept);
        });
    }
}
