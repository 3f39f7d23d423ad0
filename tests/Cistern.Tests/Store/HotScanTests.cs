using System.Text;
using Cistern.DuckDb;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Hot;

namespace Cistern.Tests.Store;

public sealed class HotScanTests
{
    private static readonly DeliveryColumns s_delivery = new(1_760_000_000_000_000, "delivery-with-a-long-id", "arn:aws:firehose:x", "/firehose", new Dictionary<string, string> { ["env"] = "dev" });

    [Fact]
    public void DuckDb_reads_what_was_appended_across_chunks()
    {
        var table = new HotTable(Tables.Requests);
        const int Rows = HotChunk.Capacity + 5000;
        table.Append(Requests(0, Rows), default, s_delivery);

        var rows = Read(table, "SELECT count(*), sum(status)::BIGINT, count(DISTINCT path), count(DISTINCT request_id), min(path), max(length(path))::BIGINT, count(asn), any_value(delivery_id) FROM rows(1)");

        var status = Enumerable.Range(0, Rows).Sum(row => row % 3 == 0 ? 0L : 200);
        Assert.Equal([(long)Rows, status, 1000L, (long)Rows, "/0", 19L, 0L, "delivery-with-a-long-id"], rows[0]);
        Release(table);
    }

    // Of long rows a run has fewer than a vector, so it begins in the middle of a word of validity bits.
    [Fact]
    public void Long_rows_come_with_their_gaps_in_place()
    {
        var table = new HotTable(Tables.Requests);
        var batch = new ColumnBatch(Tables.Requests);
        for (var row = 0; row < 3_000; row++)
        {
            batch.Text("path").Set(row, Encoding.UTF8.GetBytes($"/{row}/{new string('p', 9_000)}{row}"));
            if (row % 7 != 3)
            {
                batch.Values<long>("asn").Set(row, row);
            }

            batch.EndRow();
        }

        table.Append(batch, default, s_delivery);

        var row0 = Read(table, "SELECT count(*), count(asn), count(*) FILTER (asn = split_part(path, '/', 2)::BIGINT), count(*) FILTER (asn IS NULL AND split_part(path, '/', 2)::BIGINT % 7 = 3) FROM rows(1)")[0];
        Assert.Equal([3_000L, 2_571L, 2_571L, 429L], row0);
        Release(table);
    }

    [Fact]
    public void Only_kept_rows_are_appended_in_their_order()
    {
        var table = new HotTable(Tables.Requests);
        table.Append(Requests(0, 10), [1, 2, 7], s_delivery);
        table.Append(Requests(10, 1), default, s_delivery);

        Assert.Equal(["/1", "/2", "/a/long/path/to/7", "/10"], Read(table, "SELECT path FROM rows(1)").Select(row => (string)row[0]!));
        Release(table);
    }

    // A column that gets its first value late, in a chunk that readers know already.
    [Fact]
    public void A_column_may_begin_in_the_middle_of_a_chunk()
    {
        var table = new HotTable(Tables.Requests);
        table.Append(Requests(0, 100), default, s_delivery);
        var late = Requests(100, 1);
        late.Values<long>("asn").Set(0, 64496);
        late.Text("country").Set(0, "JP"u8);
        late.Map("fields").Add(0, "x-new"u8, "a value of some length"u8);
        table.Append(late, default, s_delivery);
        table.Append(Requests(101, 100), default, s_delivery);

        var row = Assert.Single(Read(table, "SELECT path, asn, country, fields['x-new'], cardinality(fields)::BIGINT FROM rows(1) WHERE asn IS NOT NULL OR country <> '' OR cardinality(fields) > 0"));

        Assert.Equal(["/100", 64496L, "JP", "a value of some length", 1L], row);
        Assert.Equal(201L, Read(table, "SELECT count(*) FROM rows(1)")[0][0]);
        Release(table);
    }

    [Fact]
    public void A_snapshot_does_not_see_rows_that_come_after_it()
    {
        var table = new HotTable(Tables.Requests);
        table.Append(Requests(0, 70), default, s_delivery);
        HotPart[] before = [.. table.Chunks.Select(chunk => new HotPart(chunk, chunk.Rows))];
        var more = Requests(70, 70);
        more.Values<long>("asn").Set(69, 1);
        table.Append(more, default, s_delivery);

        Assert.Equal([70L, 0L, 69L], Read(before, "SELECT count(*), count(asn), max(time_taken)::BIGINT FROM rows(1)")[0]);
        Release(table);
    }

    [Fact]
    public void Maps_of_a_delivery_reach_every_reject()
    {
        var table = new HotTable(Tables.Rejects);
        var batch = new ColumnBatch(Tables.Rejects);
        for (var row = 0; row < 3000; row++)
        {
            batch.Values<int>("record_index").Set(row, row);
            batch.Text("data").Set(row, [0, 255, (byte)row]);
            batch.EndRow();
        }

        table.Append(batch, default, s_delivery);

        Assert.Equal([3000L, 3000L, "/firehose", 3L], Read(table, "SELECT count(*), count(attributes['env']), any_value(route), max(octet_length(data)) FROM rows(1) WHERE attributes['env'] = 'dev'")[0]);
        Release(table);
    }

    private static ColumnBatch Requests(int first, int count)
    {
        var batch = new ColumnBatch(Tables.Requests);
        for (var row = 0; row < count; row++)
        {
            var number = first + row;
            batch.Values<long>("time").Set(row, number * 1_000_000L);
            batch.Text("path").Set(row, Encoding.UTF8.GetBytes(number % 1000 % 10 == 7 ? $"/a/long/path/to/{number % 1000}" : $"/{number % 1000}"));
            batch.Text("request_id").Set(row, Encoding.UTF8.GetBytes($"{number:D40}"));
            batch.Values<double>("time_taken").Set(row, number);
            if (number % 3 != 0)
            {
                batch.Values<int>("status").Set(row, 200);
            }

            batch.EndRow();
        }

        return batch;
    }

    private static List<object?[]> Read(HotTable table, string sql) => Read([.. table.Chunks.Select(chunk => new HotPart(chunk, chunk.Rows))], sql);

    private static List<object?[]> Read(HotPart[] parts, string sql)
    {
        using var instance = DuckDbInstance.Open(new Dictionary<string, string> { ["threads"] = "2" });
        using var connection = instance.Connect();
        var schema = parts[0].Chunk.Schema;
        connection.RegisterScan("rows", handle => handle == 1 ? new HotScan(schema, parts) : null);
        using var statement = connection.Prepare(sql);
        using var result = statement.Execute();
        List<object?[]> rows = [];
        while (result.NextChunk())
        {
            for (var row = 0; row < result.ChunkSize; row++)
            {
                rows.Add([.. Enumerable.Range(0, result.ColumnCount).Select(column => result.Vector(column).GetValue(row))]);
            }
        }

        return rows;
    }

    private static void Release(HotTable table)
    {
        foreach (var chunk in table.TakeAll())
        {
            chunk.Release();
        }
    }
}
