using System.Text;
using System.Text.Json;
using Cistern.DuckDb;

namespace Cistern.Store.Embedded.Sql;

/// <summary>Decides whether a user's statement may run. Nothing of the statement runs here: it is only parsed.</summary>
/// <remarks>
/// The engine that parses is one of its own, empty and without access to files, of the same library as the one that will run the
/// statement; so both read the same text the same way. Its tree (<c>json_serialize_sql</c>) takes nothing but SELECT, and
/// <see cref="TreeCheck"/> walks it.
/// </remarks>
internal sealed class SqlGuard : IDisposable
{
    // The tree of a flat statement is about 12 levels deep, and each nested query adds about as many.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 2_000 };

    private const string TooLarge = "cannot run the statement: the texts, lists or columns that it makes at once could take more memory than it may have; "
        + "join fewer texts, replace by shorter ones, cut what you need as path[1:100] does, or write it as several statements (docs/api.md explains the bound)";

    private readonly IReadOnlyCollection<string> _tables;
    private readonly TextRoom _room;
    private readonly Lock _lock = new();
    private readonly DuckDbInstance _instance;
    private readonly DuckDbConnection _connection;
    private readonly DuckDbStatement _parse;

    /// <param name="tables">The tables that a statement may ask.</param>
    /// <param name="rowBytes">What its expressions may hold for each row of a step.</param>
    public SqlGuard(IReadOnlyCollection<string> tables, long rowBytes)
    {
        (_tables, _room) = (tables, new TextRoom(rowBytes));
        _instance = DuckDbInstance.Open(new Dictionary<string, string>
        {
            ["enable_external_access"] = "false",
            ["autoinstall_known_extensions"] = "false",
            ["autoload_known_extensions"] = "false",
            ["threads"] = "1",
            ["memory_limit"] = "256MB",
            ["lock_configuration"] = "true",
        });
        _connection = _instance.Connect();
        _parse = _connection.Prepare("SELECT json_serialize_sql($1::VARCHAR)");
    }

    /// <summary>Checks a statement; if it may run, the verdict also has the tables that it asks and how long the texts may be that it reads.</summary>
    public SqlVerdict Check(string sql)
    {
        if (Refusal(sql) is { } early)
        {
            return early;
        }

        try
        {
            using var tree = JsonDocument.Parse(Parse(sql), Options);
            return Check(sql, tree.RootElement);
        }
        catch (JsonException)
        {
            return SqlVerdict.Refused("cannot run the statement: it is nested too deeply; write it flatter");
        }
        catch (DuckDbException wrong)
        {
            return SqlVerdict.Refused($"cannot run the statement: it cannot be parsed ({wrong.Message})");
        }
    }

    public void Dispose()
    {
        _parse.Dispose();
        _connection.Dispose();
        _instance.Dispose();
    }

    private static SqlVerdict? Refusal(string sql)
    {
        if (Encoding.UTF8.GetByteCount(sql) > SqlVerdict.BytesMax)
        {
            return SqlVerdict.TooLong;
        }

        // The engine's text ends at a zero, so what follows it would be run unread or read unrun.
        var zero = sql.IndexOf('\0', StringComparison.Ordinal);
        return zero < 0 ? null : SqlVerdict.Refused("cannot run the statement: it has a character 0; remove it", zero);
    }

    private string Parse(string sql)
    {
        lock (_lock)
        {
            _parse.Bind(1, sql);
            using var result = _parse.Execute();
            return result.NextChunk() ? (string)result.Vector(0).GetValue(0)! : throw new InvalidOperationException("json_serialize_sql gave no row");
        }
    }

    private SqlVerdict Check(string sql, JsonElement tree)
    {
        if (tree.GetProperty("error").GetBoolean())
        {
            return Wrong(sql, tree);
        }

        var statements = tree.GetProperty("statements");
        if (statements.GetArrayLength() != 1)
        {
            return SqlVerdict.Refused($"cannot run {statements.GetArrayLength()} statements: exactly one SELECT is allowed; send them one by one");
        }

        var check = new TreeCheck(_tables);
        if (check.Check(statements[0]) is { } refused)
        {
            return refused with { Position = CharacterAt(sql, check.Place) };
        }

        string[] used = [.. check.Used];
        return _room.Find(statements[0], used) is { } texts ? SqlVerdict.Allowed(sql, used) with { Texts = texts } : SqlVerdict.Refused(TooLarge);
    }

    private static SqlVerdict Wrong(string sql, JsonElement tree)
    {
        var message = tree.GetProperty("error_message").GetString()!;
        var place = tree.TryGetProperty("position", out var position) && int.TryParse(position.GetString(), out var runes) ? CharacterOf(sql, runes) : (int?)null;
        return tree.GetProperty("error_type").ValueEquals("not implemented")
            ? SqlVerdict.Refused("cannot run the statement: only SELECT is allowed (also WITH, FROM, VALUES); nothing here writes, sets, attaches or explains")
            : SqlVerdict.Malformed($"cannot parse the statement: {message}", place);
    }

    // In its errors the engine counts code points, our callers UTF-16.
    private static int CharacterOf(string sql, int runes) => sql.EnumerateRunes().Take(runes).Sum(rune => rune.Utf16SequenceLength);

    // In its trees the engine counts bytes of UTF-8.
    private static int? CharacterAt(string sql, long? bytes)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        return bytes is >= 0 && bytes <= utf8.Length ? Encoding.UTF8.GetCharCount(utf8, 0, (int)bytes) : null;
    }
}
