using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Schema;

namespace Cistern.Store.Copying;

/// <summary>How far copies came, written down in the target: so a copy goes on from wherever it is run next.</summary>
/// <remarks>A range is noted before its first insert, so that it is the same range, with the same tokens, after a kill; and again when all of it is stored.</remarks>
/// <param name="source">The id of the store that is copied.</param>
internal sealed class CopyNotes(CopyTarget target, ClickHouseAddress address, string source)
{
    private const string TableName = "cistern_copies";

    private readonly Dictionary<string, List<CopyRange>> _done = Tables.All.ToDictionary(table => table.Name, _ => new List<CopyRange>());
    private readonly Dictionary<string, CopyRange> _begun = [];

    public async Task OpenAsync(CancellationToken cancel)
    {
        await target.RunAsync(Statement, cancel);
        var rows = await target.SelectAsync($"SELECT of, begin, end, toInt64(max(done)) FROM {Table} WHERE source = {ClickHouseSchema.Literal(source)} GROUP BY of, begin, end ORDER BY of, begin, end", cancel);
        foreach (var row in rows)
        {
            if (Tables.All.FirstOrDefault(table => table.Name == (string)row[0]!) is { } table)
            {
                Remember(new CopyRange(table, (long)row[1]!, (long)row[2]!), row[3] is 1L);
            }
        }
    }

    // In a cluster each replica of each shard has all of it.
    private string Statement
    {
        get
        {
            var (onCluster, engine) = address.Cluster is { } cluster
                ? ($" ON CLUSTER {ClickHouseSchema.Quote(cluster)}", $"ReplicatedMergeTree({ClickHouseSchema.Literal($"/clickhouse/tables/{address.Database}/{TableName}")}, '{{shard}}-{{replica}}')")
                : ("", "MergeTree");
            return $"CREATE TABLE IF NOT EXISTS {Table}{onCluster} (source String, of String, begin Int64, end Int64, done UInt8, rows Int64, at DateTime64(6, 'UTC') DEFAULT now64(6)) ENGINE = {engine} ORDER BY (source, of, begin) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1";
        }
    }

    private string Table => $"{ClickHouseSchema.Quote(address.Database)}.{TableName}";

    /// <summary>The ranges that are copied, in their order.</summary>
    public IReadOnlyList<CopyRange> Done(TableSchema table) => _done[table.Name];

    /// <summary>Up to where all is copied: microseconds since 1970.</summary>
    public long DoneUntil(TableSchema table) => _done[table.Name].Count == 0 ? 0 : _done[table.Name].Max(range => range.To);

    /// <summary>A range that was begun and not ended.</summary>
    public CopyRange? Begun(TableSchema table) => _begun.GetValueOrDefault(table.Name);

    public Task BeginAsync(CopyRange range, CancellationToken cancel) => NoteAsync(range, done: false, 0, cancel);

    public Task EndAsync(CopyRange range, long rows, CancellationToken cancel) => NoteAsync(range, done: true, rows, cancel);

    private async Task NoteAsync(CopyRange range, bool done, long rows, CancellationToken cancel)
    {
        await target.RunAsync(string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {Table} (source, of, begin, end, done, rows) VALUES ({ClickHouseSchema.Literal(source)}, '{range.Table.Name}', {range.From}, {range.To}, {(done ? 1 : 0)}, {rows})"), cancel);
        Remember(range, done);
    }

    // Of what was begun only what lies behind all that is done says something.
    private void Remember(CopyRange range, bool done)
    {
        if (done)
        {
            _done[range.Table.Name].Add(range);
            _begun.Remove(range.Table.Name);
        }
        else if (range.From >= DoneUntil(range.Table))
        {
            _begun[range.Table.Name] = range;
        }
    }
}
