using Cistern.Delivery.Backup;
using Cistern.Formats.ErrorObjects;
using Cistern.Replay;

namespace Cistern.Delivery.Watching;

/// <summary>What lies in a stream's bucket, and which of it was replayed.</summary>
/// <param name="Objects">Objects that are still to be replayed, of the newest.</param>
/// <param name="More">There are older ones besides.</param>
/// <param name="Unread">Objects that were not looked into yet; another question goes on with them.</param>
/// <param name="Problem">Why the bucket cannot be read, or null.</param>
internal sealed record BackupFindings(int Objects, bool More, int Unread, int Replayed, long Unreadable, string? Problem, IReadOnlyList<BackupGroup> Groups);

/// <summary>Records that failed with one error code.</summary>
internal sealed record BackupGroup(string Code, int Objects, long Records, long Bytes, DateTimeOffset? First, DateTimeOffset? Last, string Message);

/// <summary>Looks into the objects of one stream: into each once, because they never change, the newest first, and for a bounded time.</summary>
internal sealed class BackupSurvey(BackupList objects, TimeProvider time) : IDisposable
{
    private const int ObjectsMax = 1000;
    private const int ListedMax = 100_000;

    // Whoever writes into the bucket may invent codes.
    private const int CodesPerObject = 20;

    private static readonly TimeSpan _readFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _fresh = TimeSpan.FromSeconds(2);

    private static readonly ReplayReading _reading = new(Raw: false, ReplayReading.BatchBytesDefault, Identity: "", Gzip: false);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Dictionary<(string Name, long Bytes), ObjectFindings> _known = [];
    private BackupFindings? _last;
    private long _lastAt;

    /// <param name="state">What was replayed.</param>
    public async Task<BackupFindings> AskAsync(StreamPlan plan, Func<ReplayState> state, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            // Several browsers may ask, each every few seconds.
            if (_last is null || time.GetElapsedTime(_lastAt) > _fresh)
            {
                using var replayed = state();
                _last = await LookAsync(plan, replayed, cancel);
                _lastAt = time.GetTimestamp();
            }

            return _last;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The next question looks anew.</summary>
    public void Forget() => _lastAt -= (long)(_fresh.TotalSeconds * 2 * time.TimestampFrequency);

    public void Dispose() => _turn.Dispose();

    private async Task<BackupFindings> LookAsync(StreamPlan plan, ReplayState replayed, CancellationToken cancel)
    {
        var listing = new Listing();
        try
        {
            await listing.ReadAsync(objects.ListAsync(plan, cancel), replayed);
        }
        catch (ObjectStoreException failure) when (failure.Failure.Code == "S3.NoSuchBucket")
        {
            // A folder is made with the first object: until then nothing failed.
        }
        catch (IOException failure)
        {
            return new BackupFindings(0, false, 0, 0, 0, ReplaySurvey.Printable(failure.Message), []);
        }

        var newest = listing.Newest();
        var unread = await ReadAsync(newest, cancel);

        // What is not among them any more is forgotten.
        _known = newest.Select(one => (one.Name, one.Bytes)).Where(_known.ContainsKey).ToDictionary(key => key, key => _known[key]);
        return new BackupFindings(newest.Count, listing.More, unread, listing.Replayed, _known.Values.Sum(one => one.Unreadable), null, Add(_known.Values));
    }

    // How many are left.
    private async Task<int> ReadAsync(List<ReplayObject> newest, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        var left = newest.Where(one => !_known.ContainsKey((one.Name, one.Bytes))).ToList();
        var read = 0;
        for (; read < left.Count && time.GetElapsedTime(started) < _readFor; read++)
        {
            _known[(left[read].Name, left[read].Bytes)] = await LookIntoAsync(left[read], cancel);
        }

        return left.Count - read;
    }

    private async Task<ObjectFindings> LookIntoAsync(ReplayObject source, CancellationToken cancel)
    {
        var survey = new ReplaySurvey();
        var unreadable = 0L;
        using var reader = new ReplayReader(_reading, time, (ErrorRecord record) => survey.Add("", record), _ => unreadable++);
        try
        {
            await foreach (var _ in reader.ReadAsync(source, cancel))
            {
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            unreadable++;
        }

        return new ObjectFindings(unreadable, [.. survey.Groups.Take(CodesPerObject).Select(pair =>
            new BackupGroup(pair.Key.Code, 1, pair.Group.Records, pair.Group.Bytes, pair.Group.First, pair.Group.Last, pair.Group.Examples is [.., var example] ? example : ""))]);
    }

    private static List<BackupGroup> Add(IEnumerable<ObjectFindings> objects) =>
    [
        .. objects.SelectMany(one => one.Groups).GroupBy(group => group.Code, StringComparer.Ordinal)
            .Select(same => new BackupGroup(
                same.Key,
                same.Count(),
                same.Sum(group => group.Records),
                same.Sum(group => group.Bytes),
                same.Min(group => group.First),
                same.Max(group => group.Last),
                same.MaxBy(group => group.Last ?? DateTimeOffset.MinValue)!.Message))
            .OrderByDescending(group => group.Records).ThenBy(group => group.Code, StringComparer.Ordinal).Take(ObjectsMax),
    ];

    private sealed record ObjectFindings(long Unreadable, IReadOnlyList<BackupGroup> Groups);

    /// <summary>The newest objects of each kind of error, while they are listed.</summary>
    private sealed class Listing
    {
        private readonly Dictionary<ErrorOutputType, Queue<ReplayObject>> _kinds = [];
        private int _listed;

        public bool More { get; private set; }

        public int Replayed { get; private set; }

        public async Task ReadAsync(IAsyncEnumerable<ReplayObject> all, ReplayState replayed)
        {
            await foreach (var one in all)
            {
                Take(one, replayed);
                if (++_listed == ListedMax)
                {
                    More = true;
                    return;
                }
            }
        }

        public List<ReplayObject> Newest()
        {
            var newest = _kinds.Values.SelectMany(kind => kind).OrderByDescending(one => ObjectKey.DateIn(one.Key), StringComparer.Ordinal).ToList();
            More |= newest.Count > ObjectsMax;
            return newest.Count > ObjectsMax ? newest[..ObjectsMax] : newest;
        }

        private void Take(ReplayObject one, ReplayState replayed)
        {
            if (replayed.IsDone(one))
            {
                Replayed++;
                return;
            }

            var kind = BackupList.KindOf(one.Key);
            if (!_kinds.TryGetValue(kind, out var queue))
            {
                _kinds[kind] = queue = new Queue<ReplayObject>();
            }

            queue.Enqueue(one);
            if (queue.Count > ObjectsMax)
            {
                queue.Dequeue();
                More = true;
            }
        }
    }
}
