using System.Text.RegularExpressions;

namespace Cistern.Tests.Faults;

/// <summary>Finds in a trace each place where something was relied upon before the disk had it.</summary>
/// <remarks>
/// The calls are gone through in the order in which they ended (an answer: in which it began), and for each file and folder of the data folder it is
/// kept what the disk may not have yet. The rules: (1) an answer of 200 needs its delivery in a journal file, all writes of that file up to the
/// delivery's synced, the file's name synced in its folder, and every folder above it synced in the one above, and the same of the file that holds its
/// body if the journal's entry names one; (2) a rename needs the renamed
/// file synced; (3) a rename that makes a manifest current needs the same of all segment files as an answer of its journal file; (4) deleting a journal
/// file, a segment or a body that an entry named needs the manifest's rename synced in its folder.
/// </remarks>
internal sealed partial class SyncOrderCheck
{
    private readonly string _root;
    private readonly string _manifest;
    private readonly string _journal;
    private readonly string _segments;
    private readonly string _bodies;
    private readonly Dictionary<string, int> _unsyncedNames = [];
    private readonly Dictionary<string, SystemCall> _unsyncedData = [];
    private readonly HashSet<string> _created = [];
    private readonly HashSet<string> _written = [];
    private readonly HashSet<string> _segmentFiles = [];
    private readonly Dictionary<string, List<(string File, int Order)>> _journalled = [];
    private readonly Dictionary<string, int> _syncedUpTo = [];
    private readonly Dictionary<string, string> _bodyOf = [];
    private readonly List<string> _problems = [];

    private SyncOrderCheck(string root)
    {
        _root = root;
        _manifest = Path.Combine(root, "manifest.json");
        _journal = Path.Combine(root, "journal");
        _segments = Path.Combine(root, "segments");
        _bodies = Path.Combine(root, "bodies");
    }

    /// <summary>How much of each kind was seen, so that a test can tell that the trace was worth its while.</summary>
    public int Answers { get; private set; }

    public int JournalFiles { get; private set; }

    public int Segments { get; private set; }

    public int Manifests { get; private set; }

    public int Deletions { get; private set; }

    /// <summary>Answers whose body lay in a file of its own.</summary>
    public int Bodies { get; private set; }

    public IReadOnlyList<string> Problems => _problems;

    /// <param name="root">The data folder, as its absolute path.</param>
    public static SyncOrderCheck Run(IEnumerable<SystemCall> calls, string root)
    {
        var check = new SyncOrderCheck(root);
        foreach (var call in calls.OrderBy(call => IsSend(call) ? call.Started : call.Finished))
        {
            check.Take(call);
        }

        return check;
    }

    private static bool IsSend(SystemCall call) => call.Name is "sendto" or "sendmsg";

    private void Take(SystemCall call)
    {
        if (IsSend(call))
        {
            TakeSend(call);
        }
        else if (!call.Succeeded)
        {
            return;
        }

        switch (call.Name)
        {
            case "openat" or "open" or "creat" when call.Name == "creat" || call.Arguments.Contains("O_CREAT", StringComparison.Ordinal):
                TakeCreation(call, call.ReturnedPath ?? call.Text(0)!);
                break;
            case "mkdir" or "mkdirat":
                AddName(call, Path.GetFullPath(call.Text(0)!));
                break;
            case "write" or "pwrite64" or "pwritev" or "writev" when call.DescribedPath is { } path && IsOurs(path):
                TakeWrite(call, path);
                break;
            case "fdatasync" or "fsync" when call.DescribedPath is { } path && IsOurs(path):
                TakeSync(call, path);
                break;
            case "rename" or "renameat" or "renameat2":
                TakeRename(call, Path.GetFullPath(call.Text(0)!), Path.GetFullPath(call.Text(1)!));
                break;
            case "unlink" or "unlinkat":
                TakeDeletion(call, Path.GetFullPath(call.Text(0)!));
                break;
        }
    }

    private bool IsOurs(string path) => path == _root || path.StartsWith(_root + "/", StringComparison.Ordinal) || path == Path.GetDirectoryName(_root);

    // A file that was there before has its name on the disk, though it may be opened with O_CREAT again: only the first opening in a trace creates.
    private void TakeCreation(SystemCall call, string path)
    {
        if (!IsOurs(path) || !_created.Add(path))
        {
            return;
        }

        AddName(call, path);
        JournalFiles += IsIn(path, _journal) ? 1 : 0;
        if (IsIn(path, _segments))
        {
            Segments++;
            _segmentFiles.Add(path);
        }
    }

    private void AddName(SystemCall call, string path)
    {
        if (IsOurs(path))
        {
            _unsyncedNames[path] = call.Finished;
        }
    }

    private void TakeWrite(SystemCall call, string path)
    {
        _unsyncedData[path] = call;
        _written.Add(path);
        if (!IsIn(path, _journal))
        {
            return;
        }

        foreach (Match id in JournalId().Matches(call.Arguments))
        {
            _journalled.TryAdd(id.Groups[1].Value, []);
            _journalled[id.Groups[1].Value].Add((path, call.Finished));
        }

        foreach (Match entry in JournalBody().Matches(call.Arguments))
        {
            _bodyOf[entry.Groups[1].Value] = Path.Combine(_bodies, entry.Groups[2].Value);
        }
    }

    // A sync speaks for what was written before it began.
    private void TakeSync(SystemCall call, string path)
    {
        if (_unsyncedData.TryGetValue(path, out var write) && write.Finished <= call.Started)
        {
            _unsyncedData.Remove(path);
        }

        _syncedUpTo[path] = Math.Max(_syncedUpTo.GetValueOrDefault(path), call.Started);
        foreach (var name in _unsyncedNames.Where(name => Path.GetDirectoryName(name.Key) == path && name.Value <= call.Started).ToArray())
        {
            _unsyncedNames.Remove(name.Key);
        }
    }

    private void TakeSend(SystemCall call)
    {
        if (!call.Arguments.Contains("HTTP/1.1 200 OK", StringComparison.Ordinal) || AnsweredId().Match(call.Arguments) is not { Success: true } answer)
        {
            return;
        }

        Answers++;
        var id = answer.Groups[1].Value;
        var places = _journalled.GetValueOrDefault(id, []);
        var durable = places.FirstOrDefault(place => _syncedUpTo.GetValueOrDefault(place.File) >= place.Order);
        if (durable.File is null)
        {
            _problems.Add(places.Count == 0
                ? $"delivery {id} was answered 200 and is in no journal file; {call}"
                : $"delivery {id} was answered 200 before {places[0].File} was synced; {call}");
            return;
        }

        RequireNames(durable.File, $"delivery {id} was answered 200", call);
        if (_bodyOf.TryGetValue(id, out var body))
        {
            Bodies++;
            RequireData(body, $"delivery {id} was answered 200", call);
            RequireNames(body, $"delivery {id} was answered 200", call);
        }
    }

    private void TakeRename(SystemCall call, string from, string to)
    {
        if (!IsOurs(to))
        {
            return;
        }

        RequireData(from, $"it was renamed to {Path.GetFileName(to)}", call);
        _unsyncedNames.Remove(from);
        _created.Remove(from);
        AddName(call, to);
        if (to != _manifest)
        {
            return;
        }

        Manifests++;
        foreach (var segment in _segmentFiles)
        {
            RequireData(segment, "a manifest could name it", call);
            RequireNames(segment, "a manifest could name a file", call);
        }
    }

    private void TakeDeletion(SystemCall call, string path)
    {
        var counts = IsIn(path, _journal) || IsIn(path, _segments) || _bodyOf.ContainsValue(path);
        _unsyncedNames.Remove(path);
        _unsyncedData.Remove(path);
        _segmentFiles.Remove(path);
        _created.Remove(path);
        if (!counts)
        {
            return;
        }

        Deletions++;
        RequireNames(_manifest, $"{path} was deleted", call);
    }

    private void RequireData(string path, string what, SystemCall call)
    {
        if (!_written.Contains(path))
        {
            _problems.Add($"no write of {path} is in the trace, so nothing can be said of its sync when {what}; {call}");
        }
        else if (_unsyncedData.TryGetValue(path, out var write))
        {
            _problems.Add($"{path} had not been synced when {what}: {write} before {call}");
        }
    }

    private void RequireNames(string path, string what, SystemCall call)
    {
        for (var name = path; name is not null && IsOurs(name); name = Path.GetDirectoryName(name))
        {
            if (_unsyncedNames.ContainsKey(name))
            {
                _problems.Add($"{what} before the name {name} was synced in its folder; {call}");
            }
        }
    }

    private static bool IsIn(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"\\""id\\"":\\""([^\\]*)\\""")]
    private static partial Regex JournalId();

    // An entry's header is one object, and its id is a member before the body's place.
    [GeneratedRegex(@"\\""id\\"":\\""([^\\]*)\\""(?:(?!\\""id\\"").)*?\\""body\\"":\{\\""file\\"":\\""([^\\]*)\\""")]
    private static partial Regex JournalBody();

    [GeneratedRegex(@"\\""requestId\\"":\\""([^\\]*)\\""")]
    private static partial Regex AnsweredId();
}
