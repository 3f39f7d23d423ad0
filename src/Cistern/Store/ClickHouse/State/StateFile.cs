namespace Cistern.Store.ClickHouse.State;

/// <summary>A version of a file that all nodes share, as a row of <c>cistern_state</c>.</summary>
/// <param name="Name">Its path below the folder, with slashes.</param>
/// <param name="Version">1 for the first.</param>
/// <param name="Content">Null for a file that was deleted.</param>
/// <param name="Writers">Who wrote this version, the one before, and so on: a name for each attempt, made up for it.</param>
internal sealed record StateFile(string Name, long Version, byte[]? Content, IReadOnlyList<string> Writers)
{
    // Between a write and its reading back there may be a few versions of others.
    private const int WritersMax = 32;

    /// <summary>A file that there never was.</summary>
    public static StateFile None(string name) => new(name, 0, null, []);

    public bool Holds(byte[]? content) => content is null ? Content is null : Content is not null && content.AsSpan().SequenceEqual(Content);

    /// <summary>What comes after it, if nobody is quicker.</summary>
    public StateFile Next(byte[]? content) => new(Name, Version + 1, content, [Guid.NewGuid().ToString("N"), .. Writers.Take(WritersMax - 1)]);

    /// <summary>The same, one version later.</summary>
    public StateFile Later() => this with { Version = Version + 1, Writers = [Writers[0], "", .. Writers.Skip(1).Take(WritersMax - 2)] };

    /// <summary>Whether a version became part of what this one is; null if it is too far back to be known.</summary>
    public bool? CameOf(StateFile earlier) => Version - earlier.Version is var back && back < Writers.Count ? back >= 0 && Writers[(int)back] == earlier.Writers[0] : null;
}
