namespace Cistern.Store;

/// <summary>Other rules came into force.</summary>
/// <param name="Version">As the rules write it: <c>2026-11-27.1a2b3c4d</c>.</param>
public sealed record RulesChange(string Version, DateTimeOffset Taken);

/// <summary>By which rules the stored requests were classified.</summary>
public sealed record RulesStatus
{
    /// <summary>The version in force.</summary>
    public string Version { get; init; } = "";

    /// <summary>When rules came into force, oldest first.</summary>
    public IReadOnlyList<RulesChange> Changes { get; init; } = [];

    /// <summary>All rows of <c>requests</c>, and those that the rules in force classified.</summary>
    public Classified Rows { get; init; }

    /// <summary>The same for files.</summary>
    public Classified Files { get; init; }

    /// <summary>What is classified by other rules is being classified again.</summary>
    public bool Running { get; init; }

    /// <summary>Why some of it could not be done yet; it is tried again. Null if nothing failed.</summary>
    public string? Failed { get; init; }
}

/// <summary>How many of all were classified by the rules in force.</summary>
public readonly record struct Classified(long All, long Now)
{
    /// <summary>Their share, rounded down to four digits, so that it is 1 only if it is all; null if it is all.</summary>
    public double? Share => Now < All ? Math.Floor(1e4 * Now / All) / 1e4 : null;

    public static Classified operator +(Classified one, Classified other) => new(one.All + other.All, one.Now + other.Now);
}
