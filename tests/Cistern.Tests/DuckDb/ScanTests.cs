using Cistern.DuckDb;

namespace Cistern.Tests.DuckDb;

public sealed class ScanTests : IDisposable
{
    private readonly DuckDbInstance _instance = Databases.Open(("threads", "4"));
    private readonly DuckDbConnection _connection;
    private readonly Dictionary<long, SampleSource> _sources = [];
    private readonly List<long> _resolved = [];

    public ScanTests()
    {
        _connection = _instance.Connect();
        _connection.RegisterScan("scan", handle =>
        {
            lock (_resolved)
            {
                _resolved.Add(handle);
            }

            return _sources.GetValueOrDefault(handle);
        });
    }

    public void Dispose()
    {
        _connection.Dispose();
        _instance.Dispose();
        foreach (var source in _sources.Values)
        {
            Assert.Equal(0, source.Open);
            source.Dispose();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2048)]
    [InlineData(2049)]
    [InlineData(7000)]
    public void A_scan_hands_over_every_value_of_every_type(int rows)
    {
        _sources[1] = new SampleSource(rows);

        AssertAllRows(_connection.Rows("SELECT * FROM scan(1) ORDER BY number"), rows);
    }

    [Fact]
    public void Rows_survive_a_way_through_Parquet()
    {
        var folder = Directory.CreateTempSubdirectory("cistern-duckdb-");
        try
        {
            var file = DuckDbSql.Literal(Path.Combine(folder.FullName, "x.parquet"));
            _sources[1] = new SampleSource(7000);

            _connection.Execute($"COPY (SELECT * FROM scan(1)) TO {file} (FORMAT parquet, COMPRESSION zstd)");

            AssertAllRows(_connection.Rows($"SELECT * FROM read_parquet({file})"), 7000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Rows_survive_a_table_whose_scan_is_long_over()
    {
        using (var source = new SampleSource(7000))
        {
            _sources[1] = source;
            _connection.Execute("CREATE TABLE t AS SELECT * FROM scan(1)");
            _sources.Remove(1);
        }

        AssertAllRows(_connection.Rows("SELECT * FROM t ORDER BY number"), 7000);
    }

    [Fact]
    public void Several_threads_read_each_row_once()
    {
        const int rows = 1_000_000;
        var threads = new HashSet<int>();
        _sources[1] = new SampleSource(rows)
        {
            MaxThreads = 4,
            BeforeChunk = _ =>
            {
                lock (threads)
                {
                    threads.Add(Environment.CurrentManagedThreadId);
                }
            },
        };

        var row = Assert.Single(_connection.Rows("SELECT count(*), count(DISTINCT number), sum(number), max(text) FROM scan(1)"));

        Assert.Equal([(long)rows, (long)rows, (Int128)rows * (rows - 1) / 2], row[..3]);
        Assert.InRange(threads.Count, 2, 4);
    }

    [Fact]
    public void A_source_for_one_thread_is_read_by_one_at_a_time()
    {
        var inside = 0;
        _sources[1] = new SampleSource(300_000)
        {
            BeforeChunk = _ =>
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Thread.SpinWait(1000);
                Interlocked.Decrement(ref inside);
            },
        };

        Assert.Equal(300_000L, _connection.Value("SELECT count(DISTINCT number) FROM scan(1)"));
    }

    [Theory]
    [InlineData("SELECT max(text), min(number) FROM scan(1)", "number,text")]
    [InlineData("SELECT text FROM scan(1) WHERE small < 0 ORDER BY time LIMIT 3", "small,text,time")]
    [InlineData("SELECT map_keys(texts) FROM scan(1)", "texts")]
    [InlineData("SELECT count(*) FROM scan(1)", "number")]
    [InlineData("SELECT 1 FROM scan(1)", "number")]
    public void Columns_that_a_statement_does_not_need_are_never_asked_for(string sql, string expected)
    {
        _sources[1] = new SampleSource(100);

        Assert.NotEmpty(_connection.Rows(sql));
        Assert.Equal(expected, string.Join(',', _sources[1].Asked));
    }

    [Fact]
    public void Count_without_columns_counts_all_rows()
    {
        _sources[1] = new SampleSource(54_321) { MaxThreads = 4 };

        Assert.Equal(54_321L, _connection.Value("SELECT count(*) FROM scan(1)"));
    }

    [Fact]
    public void The_planner_knows_how_many_rows_there_are()
    {
        _sources[1] = new SampleSource(54_321);

        var plan = string.Concat(_connection.Rows("EXPLAIN SELECT number FROM scan(1)").Select(row => row[1]));

        Assert.Contains("54,321", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void The_fault_of_a_source_fails_the_statement_with_its_message()
    {
        _sources[1] = new SampleSource(100_000)
        {
            MaxThreads = 4,
            BeforeChunk = row => _ = row < 50_000 ? row : throw new InvalidDataException("batch is damaged: ünreadable"),
        };
        _sources[2] = new SampleSource(10);

        var fault = Assert.Throws<DuckDbException>(() => _connection.Rows("SELECT count(number) FROM scan(1)"));

        Assert.Contains("batch is damaged: ünreadable", fault.Message, StringComparison.Ordinal);
        Assert.Equal(10L, _connection.Value("SELECT count(*) FROM scan(2)"));
    }

    [Theory]
    [InlineData("SELECT * FROM scan(99)", "scan(99): there is no source with this handle")]
    [InlineData("SELECT * FROM scan(NULL)", "a handle is a number")]
    public void A_handle_without_a_source_fails_the_statement(string sql, string expected)
    {
        var fault = Assert.Throws<DuckDbException>(() => _connection.Rows(sql));

        Assert.Equal(DuckDbErrorKind.Binder, fault.Kind);
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_view_binds_when_it_is_made_and_again_when_it_is_used()
    {
        _sources[7] = new SampleSource(3);

        _connection.Execute("CREATE TEMP VIEW v AS SELECT * FROM scan(7)");
        var made = _resolved.Count;
        _ = _connection.Value("SELECT count(*) FROM v");
        var used = _resolved.Count;
        _ = _connection.Value("SELECT count(*) FROM v");

        Assert.True(made >= 1 && used > made && _resolved.Count > used, $"resolved {made}, {used}, {_resolved.Count} times");
    }

    [Fact]
    public void A_registered_function_is_known_to_every_connection_and_a_temporary_view_to_its_own()
    {
        _sources[7] = new SampleSource(3);
        _connection.Execute("CREATE TEMP VIEW v AS SELECT * FROM scan(7)");
        using var other = _instance.Connect();

        Assert.Equal(3L, other.Value("SELECT count(*) FROM scan(7)"));
        Assert.Equal(DuckDbErrorKind.Catalog, Assert.Throws<DuckDbException>(() => other.Rows("SELECT * FROM v")).Kind);
    }

    [Theory]
    [InlineData("scan")]
    [InlineData("SCAN")]
    [InlineData("range")]
    public void A_name_that_is_taken_is_refused(string name)
    {
        var fault = Assert.Throws<DuckDbException>(() => _connection.RegisterScan(name, _ => null));

        Assert.Equal(DuckDbErrorKind.Catalog, fault.Kind);
        Assert.Contains($"'{name}'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pass_is_disposed_when_its_statement_fails_or_is_left_half_read()
    {
        _sources[1] = new SampleSource(100_000);

        Assert.Throws<DuckDbException>(() => _connection.Rows("SELECT CASE WHEN number = 77777 THEN error('stop') END FROM scan(1)"));
        Assert.Equal(0, _sources[1].Open);

        Assert.Throws<DuckDbException>(() => _connection.Rows("SELECT CASE WHEN number = 77777 THEN error('stop') END FROM scan(1)", streaming: true));
        Assert.Equal(0, _sources[1].Open);

        _ = _connection.Rows("SELECT number FROM scan(1)", streaming: true);
        Assert.Equal(0, _sources[1].Open);

        using (var statement = _connection.Prepare("SELECT number, text FROM scan(1)"))
        {
            using var result = statement.Execute(streaming: true);
            Assert.True(result.NextChunk());
            Assert.Equal(1, _sources[1].Open);
        }

        Assert.Equal(0, _sources[1].Open);
    }

    [Fact]
    public void A_writer_refuses_what_its_type_does_not_hold()
    {
        var faults = new List<string>();
        _connection.RegisterScan("probe", _ => new ProbeSource(chunk =>
        {
            foreach (var attempt in new Action<ChunkWriter>[]
            {
                writer => writer[0].Values<long>()[0] = 1,
                writer => writer[0].Strings()[0] = default,
                writer => writer[0].SetAllEmpty(),
                writer => writer[0].ReserveEntries(1),
                writer => writer.Count = writer.Capacity + 1,
                _ => DuckDbString.Inline("thirteen byte"u8),
            })
            {
                try
                {
                    attempt(chunk);
                }
                catch (Exception fault) when (fault is InvalidOperationException or ArgumentOutOfRangeException)
                {
                    faults.Add(fault.Message);
                }
            }

            return false;
        }));

        Assert.Equal(0L, _connection.Value("SELECT count(small) FROM probe(1)"));
        Assert.Equal(6, faults.Count);
    }

    [Fact]
    public void To_fill_a_chunk_allocates_nothing()
    {
        var (chunks, allocated) = (0, 0L);
        _connection.RegisterScan("probe", _ => new ProbeSource(chunk =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            chunk[0].Values<int>().Fill(chunks);
            chunk[0].EnsureValidity()[0] = 1;
            chunk[1].SetConstantText("a text longer than twelve bytes"u8);
            chunk[2].SetAllNull();
            chunk[3].ReserveEntries(1);
            chunk[3].MapKeys.Strings()[0] = DuckDbString.Inline("key"u8);
            chunk[3].MapValues.Values<double>()[0] = 1.5;
            chunk[3].MapRows().Fill(new DuckDbListEntry(0, 1));
            chunk.Count = chunk.Capacity;
            allocated += chunks == 0 ? 0 : GC.GetAllocatedBytesForCurrentThread() - before; // The first one is compiled on the way.
            return ++chunks <= 100;
        }));

        Assert.Equal(
            [100L * 2048, 100L * 1985, 100L * 2048, 0L, 100 * 2048 * 1.5],
            Assert.Single(_connection.Rows("SELECT count(*), count(small), count(text), count(nothing), sum(map['key']) FROM probe(1)")));
        Assert.Equal(0, allocated);
    }

    // Sealed files are in order of arrival: DuckDB reads a scan with one thread where the order of rows matters.
    [Fact]
    public void A_copy_keeps_the_order_of_rows()
    {
        var folder = Directory.CreateTempSubdirectory("cistern-duckdb-");
        try
        {
            var file = DuckDbSql.Literal(Path.Combine(folder.FullName, "x.parquet"));
            _sources[1] = new SampleSource(500_000) { MaxThreads = 4 };

            _connection.Execute($"COPY (SELECT number FROM scan(1)) TO {file} (FORMAT parquet)");

            Assert.Equal(500_000L, _connection.Value($"SELECT count(*) FROM read_parquet({file}, file_row_number = true) WHERE number = file_row_number"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertAllRows(List<object?[]> rows, int expected)
    {
        Assert.Equal(expected, rows.Count);
        foreach (var (number, row) in rows.Index())
        {
            var (want, got) = (string.Join('|', SampleSource.Expected(number)), string.Join('|', row.Select(Databases.Text)));
            Assert.True(want == got, $"row {number}\nexpected {want}\nactual   {got}");
        }
    }

    private delegate bool FillChunk(ChunkWriter chunk);

    private sealed class ProbeSource(FillChunk fill) : IScanSource, IScan
    {
        public IReadOnlyList<ScanColumn> Columns { get; } =
        [
            new("small", DuckDbScanType.Int32), new("text", DuckDbScanType.Varchar), new("nothing", DuckDbScanType.Blob), new("map", DuckDbScanType.MapVarcharDouble),
        ];

        public long RowCount => 1;

        public int MaxThreads => 1;

        public IScan Begin(ReadOnlySpan<int> projection) => this;

        public bool Fill(ChunkWriter chunk) => fill(chunk);

        public void Dispose()
        {
        }
    }
}
