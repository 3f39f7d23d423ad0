using Cistern.DuckDb;

namespace Cistern.Tests.DuckDb;

public sealed class InstanceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cistern-duckdb-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("no_such_option", "1", "no_such_option")]
    [InlineData("memory_limit", "plenty", "plenty")]
    [InlineData("threads", "-3", "threads")]
    public void Open_says_which_setting_is_refused(string name, string value, string expected)
    {
        var fault = Assert.Throws<DuckDbException>(() => Databases.Open((name, value)));

        Assert.Contains(expected, fault.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("json")]
    [InlineData("parquet")]
    public void An_extension_that_we_need_is_part_of_the_library(string extension)
    {
        using var instance = Databases.Open();
        using var connection = instance.Connect();

        Assert.Equal(
            ["True", "STATICALLY_LINKED"],
            Assert.Single(connection.Rows($"SELECT loaded, install_mode FROM duckdb_extensions() WHERE extension_name = '{extension}'")).Select(Databases.Text));
    }

    [Fact]
    public void A_statement_can_be_read_as_a_tree()
    {
        using var instance = Databases.Open();
        using var connection = instance.Connect();
        using var statement = connection.Prepare("SELECT json_serialize_sql($1::VARCHAR)");
        statement.Bind(1, "SELECT a FROM b");
        using var result = statement.Execute();

        Assert.Contains("\"table_name\":\"b\"", Assert.IsType<string>(Assert.Single(Assert.Single(result.Rows()))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_over_the_memory_limit_fails_alone()
    {
        using var instance = Databases.Open(("memory_limit", "64MB"), ("max_temp_directory_size", "0KB"));
        using var connection = instance.Connect();

        var fault = Assert.Throws<DuckDbException>(() => connection.Rows("SELECT list(i || ' a text that takes room') FROM range(5000000) t(i)"));

        Assert.Equal(DuckDbErrorKind.OutOfMemory, fault.Kind);
        Assert.Equal((Int128)499500, connection.Value("SELECT sum(i) FROM range(1000) t(i)"));
    }

    // In a locked database, as the ones for queries are: the spill folder needs no leave of its own.
    [Theory]
    [InlineData("0KB", false)]
    [InlineData("20MB", false)]
    [InlineData("1GB", true)]
    public void A_statement_over_the_memory_limit_spills_as_far_as_it_may(string spillLimit, bool succeeds)
    {
        const string sql = """
            SELECT count(*), sum(length(h)), max(n) FROM (
                SELECT h, row_number() OVER (ORDER BY h) AS n FROM (SELECT repeat(md5(i::VARCHAR), 4) AS h FROM range(1500000) t(i)))
            """;
        using var instance = Databases.Open(
            ("lock_configuration", "true"), ("enable_external_access", "false"), ("memory_limit", "100MB"),
            ("temp_directory", Path.Combine(_folder.FullName, "spill")), ("max_temp_directory_size", spillLimit));
        using var connection = instance.Connect();

        if (succeeds)
        {
            Assert.Equal([1_500_000L, (Int128)192_000_000, 1_500_000L], Assert.Single(connection.Rows(sql)));
        }
        else
        {
            Assert.Equal(DuckDbErrorKind.OutOfMemory, Assert.Throws<DuckDbException>(() => connection.Rows(sql)).Kind);
        }

        Assert.Equal((Int128)499500, connection.Value("SELECT sum(i) FROM range(1000) t(i)"));
    }

    // The settings of a query instance: Parquet in one folder and nothing else of the disk, for good.
    [Fact]
    public void Locked_settings_confine_a_database_to_one_folder()
    {
        var inside = Directory.CreateDirectory(Path.Combine(_folder.FullName, "owner's segments")).FullName;
        WriteParquet(Path.Combine(inside, "a.parquet"));
        WriteParquet(Path.Combine(_folder.FullName, "b.parquet"));
        using var instance = Databases.Open(
            ("allowed_directories", DuckDbSql.List([inside + "/"])), ("enable_external_access", "false"), ("lock_configuration", "true"));
        using var connection = instance.Connect();

        Assert.Equal(42, (int)(long)connection.Value($"SELECT i FROM read_parquet({DuckDbSql.Literal(Path.Combine(inside, "a.parquet"))})")!);
        AssertRefused(connection, $"SELECT * FROM read_parquet({DuckDbSql.Literal(Path.Combine(_folder.FullName, "b.parquet"))})");
        AssertRefused(connection, $"SELECT * FROM read_parquet({DuckDbSql.Literal(Path.Combine(inside, "../b.parquet"))})");
        AssertRefused(connection, "SELECT * FROM read_text('/etc/passwd')");
        AssertRefused(connection, $"SELECT * FROM {DuckDbSql.Literal(Path.Combine(_folder.FullName, "b.parquet"))}");
        AssertRefused(connection, $"COPY (SELECT 1) TO {DuckDbSql.Literal(Path.Combine(_folder.FullName, "c.parquet"))}");
        AssertRefused(connection, "SET enable_external_access = true");
        AssertRefused(connection, "SET allowed_directories = ['/']");
        AssertRefused(connection, "SET memory_limit = '100GB'");
        AssertRefused(connection, "LOAD httpfs");
    }

    [Fact]
    public void Locked_settings_leave_room_for_functions_and_temporary_views()
    {
        using var source = new SampleSource(3);
        using var instance = Databases.Open(("enable_external_access", "false"), ("lock_configuration", "true"));
        using var connection = instance.Connect();

        connection.RegisterScan("scan", _ => source);
        connection.Execute("CREATE TEMP VIEW v AS SELECT * FROM scan(7)");

        Assert.Equal(3L, connection.Value("SELECT count(*) FROM v"));
    }

    [Fact]
    public void Databases_share_nothing()
    {
        using var first = Databases.Open();
        using var second = Databases.Open();
        using var one = first.Connect();
        using var other = second.Connect();
        one.Execute("CREATE TABLE t(i INTEGER)");

        Assert.Equal(DuckDbErrorKind.Catalog, Assert.Throws<DuckDbException>(() => other.Execute("SELECT * FROM t")).Kind);
    }

    private static void WriteParquet(string path)
    {
        using var instance = Databases.Open();
        using var connection = instance.Connect();
        connection.Execute($"COPY (SELECT 42 AS i) TO {DuckDbSql.Literal(path)} (FORMAT parquet)");
    }

    private static void AssertRefused(DuckDbConnection connection, string sql)
    {
        var fault = Assert.Throws<DuckDbException>(() => connection.Execute(sql));

        Assert.True(fault.Kind is DuckDbErrorKind.Permission or DuckDbErrorKind.InvalidInput, $"{sql}: {fault.Kind}: {fault.Message}");
        Assert.Matches("disabled|locked", fault.Message);
    }
}
