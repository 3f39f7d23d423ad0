namespace Cistern.Journal;

/// <summary>Every name in a data folder. The one list: nothing else puts a path of the folder together.</summary>
internal sealed class DataFolder(string path)
{
    /// <summary>Ends the name of a file that is being written aside; a start removes what was left.</summary>
    public const string UnfinishedSuffix = ".tmp";

    private const string SegmentExtension = ".parquet";

    /// <summary>The folder itself, as an absolute path.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>Held by the one process that has the folder open.</summary>
    public string Lock => Path.Combine(Root, "lock");

    /// <summary>Deliveries that are not sealed yet: see docs/format/journal.md.</summary>
    public string Journal => Path.Combine(Root, "journal");

    /// <summary>Bodies of the journal's entries that are too large for it.</summary>
    public string Bodies => Path.Combine(Root, "bodies");

    /// <summary>Parquet files, one folder a table.</summary>
    public string Segments => Path.Combine(Root, "segments");

    /// <summary>Which segments count, and which part of the journal they cover.</summary>
    public string Manifest => Path.Combine(Root, "manifest.json");

    /// <summary>Access keys, hashed.</summary>
    public string Keys => Path.Combine(Root, "keys.json");

    /// <summary>Rules that a user added or changed.</summary>
    public string Rules => Path.Combine(Root, "rules");

    /// <summary>When which rules came into force: see docs/format/rules-history.md.</summary>
    public string RuleHistory => Path.Combine(Root, "rules-history.json");

    /// <summary>What a server over a store of several machines has copied of the files that all share.</summary>
    public string Shared => Path.Combine(Root, "shared");

    /// <summary>Where the query engines put what does not fit in memory; emptied at each start.</summary>
    public string Spill => Path.Combine(Root, "spill");

    /// <summary>Backups that a running server was asked for, unless a setting names another folder.</summary>
    public string Backups => Path.Combine(Root, "backups");

    /// <summary>Which journal entry a start decodes now.</summary>
    public string Replaying => Path.Combine(Root, "replaying");

    /// <summary>By which id copies know the store; held by the one that runs.</summary>
    public string CopyId => Path.Combine(Root, "copy.id");

    public string JournalFile(long number) => Path.Combine(Journal, JournalFormat.FileName(number));

    public string SegmentsOf(string table) => Path.Combine(Segments, table);

    public string Segment(string table, long number) => Path.Combine(SegmentsOf(table), SegmentName(number));

    /// <summary>The name of a segment within its table's folder.</summary>
    public static string SegmentName(long number) => $"{number:D20}{SegmentExtension}";

    /// <summary>The name under which a file is written before it gets its own.</summary>
    public static string Unfinished(string path) => path + UnfinishedSuffix;
}
