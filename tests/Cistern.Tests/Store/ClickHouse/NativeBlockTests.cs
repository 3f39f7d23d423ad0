using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Insert;
using Cistern.Store.ClickHouse.Read;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Tests.Formats;

namespace Cistern.Tests.Store.ClickHouse;

/// <summary>Rows as decoders make them, through ClickHouse's own engine and back.</summary>
public sealed class NativeBlockTests(ClickHouseEngine engine) : IClassFixture<ClickHouseEngine>
{
    private static readonly Dictionary<string, string> None = [];
    private static readonly CommonValues Common = new(1_764_324_000_123_000, "delivery 'with' \\ and \t", "arn:aws:firehose:us-east-1:111122223333:deliverystream/own", "/firehose", new Dictionary<string, string> { ["a"] = "1", ["b"] = "" });

    public static TheoryData<string> Signals => ["requests", "logs", "metrics", "rejects"];

    /// <summary>Every value of every column of what the fixtures hold, with NULLs, maps and empty texts.</summary>
    [Theory]
    [MemberData(nameof(Signals))]
    public async Task Every_value_comes_back_as_it_was_decoded(string signal)
    {
        var table = Tables.All.Single(one => one.Name == signal);
        await MakeTablesAsync();
        var batch = BatchOf(signal);
        Assert.True(batch.RowCount > 1, $"{batch.RowCount} rows");
        var kept = Enumerable.Range(0, batch.RowCount).Where(row => row != 1).ToArray();
        var identities = Enumerable.Range(0, batch.RowCount).Select(row => new UInt128(7, (ulong)row)).ToArray();

        await InsertAsync(table, new NativeBlock(batch, kept, identities, Common));

        var columns = table.Columns.Where(column => column.Name is not ("received" or "delivery_id" or "stream") && !(signal == "rejects" && column.Name is "time" or "route" or "attributes")).ToArray();
        var rows = await SelectAsync($"SELECT {string.Join(", ", columns.Select(column => ClickHouseSchema.Quote(column.Name)))} FROM {ClickHouseSchema.RowsOf(table)} WHERE delivery_id = {ClickHouseSchema.Literal(Common.DeliveryId)}");
        Assert.Equal(kept.Length, rows.Count);
        var expected = kept.Select(row => string.Join('\u001f', columns.Select(column => TextOf(batch[column.Name], row)))).ToArray();
        var found = rows.Select(row => string.Join('\u001f', row.Select(TextOf))).ToArray();
        Assert.Equal(expected.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_delivery_has_in_common_is_in_each_of_its_rows()
    {
        await MakeTablesAsync();
        var batch = BatchOf("rejects");

        await InsertAsync(Tables.Rejects, new NativeBlock(batch, null, default, Common with { DeliveryId = "common" }));

        var rows = await SelectAsync("SELECT DISTINCT time, received, delivery_id, stream, route, attributes FROM rejects_rows WHERE delivery_id = 'common'");
        var row = Assert.Single(rows);
        var received = DateTimeOffset.UnixEpoch.AddMicroseconds(Common.Received);
        Assert.Equal([received, received, "common", Common.Stream, "/firehose"], row[..5]);
        Assert.Equal("a=1,b=", TextOf(row[5]));
    }

    /// <summary>What makes a retry harmless: the same token stores nothing, whatever the rows are now.</summary>
    [Fact]
    public async Task A_token_is_stored_once()
    {
        await MakeTablesAsync();
        var batch = BatchOf("requests");
        var token = new Dictionary<string, string> { ["insert_deduplication_token"] = "delivery-1/requests" };

        await InsertAsync(Tables.Requests, new NativeBlock(batch, null, new UInt128[batch.RowCount], Common with { DeliveryId = "once" }), token);
        await InsertAsync(Tables.Requests, new NativeBlock(batch, [0], new UInt128[batch.RowCount], Common with { DeliveryId = "once" }), token);

        Assert.Equal((long)batch.RowCount, (await SelectAsync("SELECT count() FROM requests_rows WHERE delivery_id = 'once'"))[0][0]);
    }

    private async Task MakeTablesAsync()
    {
        foreach (var statement in new ClickHouseSchema(engine.Address, TimeSpan.FromDays(36500), 10_000).Statements())
        {
            await engine.Client.RunAsync(statement, None, TestContext.Current.CancellationToken);
        }
    }

    private Task InsertAsync(TableSchema table, NativeBlock block, Dictionary<string, string>? settings = null) =>
        engine.Client.InsertAsync($"INSERT INTO {ClickHouseSchema.RowsOf(table)} FORMAT Native", new BlockContent(block), settings ?? None, TestContext.Current.CancellationToken);

    private async Task<List<object?[]>> SelectAsync(string sql)
    {
        using var answer = await engine.Client.SelectAsync(sql, None, new Dictionary<string, string> { ["default_format"] = "RowBinaryWithNamesAndTypes" }, TestContext.Current.CancellationToken);
        using var result = await ClickHouseResult.OpenAsync(answer, 100_000, 0, TestContext.Current.CancellationToken);
        var rows = new List<object?[]>();
        while (result.Read())
        {
            rows.Add([.. Enumerable.Range(0, result.Columns.Count).Select(column => result[column])]);
        }

        return rows;
    }

    private static ColumnBatch BatchOf(string signal) => signal switch
    {
        "requests" => Bodies.DecodeRecords(Bodies.CloudFront, Bodies.FixtureText("cloudfront-realtime/own_all-71-fields.tsv"), Bodies.FixtureText("cloudfront-realtime/awssolutions_45-fields.tsv")).Requests,
        "logs" => Bodies.DecodeRecords(Bodies.Logs, Bodies.FixtureText("cloudwatch-logs/own_firehose-decompressed.ndjson")).Logs,
        "metrics" => Bodies.DecodeRecords(Bodies.Metrics, Bodies.FixtureText("metric-stream-json/own_two-lines.ndjson")).Metrics,
        _ => Bodies.DecodeRecords(Bodies.CloudFront, "not a line\n", "nor\tthis \u0000 one\n", "\u00ff").Rejects,
    };

    private static string TextOf(Column column, int row) => column switch
    {
        TextColumn texts => TextOf(System.Text.Encoding.UTF8.GetString(texts[row])),
        ValueColumn<byte> values => TextOf(values[row] is { } value ? value != 0 : null),
        ValueColumn<int> values => TextOf((long?)values[row]),
        ValueColumn<long> values when column.Spec.Type == ColumnType.Timestamp => TextOf(values[row] is { } value ? DateTimeOffset.UnixEpoch.AddMicroseconds(value) : null),
        ValueColumn<long> values => TextOf(values[row]),
        ValueColumn<double> values => TextOf(values[row]),
        MapColumn maps => string.Join(',', Enumerable.Range(maps[row].Start.Value, maps[row].End.Value - maps[row].Start.Value).Select(entry => $"{TextOf(maps.Keys, entry)}={TextOf(maps.Values, entry)}")),
        _ => throw new InvalidOperationException(column.Spec.Name),
    };

    private static string TextOf(object? value) => value switch
    {
        null => "∅",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTimeOffset moment => moment.ToString("O", CultureInfo.InvariantCulture),
        IReadOnlyList<KeyValuePair<string, object?>> map => string.Join(',', map.Select(pair => $"{pair.Key}={TextOf(pair.Value)}")),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
