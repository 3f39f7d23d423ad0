using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Journal;
using Cistern.Store;

namespace Cistern.Enrich.Rules;

/// <summary><c>rules-history.json</c>: when which rules came into force, and whether what was stored before shall be classified again.</summary>
/// <remarks>
/// Format: <c>docs/format/rules-history.md</c>. Only the process that holds the folder's lock opens it. Nothing stored depends on it, so a file that cannot be
/// read is begun anew, and a change that cannot be written now is written with the next one.
/// </remarks>
internal sealed partial class RuleHistory
{
    /// <summary>Changes that are kept; the oldest go first.</summary>
    public const int ChangesMax = 200;

    private const int Format = 1;

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<RulesChange> _changes = [];
    private DateTimeOffset? _asked;
    private bool _unwritten;

    private RuleHistory(IDisk disk, string path, TimeProvider time, ILogger logger) => (_disk, _path, _time, _logger) = (disk, path, time, logger);

    /// <exception cref="InvalidDataException">A later release wrote the file.</exception>
    public static RuleHistory Open(IDisk disk, DataFolder folder, TimeProvider time, ILogger logger)
    {
        var history = new RuleHistory(disk, folder.RuleHistory, time, logger);
        history.Read();
        return history;
    }

    /// <summary>Oldest first; the last is in force.</summary>
    public IReadOnlyList<RulesChange> Changes
    {
        get
        {
            lock (_lock)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>Stored rows shall be classified again: somebody asked, and it has not ended.</summary>
    public bool IsAsked
    {
        get
        {
            lock (_lock)
            {
                return _asked is not null;
            }
        }
    }

    /// <summary>Notes the version in force, if it is another than the last.</summary>
    public void Note(RuleVersion version)
    {
        lock (_lock)
        {
            var name = version.ToString();
            if (_changes is [.., var last] && last.Version == name)
            {
                WriteIfMissed();
                return;
            }

            _changes.Add(new RulesChange(name, _time.GetUtcNow()));
            _changes.RemoveRange(0, Math.Max(0, _changes.Count - ChangesMax));
            TryWrite();
        }
    }

    /// <summary>Asks that stored rows are classified again. When it returns, no restart forgets it.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    public void Ask()
    {
        lock (_lock)
        {
            if (_asked is null)
            {
                Write(_time.GetUtcNow());
            }
        }
    }

    /// <summary>Everything is classified by the rules in force.</summary>
    /// <exception cref="IOException">It cannot be written down.</exception>
    public void End()
    {
        lock (_lock)
        {
            if (_asked is not null)
            {
                Write(asked: null);
            }
        }
    }

    private void WriteIfMissed()
    {
        if (_unwritten)
        {
            TryWrite();
        }
    }

    private void TryWrite()
    {
        try
        {
            Write(_asked);
        }
        catch (IOException error)
        {
            if (!_unwritten)
            {
                Log.NotWritten(_logger, error.Message);
            }

            _unwritten = true;
        }
    }

    private void Write(DateTimeOffset? asked)
    {
        var file = new FileEntry { Format = Format, Reclassify = asked, Changes = [.. _changes.Select(change => new ChangeEntry(change.Version, change.Taken))] };
        AtomicFile.Replace(_disk, _path, JsonSerializer.SerializeToUtf8Bytes(file, HistoryJson.Default.FileEntry));
        (_asked, _unwritten) = (asked, false);
    }

    private void Read()
    {
        _disk.Delete(DataFolder.Unfinished(_path));
        if (!_disk.Exists(_path))
        {
            return;
        }

        try
        {
            var file = JsonSerializer.Deserialize(_disk.ReadAllBytes(_path), HistoryJson.Default.FileEntry) ?? throw new JsonException("the file holds null");
            if (file.Format != Format)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"cannot open {_path}: it has format {file.Format}, this release reads {Format}; start the release that wrote it, or remove the file"));
            }

            _changes.AddRange(file.Changes.TakeLast(ChangesMax).Select(change => new RulesChange(change.Version, change.Taken)));
            _asked = file.Reclassify;
        }
        catch (JsonException error)
        {
            Log.Damaged(_logger, _path, error.Message);
        }
    }

    private sealed record ChangeEntry([property: JsonPropertyName("version")] string Version, [property: JsonPropertyName("taken")] DateTimeOffset Taken);

    private sealed record FileEntry
    {
        [JsonPropertyName("format")]
        public required int Format { get; init; }

        [JsonPropertyName("reclassify")]
        public DateTimeOffset? Reclassify { get; init; }

        [JsonPropertyName("changes")]
        public required IReadOnlyList<ChangeEntry> Changes { get; init; }
    }

    [JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
    [JsonSerializable(typeof(FileEntry))]
    private sealed partial class HistoryJson : JsonSerializerContext;

    private static partial class Log
    {
        [LoggerMessage(6010, LogLevel.Warning, "Cannot write down that other rules came into force, tries again: {Error}")]
        public static partial void NotWritten(ILogger logger, string error);

        [LoggerMessage(6011, LogLevel.Warning, "{File} cannot be read and is begun anew; only the list of former rules is lost: {Error}")]
        public static partial void Damaged(ILogger logger, string file, string error);
    }
}
