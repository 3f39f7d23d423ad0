namespace Cistern.Store;

/// <summary>Why a statement that a user wrote may not run.</summary>
public enum SqlFault
{
    /// <summary>It cannot be parsed.</summary>
    Malformed = 1,

    /// <summary>It has more than <see cref="SqlVerdict.BytesMax"/> bytes.</summary>
    TooLong = 2,

    /// <summary>Something in it is on no list of what is allowed.</summary>
    Refused = 3,
}

/// <summary>What a store's guard says of a statement that a user wrote.</summary>
public sealed record SqlVerdict
{
    /// <summary>Bytes of a statement: its parse tree is some fifty times as large.</summary>
    public const int BytesMax = 64 * 1024;

    private SqlVerdict()
    {
    }

    /// <summary>Null if it may run.</summary>
    public SqlFault? Fault { get; private init; }

    /// <summary>What is wrong, and what would be right; empty if it may run.</summary>
    public string Detail { get; private init; } = "";

    /// <summary>Where in the statement, in UTF-16 characters from 0, if that is known.</summary>
    public int? Position { get; init; }

    /// <summary>What is to be run: the statement that was checked, maybe written another way.</summary>
    public string Sql { get; private init; } = "";

    /// <summary>The tables that it asks.</summary>
    public IReadOnlyList<string> Tables { get; private init; } = [];

    /// <summary>How long the texts may be that it reads; null if any length will do.</summary>
    public TextBound? Texts { get; init; }

    public static SqlVerdict TooLong { get; } = new() { Fault = SqlFault.TooLong, Detail = $"cannot run a statement of more than {BytesMax} bytes; shorten it" };

    public static SqlVerdict Allowed(string sql, IReadOnlyList<string> tables) => new() { Sql = sql, Tables = tables };

    public static SqlVerdict Refused(string detail, int? position = null) => new() { Fault = SqlFault.Refused, Detail = detail, Position = position };

    public static SqlVerdict Malformed(string detail, int? position) => new() { Fault = SqlFault.Malformed, Detail = detail, Position = position };
}
