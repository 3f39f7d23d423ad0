using System.Diagnostics;
using Cistern.DuckDb;

namespace Cistern.Tests.DuckDb;

public sealed class StatementTests : IDisposable
{
    // Runs for minutes when nobody stops it.
    // The statement would run for hours: on a loaded machine a thread may have to wait before it is its turn.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(20);

    private const string EndlessSql = "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE (i * j) % 1000003 = 7";

    private readonly DuckDbInstance _instance = Databases.Open();
    private readonly DuckDbConnection _connection;

    public StatementTests() => _connection = _instance.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
    }

    [Fact]
    public void LibraryVersion_is_that_of_the_package() => Assert.StartsWith("v1.5.", DuckDbInstance.LibraryVersion, StringComparison.Ordinal);

    [Fact]
    public void Bind_hands_over_every_kind_of_value()
    {
        using var statement = _connection.Prepare("SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11");
        statement.Bind(1, true);
        statement.Bind(2, -7);
        statement.Bind(3, long.MinValue);
        statement.Bind(4, 0.1);
        statement.Bind(5, -79228162514264337593543950335m / 1000m);
        statement.Bind(6, "text with 'quotes', a \0 and ünïcode");
        statement.Bind(7, (ReadOnlySpan<byte>)[0, 255, 39]);
        statement.BindTimestamp(8, 1_785_587_696_123_456);
        statement.BindNull(9);
        statement.Bind(10, "");
        statement.Bind(11, []);
        using var result = statement.Execute();

        Assert.Equal(11, statement.ParameterCount);
        Assert.Equal(
            ["True", "-7", "-9223372036854775808", "0.1", "-79228162514264337593543950.335", "text with 'quotes', a \0 and ünïcode", "00FF27",
                "2026-08-01T12:34:56.1234560+00:00", "NULL", "", ""],
            Assert.Single(result.Rows()).Select(Databases.Text));
    }

    [Fact]
    public void A_statement_runs_again_with_other_values()
    {
        using var statement = _connection.Prepare("SELECT $1 + 1");
        for (var value = 0; value < 3; value++)
        {
            statement.Bind(1, (long)value);
            using var result = statement.Execute();

            Assert.Equal(value + 1L, Assert.Single(Assert.Single(result.Rows())));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(2)]
    public void Bind_refuses_a_parameter_that_is_not_there(int parameter)
    {
        using var statement = _connection.Prepare("SELECT $1");

        Assert.Throws<DuckDbException>(() => statement.Bind(parameter, 1));
    }

    [Theory]
    [InlineData("SELECT 1; SELECT 2", "found 2")]
    [InlineData("", "found 0")]
    [InlineData("-- nothing", "found 0")]
    public void Prepare_takes_exactly_one_statement(string sql, string expected)
    {
        var fault = Assert.Throws<DuckDbException>(() => _connection.Prepare(sql));

        Assert.Equal(DuckDbErrorKind.Parser, fault.Kind);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_allows_a_semicolon_at_the_end()
    {
        using var statement = _connection.Prepare("SELECT 1;");

        Assert.Equal(DuckDbStatementType.Select, statement.StatementType);
    }

    [Fact]
    public void A_statement_with_a_NUL_is_refused_rather_than_cut()
    {
        var fault = Assert.Throws<DuckDbException>(() => _connection.Prepare("SELECT 1\0; DROP TABLE x"));

        Assert.Contains("position 8", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELEC 1", DuckDbErrorKind.Parser, "Parser Error: syntax error at or near \"SELEC\"")]
    [InlineData("SELECT nothing", DuckDbErrorKind.Binder, "Binder Error: Referenced column \"nothing\" was not found")]
    [InlineData("SELECT * FROM nowhere", DuckDbErrorKind.Catalog, "Catalog Error: Table with name nowhere does not exist!")]
    [InlineData("SELECT nofunction(1)", DuckDbErrorKind.Catalog, "Catalog Error: Scalar Function with name nofunction does not exist!")]
    [InlineData("SELECT 'x'::INTEGER", DuckDbErrorKind.Conversion, "Conversion Error: Could not convert string 'x' to INT32")]
    [InlineData("SELECT * FROM read_csv('/nonexistent/file.csv')", DuckDbErrorKind.IO, "IO Error: No files found")]
    public void Faults_have_DuckDBs_kind_and_text(string sql, DuckDbErrorKind kind, string text)
    {
        var prepared = Assert.Throws<DuckDbException>(() => _connection.Rows(sql));
        var executed = Assert.Throws<DuckDbException>(() => _connection.Execute(sql));

        Assert.Equal((kind, kind), (prepared.Kind, executed.Kind));
        Assert.StartsWith(text, prepared.Message, StringComparison.Ordinal);
        Assert.StartsWith(text, executed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_runs_several_statements()
    {
        _connection.Execute("CREATE TABLE t(i INTEGER); INSERT INTO t VALUES (1), (2); INSERT INTO t VALUES (3)");

        Assert.Equal((Int128)6, _connection.Value("SELECT sum(i) FROM t"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Cancellation_stops_an_endless_statement(bool streaming)
    {
        using var statement = _connection.Prepare(EndlessSql);
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(150));
        var watch = Stopwatch.StartNew();

        Assert.Throws<OperationCanceledException>(() =>
        {
            using var result = statement.Execute(streaming, source.Token);
            _ = result.Rows();
        });

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(100), s_soon);
        Assert.Equal(1L, _connection.Value("SELECT 1::BIGINT"));
    }

    [Fact]
    public void Interrupt_stops_an_endless_statement()
    {
        using var statement = _connection.Prepare(EndlessSql);
        using var timer = new Timer(_ => _connection.Interrupt(), null, TimeSpan.FromMilliseconds(150), Timeout.InfiniteTimeSpan);
        var watch = Stopwatch.StartNew();

        var fault = Assert.Throws<DuckDbException>(() => statement.Execute());

        Assert.Equal(DuckDbErrorKind.Interrupt, fault.Kind);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(100), s_soon);
    }

    [Fact]
    public void Interrupt_does_nothing_to_an_idle_or_closed_connection()
    {
        _connection.Interrupt();
        Assert.Equal(1L, _connection.Value("SELECT 1::BIGINT"));

        _connection.Dispose();
        _connection.Interrupt();
    }

    [Fact]
    public void A_canceled_token_stops_a_statement_before_it_begins()
    {
        using var statement = _connection.Prepare(EndlessSql);

        Assert.Throws<OperationCanceledException>(() => statement.Execute(cancel: new CancellationToken(canceled: true)));
    }

    // Whenever the token fires (before, while, after), the outcome is the rows or a cancellation, and the next statement is unharmed.
    [Fact]
    public void Cancellation_at_any_moment_harms_no_other_statement()
    {
        for (var round = 0; round < 300; round++)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(round % 3));
            using (var statement = _connection.Prepare("SELECT sum(i * 2) FROM range(300000) t(i)"))
            {
                try
                {
                    using var result = statement.Execute(cancel: source.Token);
                    Assert.Equal((Int128)89999700000, Assert.Single(Assert.Single(result.Rows())));
                }
                catch (OperationCanceledException)
                {
                }
            }

            Assert.Equal((Int128)499500, _connection.Value("SELECT sum(i) FROM range(1000) t(i)"));
        }
    }

    [Fact]
    public void Objects_may_be_disposed_in_any_order()
    {
        var instance = Databases.Open();
        var connection = instance.Connect();
        var statement = connection.Prepare("SELECT i, 'some longer text ' || i FROM range(5000) t(i)");
        var result = statement.Execute(streaming: true);
        Assert.True(result.NextChunk());

        instance.Dispose();
        connection.Dispose();
        statement.Dispose();
        Assert.Equal(0L, result.Vector(0).GetValue(0));
        result.Dispose();
        result.Dispose();
    }
}
