using Cistern.Journal;

namespace Cistern.Tests.Journal;

/// <summary>A disk that fails as it is told, and that forgets in a crash what was not synced.</summary>
/// <remarks>
/// <para>
/// Files lie in a real folder, so that a library may write and read them beside us. For each file the simulation knows the content as of
/// its last sync, for each folder the names as of its last sync; a file that something else wrote is known from <see cref="SyncFile"/> or from
/// the sync of its folder on. The folder itself is durable from the beginning. Every choice comes from the seed.
/// </para>
/// <para>
/// <see cref="Crash"/> is a power failure: the folder becomes what the disk would hold. <see cref="Kill"/> is the end of the process: the
/// system keeps everything. After either, handles of before are dead. A sync that failed may lose its bytes for good although
/// they can still be read, as Linux does it: a later sync of the file succeeds and does not write them.
/// </para>
/// </remarks>
internal sealed class SimulatedDisk(string root, Random random) : IDisk
{
    private readonly FileDisk _real = new();
    private readonly Lock _gate = new();
    private readonly string _root = Path.GetFullPath(root);
    private SimulatedFolderNode _tree = new();
    private int _life;
    private bool _halted;

    public SimulatedFaults Faults { get; } = new();

    public IDiskFile Create(string path)
    {
        IDiskFile? created = null;
        Change("create", path, () =>
        {
            var node = new SimulatedFileNode();
            using (_real.Create(path))
            {
            }

            // A file that is emptied keeps its node: what was durable of it stays so until the next sync.
            if (Find(path) is SimulatedFileNode known)
            {
                node = known;
                node.Truncated(0);
            }
            else
            {
                FolderOf(path)?.Change(new(Removed: null, Path.GetFileName(path), node));
            }

            created = new SimulatedFile(this, _real, path, node, _life);
        });
        return created!;
    }

    public IDiskFile OpenAppend(string path)
    {
        lock (_gate)
        {
            CheckAlive("open", path, _life);
            return new SimulatedFile(this, _real, path, FindFile(path), _life);
        }
    }

    public IDiskReader OpenRead(string path)
    {
        lock (_gate)
        {
            CheckAlive("open", path, _life);
            return new SimulatedReader(this, _real.OpenRead(path), path, _life);
        }
    }

    public byte[] ReadAllBytes(string path)
    {
        lock (_gate)
        {
            CheckAlive("read", path, _life);
            return _real.ReadAllBytes(path);
        }
    }

    public void SyncFile(string path)
    {
        lock (_gate)
        {
            FindFile(path).WrittenByOthers();
            using var file = OpenAppend(path);
            file.Sync();
        }
    }

    public void Rename(string from, string to) => Change("rename", from, () =>
    {
        var node = Find(from);
        _real.Rename(from, to);
        if (node is null || FolderOf(from) is not { } source || FolderOf(to) is not { } target)
        {
            return;
        }

        if (source == target)
        {
            source.Change(new(Path.GetFileName(from), Path.GetFileName(to), node));
        }
        else
        {
            target.Change(new(Removed: null, Path.GetFileName(to), node));
            source.Change(new(Path.GetFileName(from), Added: null, Node: null));
        }
    });

    public void Delete(string path) => Change("delete", path, () =>
    {
        _real.Delete(path);
        FolderOf(path)?.Change(new(Path.GetFileName(path), Added: null, Node: null));
    });

    public void Link(string existing, string added) => Change("link", existing, () =>
    {
        var node = FindFile(existing);
        _real.Link(existing, added);
        FolderOf(added)?.Change(new(Removed: null, Path.GetFileName(added), node));
    });

    public void CreateDirectory(string path) => Change("create the folder", path, () =>
    {
        _real.CreateDirectory(path);
        Find(path);
    });

    public void SyncDirectory(string path) => Change("sync the folder", path, () =>
    {
        if (Find(path) is SimulatedFolderNode folder)
        {
            Refresh(folder, path);
            folder.Sync();
        }
    });

    public IReadOnlyList<DiskEntry> List(string path)
    {
        lock (_gate)
        {
            CheckAlive("list", path, _life);
            return [.. _real.List(path).OrderBy(_ => random.Next())];
        }
    }

    public bool Exists(string path)
    {
        lock (_gate)
        {
            CheckAlive("look for", path, _life);
            return _real.Exists(path);
        }
    }

    public long FreeBytes(string path)
    {
        lock (_gate)
        {
            return Room() ?? _real.FreeBytes(path);
        }
    }

    /// <summary>The process ends; what it wrote stays in the system's memory.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            _life++;
            _halted = false;
        }
    }

    /// <summary>The power fails: the folder becomes what was synced, and by chance a part of the rest.</summary>
    public void Crash()
    {
        lock (_gate)
        {
            Kill();
            var left = new SortedDictionary<string, byte[]?>(StringComparer.Ordinal);
            CollectAfterCrash(_tree, _root, _root, left);
            foreach (var entry in new DirectoryInfo(_root).EnumerateFileSystemInfos())
            {
                DeleteReally(entry);
            }

            _tree = new SimulatedFolderNode();
            foreach (var (path, content) in left)
            {
                Restore(path, content);
            }

            SyncAll(_tree);
        }
    }

    internal void CheckAlive(string operation, string path, int life)
    {
        if (_halted || life != _life)
        {
            throw new DiskException(operation, path, "the machine is off (simulated)", code: 5);
        }
    }

    /// <summary>An operation that changes the disk: does it, or fails, or crashes in it.</summary>
    internal void Change(string operation, string path, Action action, Action<Random>? failed = null, int? life = null)
    {
        lock (_gate)
        {
            CheckAlive(operation, path, life ?? _life);
            if (!Faults.Next(operation, path, random, out var crash))
            {
                action();
                return;
            }

            _halted |= crash;
            if (failed is not null)
            {
                failed(random);
            }
            else if (random.Next(4) == 0)
            {
                action(); // It was done, and the news of it was lost.
            }

            throw SimulatedFaults.Broken(operation, path);
        }
    }

    internal long? Room() => Faults.SpaceBytes is { } space
        ? Math.Max(0, space - new DirectoryInfo(_root).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length))
        : null;

    private static void DeleteReally(FileSystemInfo entry)
    {
        if (entry is DirectoryInfo folder)
        {
            folder.Delete(recursive: true);
        }
        else
        {
            entry.Delete();
        }
    }

    private static void SyncAll(SimulatedFolderNode folder)
    {
        folder.Sync();
        foreach (var child in folder.Names.Values.OfType<SimulatedFolderNode>())
        {
            SyncAll(child);
        }
    }

    private void CollectAfterCrash(SimulatedFolderNode folder, string path, string pathAfter, SortedDictionary<string, byte[]?> left)
    {
        Refresh(folder, path);
        var places = new Dictionary<SimulatedNode, string>();
        foreach (var (name, node) in folder.Names)
        {
            places[node] = Path.Combine(path, name); // A file with two names has the same content under both.
        }

        foreach (var (name, node) in folder.AfterCrash(random).OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            // A name that was removed but comes back: its content is what was durable of it.
            var now = places.GetValueOrDefault(node);
            var after = Path.Combine(pathAfter, name);
            if (node is SimulatedFolderNode child)
            {
                left[after] = null;
                CollectAfterCrash(child, now ?? string.Empty, after, left);
            }
            else
            {
                left[after] = ((SimulatedFileNode)node).AfterCrash(now is null ? [] : ReadReally(now), now is null ? new Returning() : random);
            }
        }
    }

    // A program that another test is starting may hold the lock of a data folder that was just let go, and .NET would not read the file.
    private static byte[] ReadReally(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.ReadAllBytes(path);
        }

        using var file = new FileStream(PosixCalls.OpenUnlocked(path), FileAccess.Read, bufferSize: 0);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private void Restore(string path, byte[]? content)
    {
        var name = Path.GetFileName(path);
        if (content is null)
        {
            Directory.CreateDirectory(path);
            FolderOf(path)!.Change(new(Removed: null, name, new SimulatedFolderNode()));
        }
        else
        {
            File.WriteAllBytes(path, content);
            FolderOf(path)!.Change(new(Removed: null, name, SimulatedFileNode.Durable(content)));
        }
    }

    private SimulatedFileNode FindFile(string path) => Find(path) as SimulatedFileNode ?? new SimulatedFileNode();

    private SimulatedFolderNode? FolderOf(string path) => Find(Path.GetDirectoryName(Path.GetFullPath(path))!) as SimulatedFolderNode;

    // The node of a path; null outside of the simulated folder or where nothing is. Files and folders that others made are met here.
    private SimulatedNode? Find(string path)
    {
        var relative = Path.GetRelativePath(_root, Path.GetFullPath(path));
        if (relative.StartsWith("..", StringComparison.Ordinal))
        {
            return null;
        }

        SimulatedNode? node = _tree;
        var place = _root;
        foreach (var name in relative.Split(Path.DirectorySeparatorChar).Where(part => part != "."))
        {
            if (node is not SimulatedFolderNode folder)
            {
                return null;
            }

            if (!folder.Names.ContainsKey(name))
            {
                Refresh(folder, place);
            }

            node = folder.Names.GetValueOrDefault(name);
            place = Path.Combine(place, name);
        }

        return node;
    }

    private static void Refresh(SimulatedFolderNode folder, string path)
    {
        var there = Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFileSystemInfos().ToDictionary(entry => entry.Name) : [];
        foreach (var name in folder.Names.Keys.Where(name => !there.ContainsKey(name)).ToList())
        {
            folder.Change(new(name, Added: null, Node: null));
        }

        foreach (var (name, entry) in there.Where(entry => !folder.Names.ContainsKey(entry.Key)))
        {
            folder.Change(new(Removed: null, name, entry is DirectoryInfo ? new SimulatedFolderNode() : new SimulatedFileNode()));
        }
    }

    // Chooses the durable content.
    private sealed class Returning : Random
    {
        public override int Next(int maxValue) => 0;
    }
}
