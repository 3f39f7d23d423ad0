using System.Globalization;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.Embedded;
using Cistern.Tests.DuckDb;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Query.Sql;

/// <summary>What the two dialects write has the same value in both engines.</summary>
public sealed class DialectTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static readonly (string Duck, string Click)[] Rows =
    [
        ("(1, 'a=b&x=%C3%A4%zz%2F', MAP {'k': 'v', 'n': '12.5'}, 1.5::DOUBLE, TIMESTAMP '2026-11-28 12:00:00.123456')", "(1, 'a=b&x=%C3%A4%zz%2F', map('k', 'v', 'n', '12.5'), 1.5, toDateTime64('2026-11-28 12:00:00.123456', 6, 'UTC'))"),
        ("(2, 'Mozilla/5.0 (x; GPTBot/1.2)', MAP {'n': 'nan'}, NULL, TIMESTAMP '1999-12-31 23:59:59.999')", "(2, 'Mozilla/5.0 (x; GPTBot/1.2)', map('n', 'nan'), NULL, toDateTime64('1999-12-31 23:59:59.999', 6, 'UTC'))"),
        ("(3, ' ..trim me..  ', MAP {'n': '-1e3'}, -2.25, TIMESTAMP '2026-11-28 12:00:00')", "(3, ' ..trim me..  ', map('n', '-1e3'), -2.25, toDateTime64('2026-11-28 12:00:00', 6, 'UTC'))"),
        ("(4, '', MAP {}::MAP(VARCHAR, VARCHAR), 0, TIMESTAMP '2026-11-28 12:00:01')", "(4, '', CAST(map(), 'Map(String, String)'), 0, toDateTime64('2026-11-28 12:00:01', 6, 'UTC'))"),
        ("(5, '100%_\\back''quote\"', MAP {'n': 'inf', 'k': ''}, 7, TIMESTAMP '2026-11-28 12:00:02')", "(5, '100%_\\\\back\\'quote\"', map('n', 'inf', 'k', ''), 7, toDateTime64('2026-11-28 12:00:02', 6, 'UTC'))"),
        ("(6, '%FF%C3', MAP {'z': '1', 'a': '2'}, 7, TIMESTAMP '2026-11-28 12:00:02')", "(6, '%FF%C3', map('z', '1', 'a', '2'), 7, toDateTime64('2026-11-28 12:00:02', 6, 'UTC'))"),
    ];

    private static readonly Dictionary<string, Func<SqlDialect, string>> Values = new()
    {
        ["microseconds"] = sql => sql.Microseconds("t"),
        ["minutes"] = sql => sql.IntegerDivide(sql.Microseconds("t"), "60000000"),
        ["extract whole"] = sql => sql.Extract("s", "[A-Za-z]+Bot/([0-9.]+)", group: false),
        ["extract group"] = sql => sql.Extract("s", "[A-Za-z]+Bot/([0-9.]+)", group: true),
        ["extract with a backslash"] = sql => sql.Extract("s", "\\((\\w); ", group: true),
        ["blank"] = sql => sql.Blank("s", "[0-9]+"),
        ["trim"] = sql => sql.Trim("s", " ."),
        ["join"] = sql => sql.Join("s", "s"),
        ["like"] = sql => sql.Like("s", sql is DuckDbDialect ? "'100\\%\\_%'" : "'100\\\\%\\\\_%'"),
        ["holds"] = sql => sql.Holds("s", sql is DuckDbDialect ? "'(?i)gptbot\\b'" : "'(?i)gptbot\\\\b'"),
        ["map text"] = sql => sql.MapText("m", "'k'"),
        ["map size"] = sql => sql.MapSize("m"),
        ["map pairs"] = sql => sql.MapPairs("m"),
        ["map names"] = sql => sql.MapNames("m"),
        ["number"] = sql => sql.Number(sql.MapText("m", "'n'")),
        ["number of a text"] = sql => sql.Number("s"),
        ["bytes of a text"] = sql => sql.TextBytes("s"),
        ["bytes as text"] = sql => sql.BytesAsText(sql is DuckDbDialect ? "encode(s)" : "s"),
        ["not true"] = sql => sql.IsNotTrue("d > 1"),
        ["same"] = sql => sql.Same("d", "NULL"),
        ["percent decoded"] = sql => sql.PercentDecode("s"),
        ["the row before"] = sql => sql.Previous("d", "PARTITION BY i > 3 ORDER BY i"),
    };

    private static readonly Dictionary<string, Func<SqlDialect, string>> Aggregates = new()
    {
        ["sum"] = sql => sql.Sum("d"),
        ["sum where"] = sql => sql.SumWhere("d", "i > 2"),
        ["sum where nothing is"] = sql => sql.SumWhere("d", "i > 100"),
        ["count"] = sql => sql.Count(),
        ["count where"] = sql => sql.CountWhere("d > 0"),
        ["max"] = sql => sql.Max("d"),
        ["min"] = sql => sql.Min("d"),
        ["max where"] = sql => sql.MaxWhere("d", "i > 2"),
        ["max where nothing is"] = sql => sql.MaxWhere("d", "i > 100"),
        ["min where nothing is"] = sql => sql.MinWhere("i", "i > 100"),
        ["distinct"] = sql => sql.CountDistinct("d"),
        ["fingerprints"] = sql => sql.CountDistinct(sql.Fingerprint("s", "CAST(i AS VARCHAR)")),
    };

    public static TheoryData<string> ValueNames => [.. Values.Keys];

    public static TheoryData<string> AggregateNames => [.. Aggregates.Keys];

    [Theory]
    [MemberData(nameof(ValueNames))]
    public async Task A_value_of_each_row_is_the_same(string name) => await AssertSameAsync(Values[name], "ORDER BY i");

    [Theory]
    [MemberData(nameof(AggregateNames))]
    public async Task A_value_of_all_rows_is_the_same(string name)
    {
        await AssertSameAsync(Aggregates[name], "");
        await AssertSameAsync(Aggregates[name], "WHERE i > 100");
    }

    private async Task AssertSameAsync(Func<SqlDialect, string> write, string tail)
    {
        var duck = $"SELECT {write(new DuckDbDialect())} AS v FROM (VALUES {string.Join(", ", Rows.Select(row => row.Duck))}) AS rows(i, s, m, d, t) {tail}";
        var click = $"SELECT {write(new ClickHouseDialect())} AS v FROM values('i Int64, s String, m Map(String, String), d Nullable(Float64), t DateTime64(6, \\'UTC\\')', {string.Join(", ", Rows.Select(row => row.Click))}) {tail}";

        Assert.Equal(OfDuckDb(duck), await OfClickHouseAsync(click));
    }

    private static List<string> OfDuckDb(string sql)
    {
        using var instance = Databases.Open();
        using var connection = instance.Connect();
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        return [.. result.Rows().Select(row => TextOf(row[0]))];
    }

    private async Task<List<string>> OfClickHouseAsync(string sql)
    {
        var settings = new Dictionary<string, string> { ["default_format"] = "RowBinaryWithNamesAndTypes" };
        using var answer = await engine.Client.SelectAsync(sql, new Dictionary<string, string>(), settings, TestContext.Current.CancellationToken);
        using var result = await ClickHouseResult.OpenAsync(answer, 1000, 0, TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (result.Read())
        {
            values.Add(TextOf(result[0]));
        }

        return values;
    }

    // What a truth value is sent as differs, and so does whether a whole number is a double.
    private static string TextOf(object? value) => value switch
    {
        null => "NULL",
        true => "1",
        false => "0",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
