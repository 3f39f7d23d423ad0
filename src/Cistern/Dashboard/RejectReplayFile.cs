using System.Text.Json;
using System.Text.Json.Serialization;
using Cistern.Ingest.Keys;
using Cistern.Operations.Shared;

namespace Cistern.Dashboard;

/// <summary>How a replay of rejects goes or went.</summary>
/// <param name="Ended">Null while it runs.</param>
/// <param name="Problem">Why it ended before its end, or null.</param>
internal sealed record RejectReplayProgress(DateTimeOffset Started, DateTimeOffset? Ended, long Rejects, long Deliveries, long Rows, long Repeats, long Rejected, string? Problem);

/// <summary><c>rejects-replay.json</c>: the last replay of rejects, so that every server on the store can tell how it goes, and none begins a second one. Its form is in <c>docs/format/rejects-replay.md</c>.</summary>
internal sealed partial class RejectReplayFile(SharedFolder folder, TimeProvider time)
{
    /// <summary>How often the server that runs one writes it down.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    private const string FileName = "rejects-replay.json";
    private const string LockName = "rejects-replay.lock";
    private const int Version = 1;

    // Long enough for clocks that differ and for a ClickHouse that is away for a moment.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>The last one; null if there was none. One whose server has fallen silent has ended.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public RejectReplayProgress? Read()
    {
        var path = folder.PathOf(FileName);
        try
        {
            var entry = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ReplayJson.Default.Entry) : null;
            return entry is null ? null
                : entry.Progress.Ended is null && time.GetUtcNow() - entry.Told > Silence ? entry.Progress with { Ended = entry.Told, Problem = "the server that ran it ended; another replay goes on" }
                : entry.Progress;
        }
        catch (Exception error) when (error is UnauthorizedAccessException or JsonException)
        {
            throw new IOException($"cannot read {path}: {error.Message}; remove it", error);
        }
    }

    /// <summary>Writes down that one begins; false if one runs.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public bool TryBegin(RejectReplayProgress begun) => folder.Change(LockName, () =>
    {
        if (Read() is { Ended: null })
        {
            return false;
        }

        Write(begun);
        return true;
    });

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Tell(RejectReplayProgress progress) => folder.Change(LockName, () =>
    {
        Write(progress);
        return true;
    });

    private void Write(RejectReplayProgress progress) =>
        PrivateFile.Replace(folder.PathOf(FileName), [.. JsonSerializer.SerializeToUtf8Bytes(new Entry(Version, time.GetUtcNow(), progress), ReplayJson.Default.Entry), (byte)'\n']);

    /// <param name="Told">When it was written.</param>
    internal sealed record Entry(int Version, DateTimeOffset Told, RejectReplayProgress Progress);

    [JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    [JsonSerializable(typeof(Entry))]
    internal sealed partial class ReplayJson : JsonSerializerContext;
}
