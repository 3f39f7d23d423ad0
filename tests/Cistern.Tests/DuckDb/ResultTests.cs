using Cistern.DuckDb;

namespace Cistern.Tests.DuckDb;

public sealed class ResultTests : IDisposable
{
    private readonly DuckDbInstance _instance = Databases.Open();
    private readonly DuckDbConnection _connection;

    public ResultTests() => _connection = _instance.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }

    [Theory]
    [InlineData("NULL", "NULL")]
    [InlineData("true", "True")]
    [InlineData("(-128)::TINYINT", "-128")]
    [InlineData("(-32768)::SMALLINT", "-32768")]
    [InlineData("(-2147483648)::INTEGER", "-2147483648")]
    [InlineData("(-9223372036854775808)::BIGINT", "-9223372036854775808")]
    [InlineData("255::UTINYINT", "255")]
    [InlineData("65535::USMALLINT", "65535")]
    [InlineData("4294967295::UINTEGER", "4294967295")]
    [InlineData("18446744073709551615::UBIGINT", "18446744073709551615")]
    [InlineData("(-170141183460469231731687303715884105728)::HUGEINT", "-170141183460469231731687303715884105728")]
    [InlineData("340282366920938463463374607431768211455::UHUGEINT", "340282366920938463463374607431768211455")]
    [InlineData("1.5::FLOAT", "1.5")]
    [InlineData("0.1::DOUBLE", "0.1")]
    [InlineData("12.3::DECIMAL(4,1)", "12.3")]
    [InlineData("(-12345.678)::DECIMAL(9,3)", "-12345.678")]
    [InlineData("(-0.5)::DECIMAL(18,17)", "-0.50000000000000000")]
    [InlineData("9999999999999999999999999999::DECIMAL(28,0)", "9999999999999999999999999999")]
    [InlineData("(-0.05)::DECIMAL(38,2)", "-0.05")]
    [InlineData("12345678901234567890123456789012345678::DECIMAL(38,0)", "12345678901234567890123456789012345678")]
    [InlineData("''", "")]
    [InlineData("'twelve bytes'", "twelve bytes")]
    [InlineData("'thirteen byte'", "thirteen byte")]
    [InlineData("repeat('ä', 5000)[:3]", "äää")]
    [InlineData("'\\x00\\xFFabc'::BLOB", "00FF616263")]
    [InlineData("'b'::ENUM('a', 'b')", "b")]
    [InlineData("'80000000-0000-0000-0000-00000000000f'::UUID", "80000000-0000-0000-0000-00000000000f")]
    [InlineData("'00112233-4455-6677-8899-aabbccddeeff'::UUID", "00112233-4455-6677-8899-aabbccddeeff")]
    [InlineData("[1, NULL, 3]", "[1, NULL, 3]")]
    [InlineData("[]::INTEGER[]", "[]")]
    [InlineData("[[1], [], [2, 3]]", "[[1], [], [2, 3]]")]
    [InlineData("['x', 'yy']::VARCHAR[2]", "[x, yy]")]
    [InlineData("{'a': 1, 'b': {'c': 'text longer than twelve bytes'}}", "{a=1, b={c=text longer than twelve bytes}}")]
    [InlineData("MAP {'k': [1, 2], 'l': NULL}", "{k=[1, 2], l=NULL}")]
    [InlineData("MAP {7: 'seven'}", "{7=seven}")]
    [InlineData("MAP {}::MAP(VARCHAR, DOUBLE)", "{}")]
    [InlineData("[MAP {'a': 1.5::DOUBLE}, MAP {}]", "[{a=1.5}, {}]")]
    public void GetValue_reads_any_type(string expression, string expected) =>
        Assert.Equal(expected, Databases.Text(_connection.Value($"SELECT {expression}")));

    [Theory]
    [InlineData("TIMESTAMP '2026-08-01 12:34:56.123456'", "2026-08-01T12:34:56.1234560+00:00")]
    [InlineData("TIMESTAMP '1969-12-31 23:59:59.999999'", "1969-12-31T23:59:59.9999990+00:00")]
    [InlineData("TIMESTAMP_S '2026-08-01 12:34:56'", "2026-08-01T12:34:56.0000000+00:00")]
    [InlineData("TIMESTAMP_MS '2026-08-01 12:34:56.123'", "2026-08-01T12:34:56.1230000+00:00")]
    [InlineData("TIMESTAMP_NS '2026-08-01 12:34:56.123456789'", "2026-08-01T12:34:56.1234567+00:00")]
    [InlineData("TIMESTAMP_NS '1969-12-31 23:59:59.999999999'", "1969-12-31T23:59:59.9999999+00:00")]
    [InlineData("make_timestamp(1785587696123456)::TIMESTAMPTZ", "2026-08-01T12:34:56.1234560+00:00")]
    [InlineData("'infinity'::TIMESTAMP", "infinity")]
    [InlineData("'-infinity'::TIMESTAMP", "-infinity")]
    [InlineData("TIMESTAMP '12026-08-01 01:02:03.5'", "12026-08-01 01:02:03.5")]
    [InlineData("TIMESTAMP '0044-03-15 (BC) 10:00:00'", "0044-03-15 (BC) 10:00:00")]
    [InlineData("DATE '2026-08-01'", "08/01/2026")]
    [InlineData("DATE '12026-08-01'", "12026-08-01")]
    [InlineData("DATE '0001-01-01' - 1", "0001-12-31 (BC)")]
    [InlineData("'infinity'::DATE", "infinity")]
    [InlineData("TIME '23:59:59.999999'", "23:59")]
    [InlineData("TIME '24:00:00'", "24:00:00")]
    [InlineData("TIMETZ '01:02:03.5+05:30'", "01:02:03.5+05:30")]
    [InlineData("TIMETZ '01:02:03-08'", "01:02:03-08")]
    [InlineData("INTERVAL '1 year 2 months 3 days 4 hours 5 minutes 6.5 seconds'", "1 year 2 months 3 days 04:05:06.5")]
    [InlineData("INTERVAL '-1 month'", "-1 month")]
    [InlineData("INTERVAL '-90 minutes'", "-01:30:00")]
    [InlineData("INTERVAL '0 seconds'", "00:00:00")]
    [InlineData("INTERVAL '14 months 1 day'", "1 year 2 months 1 day")]
    public void GetValue_reads_dates_and_times(string expression, string expected) =>
        Assert.Equal(expected, Databases.Text(_connection.Value($"SELECT {expression}")));

    // The texts that we make must be those that DuckDB makes, also where no test above thought of it.
    [Theory]
    [InlineData("to_months((i * 7 - 30)::INTEGER) + to_days((i * 13 - 50)::INTEGER) + to_microseconds(i * 123456789 - 999999999)")]
    [InlineData("DATE '0001-01-01' - (i * 1461 + 1)::INTEGER")]
    [InlineData("DATE '10000-01-01' + (i * 14610)::INTEGER")]
    [InlineData("TIMESTAMP '0001-01-01' - to_microseconds(i * 86400123456 + 1)")]
    [InlineData("(i * 9876543219876543 - 11)::DECIMAL(38,9) * 1000000000")]
    public void GetValue_writes_text_as_DuckDB_does(string expression)
    {
        var rows = _connection.Rows($"SELECT v, v::VARCHAR FROM (SELECT {expression} AS v FROM range(40) t(i))");

        Assert.All(rows, row => Assert.Equal(row[1], row[0]));
    }

    [Fact]
    public void GetValue_boxes_integers_as_long_and_larger_ones_as_Int128()
    {
        var row = Assert.Single(_connection.Rows("SELECT 5::UBIGINT, 9223372036854775808::UBIGINT, sum(1::BIGINT), 1::UHUGEINT, 1.5::DECIMAL(5,2)"));

        Assert.Equal([5L, (Int128)9223372036854775808, (Int128)1, (Int128)1, 1.50m], row);
    }

    [Fact]
    public void Values_keep_their_place_across_chunks_and_nulls()
    {
        const string sql = "SELECT i, CASE WHEN i % 3 = 0 THEN NULL ELSE 'row number ' || i END, [i, i + 1], MAP {'k': i} FROM range(10000) t(i)";

        foreach (var streaming in new[] { false, true })
        {
            var rows = _connection.Rows(sql, streaming);

            Assert.Equal(10_000, rows.Count);
            Assert.All(rows.Index(), row => Assert.Equal(
                $"{row.Index}|{(row.Index % 3 == 0 ? "NULL" : $"row number {row.Index}")}|[{row.Index}, {row.Index + 1}]|{{k={row.Index}}}",
                string.Join('|', row.Item.Select(Databases.Text))));
        }
    }

    // A streamed chunk comes from the plan itself, where vectors are constants or slices of others.
    [Fact]
    public void A_streamed_result_reads_nested_values_that_were_filtered_and_joined()
    {
        const string sql = """
            SELECT a.i, [b.s], {'x': b.s, 'l': [b.s, a.i::VARCHAR]}, 'constant text of the row'
            FROM range(5000) a(i) JOIN (SELECT j, 'text of the group ' || j AS s FROM range(7) t(j)) b ON a.i % 7 = b.j WHERE a.i % 2 = 1
            """;

        var streamed = _connection.Rows(sql, streaming: true).Select(row => string.Join('|', row.Select(Databases.Text))).Order().ToList();

        Assert.Equal(2500, streamed.Count);
        Assert.Equal(_connection.Rows(sql).Select(row => string.Join('|', row.Select(Databases.Text))).Order(), streamed);
    }

    [Fact]
    public void Columns_tell_names_and_types()
    {
        using var statement = _connection.Prepare("""
            SELECT 1.5::DECIMAL(10,3) AS "d e", MAP {'a': [1.5::DOUBLE]} AS m, {'x': 'e'::ENUM('e', 'f')} AS s, [1, 2]::INTEGER[2] AS a, '{}'::JSON AS j
            """);
        using var result = statement.Execute();

        Assert.Equal(["d e", "m", "s", "a", "j"], Enumerable.Range(0, result.ColumnCount).Select(result.ColumnName));
        Assert.Equal(
            ["DECIMAL(10,3)", "MAP(VARCHAR, DOUBLE[])", "STRUCT(\"x\" ENUM)", "INTEGER[2]", "JSON"],
            Enumerable.Range(0, result.ColumnCount).Select(column => result.ColumnType(column).ToString()));
        Assert.Equal(["e", "f"], result.ColumnType(2).Fields[0].Type.EnumTexts);
    }

    [Fact]
    public void GetValue_says_which_type_it_cannot_read()
    {
        var fault = Assert.Throws<NotSupportedException>(() => _connection.Value("SELECT '101'::BIT"));

        Assert.Contains("BIT", fault.Message, StringComparison.Ordinal);
        Assert.Contains("cast it to VARCHAR", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_refuses_a_width_that_is_not_the_types_and_a_row_that_is_not_there()
    {
        using var statement = _connection.Prepare("SELECT 1::BIGINT");
        using var result = statement.Execute();
        Assert.True(result.NextChunk());

        Assert.Equal(1, result.Vector(0).Get<long>(0));
        Assert.Throws<InvalidOperationException>(() => result.Vector(0).Get<int>(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Vector(0).Get<long>(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Vector(1));
        Assert.False(result.NextChunk());
        Assert.Throws<InvalidOperationException>(() => result.Vector(0));
    }

    [Fact]
    public void A_streamed_result_reports_a_fault_that_comes_late()
    {
        using var statement = _connection.Prepare("SELECT CASE WHEN i = 50000 THEN error('row 50000 is bad') ELSE i::VARCHAR END FROM range(100000) t(i)");
        var fault = Assert.Throws<DuckDbException>(() =>
        {
            using var result = statement.Execute(streaming: true);
            _ = result.Rows();
        });

        Assert.Contains("row 50000 is bad", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RowsChanged_counts_written_rows()
    {
        _connection.Execute("CREATE TABLE t(i INTEGER)");
        using var statement = _connection.Prepare("INSERT INTO t SELECT * FROM range(5)");
        using var result = statement.Execute();

        Assert.Equal(5, result.RowsChanged);
    }
}
