using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Sql;

/// <summary>Decides whether a user's statement may run in ClickHouse. Nothing of the statement runs here: the server parses it.</summary>
/// <remarks>
/// (1) <c>formatQuerySingleLine</c> takes the text as a value, so that nothing in it can break out, and writes the one statement that it holds in ClickHouse's own way: without comments,
/// here-documents, or a second kind of quotes. (2) <c>EXPLAIN AST</c> of what was written gives its tree, which <see cref="SyntaxCheck"/> walks with the names of what is in the database. What was written is
/// what runs, so both are of the same text. These statements of ours may themselves only read, because the server obeys the SETTINGS of what it explains.
/// </remarks>
internal sealed partial class ClickHouseGuard(Func<StoreQuery, CancellationToken, Task<IQueryResult>> run, IReadOnlyCollection<string> tables)
{
    private const int MessageMax = 300;

    private static readonly QueryLimits Limits = new(TimeSpan.FromSeconds(10), 1_000_000);

    /// <exception cref="StoreQueryException">The server cannot be asked now.</exception>
    public async Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel)
    {
        if (Encoding.UTF8.GetByteCount(sql) > SqlVerdict.BytesMax)
        {
            return SqlVerdict.TooLong;
        }

        try
        {
            var written = (await AskAsync($"SELECT formatQuerySingleLine(unhex('{Convert.ToHexString(Encoding.UTF8.GetBytes(sql))}'))", cancel)).Single(); // (1)
            return QuotedText.Problem(written) is { } problem ? Refuse(problem) : Check(written, await AskAsync($"EXPLAIN AST {written}", cancel), await HiddenAsync(cancel)); // (2)
        }
        catch (StoreQueryException failed) when (failed is { Fault: StoreQueryFault.Invalid, InnerException: ClickHouseException refused })
        {
            return Wrong(sql, refused);
        }
        catch (InvalidDataException strange)
        {
            return Refuse($"what ClickHouse says of it cannot be read ({strange.Message})");
        }
    }

    private SqlVerdict Check(string written, List<string> lines, HashSet<string> hidden)
    {
        var check = new SyntaxCheck(tables, hidden);
        return check.Problem(SyntaxNode.Read(lines)) is { } problem ? Refuse(problem) : SqlVerdict.Allowed(written, [.. check.Used]);
    }

    private async Task<HashSet<string>> HiddenAsync(CancellationToken cancel)
    {
        var names = await AskAsync("SELECT name FROM system.tables WHERE database = currentDatabase() UNION ALL SELECT name FROM system.databases", cancel);
        return names.Except(tables).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    private async Task<List<string>> AskAsync(string sql, CancellationToken cancel)
    {
        using var result = await run(new StoreQuery(sql, [], [], Range: null, QueryPool.Sql, Limits), cancel);
        var values = new List<string>();
        while (result.Read())
        {
            values.Add((string)result[0]!);
        }

        return values;
    }

    private static SqlVerdict Refuse(string problem) => SqlVerdict.Refused($"cannot run the statement: {problem}");

    private static SqlVerdict Wrong(string sql, ClickHouseException error)
    {
        var message = OurStatement().Replace(error.Message, "");
        message = message.Length > MessageMax ? $"{message[..MessageMax]}…" : message;
        return error.Code switch
        {
            ClickHouseErrors.SyntaxError when message.Contains("Multi-statements", StringComparison.Ordinal) => Refuse("exactly one SELECT is allowed; send them one by one"),
            ClickHouseErrors.ReadOnlyUser => Refuse("SETTINGS are not allowed"),
            ClickHouseErrors.SyntaxError => SqlVerdict.Malformed($"cannot parse the statement: {message}", Position(sql, message)),
            ClickHouseErrors.UnknownFunction => Refuse("this ClickHouse is too old to check it; use one that has formatQuerySingleLine and EXPLAIN AST"),
            _ => Refuse(message),
        };
    }

    // ClickHouse counts bytes of UTF-8 from 1, our callers UTF-16 from 0.
    private static int? Position(string sql, string message)
    {
        var utf8 = Encoding.UTF8.GetBytes(sql);
        return int.TryParse(Place().Match(message).Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place >= 1 && place <= utf8.Length + 1
            ? Encoding.UTF8.GetCharCount(utf8, 0, place - 1)
            : null;
    }

    [GeneratedRegex(@"failed at position (\d+)")]
    private static partial Regex Place();

    [GeneratedRegex(": (In scope SELECT|while executing|While processing).*$", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex OurStatement();
}
