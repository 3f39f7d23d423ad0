using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Query.Model;
using Cistern.Store;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Tests.Query;

/// <summary>The same rows in ClickHouse's engine: a test writes them in DuckDB's SQL, and before a query they are copied there.</summary>
internal sealed class ClickHouseTablesStore(ClickHouseTables tables, params (string Name, string Value)[] settings) : PlainTablesStore(settings)
{
    private readonly SemaphoreSlim _copying = new(1);
    private readonly Dictionary<string, long> _copied = [];
    private bool _appended = true;
    private volatile bool _changed;

    public override SqlDialect Dialect { get; } = new ClickHouseDialect();

    public override void Execute(string sql)
    {
        base.Execute(sql);
        _appended &= sql.Split(';').All(part => part.Trim() is var statement && (statement.Length == 0 || statement.StartsWith("INSERT", StringComparison.Ordinal)));
        _changed = true;
    }

    public override Task<SqlVerdict> CheckAsync(string sql, CancellationToken cancel) => tables.Guard.CheckAsync(sql, cancel);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await tables.GiveBackAsync(_copied.Keys);
        _copying.Dispose();
    }

    protected override async Task<IQueryResult> RunAsync(StoreQuery query, CancellationToken cancel)
    {
        await _copying.WaitAsync(cancel);
        try
        {
            await CopyAsync();
        }
        finally
        {
            _copying.Release();
        }

        return await tables.Queries.RunAsync(query, cancel);
    }

    // Rows that were only added are added there too, because a test may be reading meanwhile.
    private async Task CopyAsync()
    {
        if (!_changed)
        {
            return;
        }

        _changed = false;
        if (!_appended)
        {
            await tables.ClearAsync(_copied.Keys);
            _copied.Clear();
            _appended = true;
        }

        foreach (var table in Tables.All)
        {
            await CopyAsync(table);
        }
    }

    private async Task CopyAsync(TableSchema table)
    {
        var begin = _copied.GetValueOrDefault(table.Name);
        var columns = UserColumns.Of(table).ToArray();
        var (bytes, rows) = Rows(table, $"SELECT {string.Join(", ", columns.Select(column => $"\"{column.Name}\""))} FROM {table.Name} WHERE rowid >= {begin} ORDER BY rowid", columns);
        if (rows == 0)
        {
            return;
        }

        _copied[table.Name] = begin + rows;
        var names = columns.Select(column => ClickHouseSchema.Quote(column.Name == "request_id" && table == Tables.Requests ? "request_id_text" : column.Name));
        using var content = new ByteArrayContent(bytes);
        await tables.Client.InsertAsync($"INSERT INTO {ClickHouseSchema.RowsOf(table)} ({string.Join(", ", names)}) FORMAT RowBinary", content, new Dictionary<string, string>(), CancellationToken.None);
    }

    private (byte[] Bytes, long Rows) Rows(TableSchema table, string sql, ColumnSpec[] columns)
    {
        using var written = new MemoryStream();
        var types = columns.Select(column => ClickHouseColumn.Of(table).Single(stored => stored.Name == column.Name).Type).ToArray();
        var rows = 0L;
        using var result = RunEmbedded(new StoreQuery(sql, [], [], null, QueryPool.Panels, new(TimeSpan.FromMinutes(1), long.MaxValue)), CancellationToken.None);
        for (; result.Read(); rows++)
        {
            for (var column = 0; column < columns.Length; column++)
            {
                Write(written, result[column], types[column].StartsWith("Nullable", StringComparison.Ordinal), columns[column].Type);
            }
        }

        return (written.ToArray(), rows);
    }

    private static void Write(MemoryStream to, object? value, bool nullable, ColumnType type)
    {
        if (nullable)
        {
            to.WriteByte(value is null ? (byte)1 : (byte)0);
            if (value is null)
            {
                return;
            }
        }

        switch (value)
        {
            case null when type is ColumnType.Timestamp: Number(to, 0L); break;
            case null: Length(to, 0); break;
            case not null when type is ColumnType.Int32: Number(to, Convert.ToInt32(value, CultureInfo.InvariantCulture)); break;
            case bool truth: to.WriteByte(truth ? (byte)1 : (byte)0); break;
            case long number: Number(to, number); break;
            case double number: Number(to, BitConverter.DoubleToInt64Bits(number)); break;
            case DateTimeOffset moment: Number(to, Moments.Microseconds(moment)); break;
            case string text: Bytes(to, Encoding.UTF8.GetBytes(text)); break;
            case byte[] bytes: Bytes(to, bytes); break;
            case IReadOnlyList<KeyValuePair<string, object?>> map: Map(to, map); break;
            default: throw new NotSupportedException($"a {value.GetType()} in a test's row");
        }
    }

    private static void Map(MemoryStream to, IReadOnlyList<KeyValuePair<string, object?>> map)
    {
        Length(to, map.Count);
        foreach (var (key, value) in map)
        {
            Bytes(to, Encoding.UTF8.GetBytes(key));
            Write(to, value, nullable: false, ColumnType.Text);
        }
    }

    private static void Bytes(MemoryStream to, byte[] bytes)
    {
        Length(to, bytes.Length);
        to.Write(bytes);
    }

    private static void Length(MemoryStream to, int length)
    {
        for (; length >= 0x80; length >>= 7)
        {
            to.WriteByte((byte)(length | 0x80));
        }

        to.WriteByte((byte)length);
    }

    private static void Number(MemoryStream to, long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        to.Write(bytes);
    }

    private static void Number(MemoryStream to, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        to.Write(bytes);
    }
}
