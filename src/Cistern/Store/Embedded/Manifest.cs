using System.Text.Json.Serialization;

namespace Cistern.Store.Embedded;

/// <summary>What <c>manifest.json</c> says: which segment files are live, and which part of the journal they hold.</summary>
/// <remarks>Format: <c>docs/format/manifest.md</c>. Replaced as a whole: written aside, synced, renamed, directory synced.</remarks>
internal sealed record ManifestData
{
    public const int CurrentFormat = 1;

    [JsonPropertyName("format")]
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The version of <c>Cistern.Formats.Tables</c> that wrote the newest segment.</summary>
    [JsonPropertyName("schema")]
    public int Schema { get; init; } = 1;

    /// <summary>The sequence of the last journal entry whose rows are all in segments.</summary>
    [JsonPropertyName("journalPosition")]
    public long JournalPosition { get; init; }

    /// <summary>The number that the next segment file gets; numbers are never used twice.</summary>
    [JsonPropertyName("nextSegment")]
    public long NextSegment { get; init; } = 1;

    /// <summary>The file that remembers imports, if there were any.</summary>
    [JsonPropertyName("imports")]
    public string? Imports { get; init; }

    /// <summary>Live files by table.</summary>
    [JsonPropertyName("tables")]
    public IReadOnlyDictionary<string, IReadOnlyList<SegmentInfo>> Tables { get; init; } = new Dictionary<string, IReadOnlyList<SegmentInfo>>();
}

/// <summary>One segment file. Times are microseconds since 1970 UTC.</summary>
internal sealed record SegmentInfo
{
    /// <summary>The file's name in <c>segments/&lt;table&gt;/</c>.</summary>
    [JsonPropertyName("file")]
    public required string File { get; init; }

    [JsonPropertyName("rows")]
    public required long Rows { get; init; }

    [JsonPropertyName("bytes")]
    public required long Bytes { get; init; }

    [JsonPropertyName("minTime")]
    public required long MinTime { get; init; }

    [JsonPropertyName("maxTime")]
    public required long MaxTime { get; init; }

    [JsonPropertyName("minReceived")]
    public required long MinReceived { get; init; }

    [JsonPropertyName("maxReceived")]
    public required long MaxReceived { get; init; }

    /// <summary>The schema version whose columns the file has.</summary>
    [JsonPropertyName("schema")]
    public int Schema { get; init; } = 1;

    /// <summary>The version of the rules that classified its rows (<c>RuleVersion.Number</c>); 0 if none did, or if there are several.</summary>
    [JsonPropertyName("rules")]
    public int Rules { get; init; }

    /// <summary>Its times lie outside retention or in the future: such rows share files of their own, whose range says nothing.</summary>
    [JsonPropertyName("odd")]
    public bool Odd { get; init; }

    /// <summary>How often its rows were joined; a sealed file has 0.</summary>
    [JsonPropertyName("level")]
    public int Level { get; init; }
}
