using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;
using Cistern.Store.ClickHouse;

namespace Cistern.Tests.Query;

/// <summary>A search of messages finds the same whether or not an index narrows it.</summary>
public class TextIndexTests(TestStore kind = TestStore.Embedded)
{
    [Theory]
    [InlineData("\"payment gateway\"", "a")]
    [InlineData("PAYMENT*refused", "a")]
    [InlineData("-payment", "bcde")]
    [InlineData("\"task skipped\"", "bc")] // The long s and the Kelvin sign are letters of another case.
    [InlineData("größe", "d")]
    [InlineData("100%_done", "e")]
    [InlineData("message:Payment*", "a")]
    [InlineData("message:payment*", "")]
    [InlineData("message:\"Task skipped\"", "b")]
    public async Task Words_are_found_in_any_case_and_a_field_in_its_own(string where, string expected)
    {
        await using var store = await kind.OpenAsync();
        store.Execute("""
            INSERT INTO logs (time, level, message) VALUES
                (TIMESTAMP '2026-11-20 10:00:00', 'a', 'Payment Gateway\refused'), (TIMESTAMP '2026-11-20 10:00:00', 'b', 'Task skipped'), (TIMESTAMP '2026-11-20 10:00:00', 'c', 'taſ\u212A SKIPPED twice'),
                (TIMESTAMP '2026-11-20 10:00:00', 'd', 'GRÖSSE und GRÖßE'), (TIMESTAMP '2026-11-20 10:00:00', 'e', 'is 100%_Done')
            """.Replace("\\u212A", "\u212A", StringComparison.Ordinal));
        var (sql, parameters) = Write(where, store.Dialect);

        using var result = await store.QueryAsync(Ask($"SELECT level FROM logs WHERE {sql} ORDER BY level", parameters), CancellationToken.None);

        Assert.Equal(expected, string.Concat(result.ReadRows().Select(row => row[0])));
    }

    protected static (string Sql, IReadOnlyList<object?> Parameters) Write(string where, SqlDialect dialect)
    {
        Assert.Null(FilterParser.Parse(where, LogSignal.Signal, QueryHost.Noon, out var filter));
        var scope = new SqlScope(dialect, Zones.Pieces(TimeZoneInfo.Utc, QueryHost.Noon.AddDays(-1), QueryHost.Noon));
        return (new FilterSql(LogSignal.Signal, scope).Write(filter), scope.Parameters);
    }

    protected static StoreQuery Ask(string sql, IReadOnlyList<object?> parameters) => new(sql, parameters, ["logs"], null, QueryPool.Panels, new(TimeSpan.FromSeconds(60), 1_000));
}

public sealed class TextIndexOnClickHouseTests() : TextIndexTests(TestStore.ClickHouse)
{
    /// <summary>ClickHouse says itself how much of a table it would read.</summary>
    [Theory]
    [InlineData("\"payment gateway\"")]
    [InlineData("PAYMENT*refused")]
    [InlineData("message:*Gateway*")]
    public async Task A_search_of_messages_reads_where_the_index_has_the_words(string where)
    {
        var tables = await SharedClickHouse.TakeAsync();
        await tables.Client.RunAsync("INSERT INTO logs_rows (time, message) SELECT toDateTime64('2026-11-20 10:00:00', 6, 'UTC'), concat('GET /item/', toString(number % 5000), ' took 12 ms') FROM numbers(80000)", new Dictionary<string, string>(), CancellationToken.None);
        await tables.Client.RunAsync("INSERT INTO logs_rows (time, message) VALUES ('2026-11-20 10:00:00', 'Payment Gateway refused')", new Dictionary<string, string>(), CancellationToken.None);
        var (sql, parameters) = Write(where, new ClickHouseDialect());

        using var result = await tables.Queries.RunAsync(Ask($"EXPLAIN indexes = 1 SELECT count() FROM logs WHERE {sql}", parameters), CancellationToken.None);
        var explained = string.Join('\n', result.ReadRows().Select(row => row[0]));
        await tables.GiveBackAsync(["logs"]);

        Assert.Matches(@"(?s)Name: small_words.*?Granules: 1/1[01]\b", explained);
    }
}
