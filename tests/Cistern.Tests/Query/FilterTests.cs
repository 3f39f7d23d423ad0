using Cistern.Query;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Tests.Query;

/// <summary>Filters on the real engine: which rows they let through, and how they refuse.</summary>
public class FilterTests(TestStore kind = TestStore.Embedded) : IAsyncLifetime
{
    private PlainTablesStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await kind.OpenAsync();
        _store.Execute("""
            INSERT INTO requests BY NAME SELECT * FROM (VALUES
                ('a', TIMESTAMP '2026-11-20 10:00:00', 200, '/docs/start.html', 'example.com', 'Mozilla/5.0 (X11) Firefox/145.0', 0.25, 64500, TRUE, MAP {'x-lane': 'fast'}),
                ('b', TIMESTAMP '2026-11-20 10:30:00', 404, '/docs/100%_done', 'example.com', 'GPTBot/1.2', 1.5, NULL, FALSE, MAP {}),
                ('c', TIMESTAMP '2026-11-20 11:00:00', 299, '/api', 'www.example.com', '', NULL, 15169, NULL, MAP {}),
                ('d', TIMESTAMP '2026-11-20 11:30:00', NULL, '/DOCS/start.html', 'example.org', 'say "hi" \ there', 2, 64500, NULL, MAP {'x-lane': ''}))
                AS t(method, time, status, path, host, user_agent, time_taken, asn, cmcd_startup, fields)
            """);
    }

    [Theory]
    [InlineData("", "abcd")]
    [InlineData("   ", "abcd")]
    [InlineData("status:404", "b")]
    [InlineData("-status:404", "acd")] // also the row whose status is not known
    [InlineData("status:2xx", "ac")]
    [InlineData("status:200-299", "ac")]
    [InlineData("status:404,200", "ab")]
    [InlineData("status:(404 200)", "ab")]
    [InlineData("status:(404 OR 200)", "ab")]
    [InlineData("status:( 404 , 200 )", "ab")]
    [InlineData("status>=299", "bc")]
    [InlineData("status:>=299", "bc")]
    [InlineData("status!=404", "acd")]
    [InlineData("status=404", "b")]
    [InlineData("status:*", "abc")]
    [InlineData("-status:*", "d")]
    [InlineData("time_taken>0.5", "bd")]
    [InlineData("time_taken:1.5", "b")]
    [InlineData("time_taken<=1.5e0", "ab")]
    [InlineData("path:/docs/*", "ab")]
    [InlineData("path:*start*", "ad")]
    [InlineData("path:/api", "c")]
    [InlineData("path:/ap", "")]
    [InlineData("path:\"/docs/100%_done\"", "b")]
    [InlineData("path:/docs/1*%_d*", "b")]
    [InlineData("path:/docs/%", "")] // a sign of LIKE is only a sign
    [InlineData("path:/_pi", "")]
    [InlineData("path=/docs/*", "")] // after '=' a star is a star
    [InlineData("user_agent:\"\"", "c")]
    [InlineData("user_agent:*", "abd")]
    [InlineData("user_agent:\"say \\\"hi\\\" \\\\ there\"", "d")]
    [InlineData("user_agent:*\" (X11) \"*", "a")]
    [InlineData("host:example.com path:/docs/*", "ab")]
    [InlineData("host:example.com AND status:404", "b")]
    [InlineData("status:404 OR host:example.org", "bd")]
    [InlineData("host:example.com (status:404 OR status:200)", "ab")]
    [InlineData("host:example.com status:404 OR host:example.org", "bd")] // AND binds closer
    [InlineData("-(status:404 OR status:200)", "cd")]
    [InlineData("NOT status:404", "acd")]
    [InlineData("--status:404", "b")]
    [InlineData("gptbot", "b")] // words: any case, anywhere
    [InlineData("\"start.html\"", "ad")]
    [InlineData("docs -gptbot", "ad")]
    [InlineData("start*html", "ad")]
    [InlineData("100%_d", "b")]
    [InlineData("\"1.2\"", "b")]
    [InlineData("\"bot.1\"", "")] // a sign of an expression is only a sign
    [InlineData("\"(x11)\"", "a")]
    [InlineData("\"hi\\\" \\\\ th\"", "d")]
    [InlineData("mozilla*145", "a")]
    [InlineData("cmcd_startup:true", "a")]
    [InlineData("cmcd_startup:false", "b")]
    [InlineData("-cmcd_startup:true", "bcd")]
    [InlineData("fields.x-lane:fast", "a")]
    [InlineData("fields.x-lane:*", "a")]
    [InlineData("fields:*", "ad")]
    [InlineData("status_class:4xx", "b")]
    [InlineData("path_folder:/docs/", "ab")]
    [InlineData("path_extension:html", "ad")]
    [InlineData("hour_of_day:11", "cd")]
    [InlineData("day_of_week:5", "abcd")]
    [InlineData("asn:15169", "c")]
    [InlineData("time>=2026-11-20T11:00:00Z", "cd")]
    [InlineData("time<-90m", "a")]
    [InlineData("time>=1795172400000", "cd")]
    [InlineData("time:*", "abcd")]
    public async Task A_filter_lets_these_rows_through(string where, string expected) => Assert.Equal(expected, await MatchesAsync(where));

    [Theory]
    [InlineData("stauts:404", 0, "did you mean 'status'?")]
    [InlineData("host:a nonsense:1", 7, "unknown field 'nonsense'")]
    [InlineData("https://example.com", 0, "quotes")]
    [InlineData("status:many", 7, "is not a number")]
    [InlineData("status:404,x", 11, "is not a number")]
    [InlineData("status:404,", 11, "a value is missing")]
    [InlineData("status:", 7, "a value is missing")]
    [InlineData("status:NaN", 7, "is not a number")]
    [InlineData("status>=high", 8, "is not a number")]
    [InlineData("path:\"/docs", 5, "quotes are not closed")]
    [InlineData("\"abc", 0, "quotes are not closed")]
    [InlineData("(status:404", 0, "not closed")]
    [InlineData("status:(404", 7, "not closed")]
    [InlineData("status:404)", 10, "closes nothing")]
    [InlineData("status:404 OR", 13, "missing")]
    [InlineData("OR status:404", 0, "missing")]
    [InlineData("AND", 0, "missing")]
    [InlineData("()", 1, "missing")]
    [InlineData("-", 1, "missing")]
    [InlineData("*", 0, "nothing to look for")]
    [InlineData("path:a(b)", 6, "needs quotes")]
    [InlineData("path>a", 5, "does not apply")]
    [InlineData("time:today", 5, "time>=-1h")]
    [InlineData("time>=yesterday", 6, "is not a time")]
    [InlineData("cmcd_startup:maybe", 13, "neither true nor false")]
    [InlineData("fields:fast", 7, "fields.KEY")]
    public void A_filter_that_cannot_be_read_says_where_and_what_to_do(string where, int position, string hint)
    {
        var problem = FilterParser.Parse(where, RequestSignal.Signal, QueryHost.Noon, out _);

        Assert.NotNull(problem);
        Assert.Equal(QueryFault.FilterInvalid, problem.Fault);
        Assert.Equal(position, problem.Position);
        Assert.Contains(hint, problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_has_limits_of_length_depth_and_tests()
    {
        string[] tooLarge =
        [
            new string('a', QueryBounds.FilterLengthMax + 1),
            new string('(', QueryBounds.FilterDepthMax + 1) + "a" + new string(')', QueryBounds.FilterDepthMax + 1),
            new string('-', QueryBounds.FilterDepthMax + 1) + "a",
            string.Join(' ', Enumerable.Repeat("a", QueryBounds.FilterTermsMax + 1)),
            "status:" + string.Join(',', Enumerable.Repeat("1", QueryBounds.FilterTermsMax + 1)),
        ];
        foreach (var where in tooLarge)
        {
            Assert.Equal(QueryFault.LimitExceeded, FilterParser.Parse(where, RequestSignal.Signal, QueryHost.Noon, out _)?.Fault);
        }

        var atTheLimit = new string('(', QueryBounds.FilterDepthMax) + "a" + new string(')', QueryBounds.FilterDepthMax);
        Assert.Null(FilterParser.Parse(atTheLimit, RequestSignal.Signal, QueryHost.Noon, out _));
    }

    // Whatever a user writes as a value, the statement's text is the same: the value is only among the parameters.
    [Theory]
    [InlineData("x")]
    [InlineData("' OR 1=1 --")]
    [InlineData("'); DROP TABLE requests; --")]
    [InlineData("$1")]
    [InlineData("\\")]
    [InlineData("%_\\%")]
    [InlineData("\u0001\u202E'")]
    public async Task A_value_never_becomes_a_part_of_the_statement(string value)
    {
        var quoted = $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
        foreach (var form in new[] { "path:{0}", "{0}", "host:a*{0}", "fields.x-lane:{0}", "-(path={0})" })
        {
            var plain = Write(form.Replace("{0}", "\"harmless\"", StringComparison.Ordinal), out _);
            var hostile = Write(form.Replace("{0}", quoted, StringComparison.Ordinal), out var parameters);

            Assert.Equal(plain, hostile);
            Assert.Contains(parameters, parameter => parameter is string text && text.Contains(value.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal), StringComparison.Ordinal) || parameter is string same && (same == value || same == new TextPattern([value]).ToExpression()));
            await MatchesAsync(form.Replace("{0}", quoted, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_key_of_a_map_is_a_parameter_too()
    {
        Assert.Equal(Write("fields.a:x", out _), Write("fields.b.c-d:x", out var parameters));
        Assert.Contains("b.c-d", parameters);
    }

    [Fact]
    public async Task A_mutated_filter_never_throws_and_what_is_read_runs()
    {
        const int Seed = 20261120;
        var random = new Random(Seed);
        string[] seeds =
        [
            "status:2xx -path:/health* (host:a,b OR user_agent:\"x y\")", "time_taken>=0.5 fields.a-b:* NOT \"free words\"", "status:(404 OR 410) time>=-1h cmcd_startup:true",
        ];
        const string Alphabet = "():,*\"\\-<>=! aO RN'$%_.0x\t\u00e9\ud83d";
        for (var round = 0; round < 3_000; round++)
        {
            var where = Mutate(seeds[round % seeds.Length], Alphabet, random);
            var problem = FilterParser.Parse(where, RequestSignal.Signal, QueryHost.Noon, out _);
            Assert.True(problem is null || (problem.Position >= 0 && problem.Position <= where.Length), $"seed {Seed}, round {round}: {where}");
            if (problem is null && round % 10 == 0)
            {
                await MatchesAsync(where);
            }
        }
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private static string Mutate(string text, string alphabet, Random random)
    {
        var characters = text.ToList();
        for (var edits = random.Next(1, 6); edits > 0 && characters.Count > 0; edits--)
        {
            var place = random.Next(characters.Count);
            switch (random.Next(3))
            {
                case 0: characters.RemoveAt(place); break;
                case 1: characters.Insert(place, alphabet[random.Next(alphabet.Length)]); break;
                default: characters[place] = alphabet[random.Next(alphabet.Length)]; break;
            }
        }

        return new string([.. characters]);
    }

    private string Write(string where, out IReadOnlyList<object?> parameters)
    {
        Assert.Null(FilterParser.Parse(where, RequestSignal.Signal, QueryHost.Noon, out var filter));
        var scope = new SqlScope(_store.Dialect, Zones.Pieces(TimeZoneInfo.Utc, QueryHost.Noon.AddDays(-1), QueryHost.Noon));
        var sql = new FilterSql(RequestSignal.Signal, scope).Write(filter);
        parameters = scope.Parameters;
        return sql;
    }

    // The matching rows by their letter.
    private async Task<string> MatchesAsync(string where)
    {
        var sql = $"SELECT method FROM requests WHERE {Write(where, out var parameters)} ORDER BY method";
        using var result = await _store.QueryAsync(
            new StoreQuery(sql, parameters, ["requests"], null, QueryPool.Panels, new(TimeSpan.FromSeconds(20), 100)), CancellationToken.None);
        var found = "";
        while (result.Read())
        {
            found += result[0];
        }

        return found;
    }
}

public sealed class FilterOnClickHouseTests() : FilterTests(TestStore.ClickHouse);
