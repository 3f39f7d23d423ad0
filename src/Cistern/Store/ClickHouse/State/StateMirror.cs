using Cistern.Ingest.Keys;

namespace Cistern.Store.ClickHouse.State;

/// <summary>The copy of the shared files on this machine: a folder that holds nothing else, but for lock files and what is being written.</summary>
internal sealed class StateMirror(string root)
{
    private static readonly string[] OwnSuffixes = [".lock", ".new"];

    // As the table has them, or had when it was read last.
    private readonly Dictionary<string, StateFile> _known = new(StringComparer.Ordinal);

    /// <summary>A file as it was read last.</summary>
    public StateFile this[string name] => _known.GetValueOrDefault(name) ?? StateFile.None(name);

    /// <summary>Takes a version of a file over, and lays it down.</summary>
    /// <exception cref="IOException"/>
    public void Take(StateFile file)
    {
        if (!IsName(file.Name))
        {
            return;
        }

        LayDown(file);
        _known[file.Name] = file;
    }

    /// <summary>The files that differ from what was taken last, with what they hold now; null if there is none any more.</summary>
    /// <exception cref="IOException"/>
    public IReadOnlyList<(StateFile Before, byte[]? Content)> Changes()
    {
        var there = Names().ToHashSet(StringComparer.Ordinal);
        return [.. there.Union(_known.Keys).Select(name => (Before: this[name], Content: there.Contains(name) ? File.ReadAllBytes(PathOf(name)) : null)).Where(one => !one.Before.Holds(one.Content))];
    }

    /// <summary>Makes all files what was taken last.</summary>
    /// <exception cref="IOException"/>
    public void PutBack()
    {
        foreach (var (before, _) in Changes())
        {
            LayDown(before);
        }
    }

    private string PathOf(string name) => Path.Combine(root, Path.Combine(name.Split('/')));

    private IEnumerable<string> Names() => !Directory.Exists(root) ? []
        : from path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
          let name = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/')
          where IsName(name)
          select name;

    // What stands in the table may have been put there by anybody who can write it: no name leads out of the folder.
    private static bool IsName(string name) =>
        name.Split('/').All(part => part.Length > 0 && part is not ("." or ".." or "lock") && part.IndexOfAny(Path.GetInvalidFileNameChars()) < 0) && !OwnSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal));

    private void LayDown(StateFile file)
    {
        var path = PathOf(file.Name);
        if (file.Content is not { } content)
        {
            if (File.Exists(path))
            {
                File.Delete(path);
            }

            return;
        }

        if (!File.Exists(path) || !file.Holds(File.ReadAllBytes(path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            PrivateFile.Replace(path, content, durable: false);
        }

        // Readers go by a file's time and length, and the kernel's clock stands still for milliseconds: a version that was read for a moment and lost must not look like the one that won.
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
    }
}
