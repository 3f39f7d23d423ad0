using System.Globalization;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Copying;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Commands.Copying;

/// <summary>An embedded store, copied into ClickHouse's own engine by the command.</summary>
public sealed class CopyCommandTests(ClickHouseEngine engine) : CopyTestBase(engine), IClassFixture<ClickHouseEngine>
{
    private const string Counts = "requests 72, logs 36, metrics 48, rejects 12, deliveries 12, events 1";

    [Fact]
    public async Task Every_value_of_every_table_is_there()
    {
        await using var source = await CopySource.MakeAsync();

        var run = await CopyAsync(source);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Equal(Counts, await CountsAsync());
        using var image = SourceImage.Open(source.Folder, null, CancellationToken.None);
        foreach (var table in Tables.All)
        {
            var batch = new ColumnBatch(table);
            Assert.True(image.TryRead(new CopyRange(table, 0, long.MaxValue / 2), batch, long.MaxValue));
            var names = table.Columns.Select(column => ClickHouseSchema.Quote(column.Name));
            var found = await SelectAsync($"SELECT {string.Join(", ", names)} FROM {ClickHouseSchema.RowsOf(table)}");
            var expected = Enumerable.Range(0, batch.RowCount).Select(row => string.Join('|', table.Columns.Select(column => TextOf(batch[column.Name], row))));
            Assert.Equal(expected.Order(StringComparer.Ordinal), found.Select(row => string.Join('|', row.Select(TextOf))).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task The_days_of_both_sides_are_shown()
    {
        await using var source = await CopySource.MakeAsync();

        var run = await CopyAsync(source, "--rows", "10");

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Contains("copied 181 rows", run.Error, StringComparison.Ordinal);
        Assert.Contains("nothing is left", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("DIFFERS", run.Out, StringComparison.Ordinal);
        var requests = run.Out.Split('\n').Where(line => line.Contains("requests", StringComparison.Ordinal)).ToArray();
        Assert.Contains(requests, line => line.Contains("9999-12-31", StringComparison.Ordinal) && line.Contains("same", StringComparison.Ordinal));
        Assert.Contains(run.Out.Split('\n'), line => line.Contains("metrics", StringComparison.Ordinal) && line.Contains("1969-12-28", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_again_it_copies_what_came_since_and_nothing_twice()
    {
        await using var source = await CopySource.MakeAsync();
        await CopyAsync(source, "--rows", "7");
        await source.AddLaterAsync(100, CopySource.Start.AddDays(2));

        var run = await CopyAsync(source, "--rows", "7");

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Equal("requests 78, logs 39, metrics 52, rejects 13, deliveries 13, events 1", await CountsAsync());
        Assert.Contains("copied 15 rows", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The store is not sorted by arrival: a slow sender's rows may come behind those of a faster one that arrived later.</summary>
    [Fact]
    public async Task A_delivery_that_came_late_into_what_is_copied_is_found()
    {
        await using var source = await CopySource.MakeAsync();
        await CopyAsync(source);
        await source.AddLaterAsync(100, CopySource.Start.AddMinutes(90));

        var run = await CopyAsync(source);

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Equal(6, await CountAsync(Tables.Requests, "delivery_id = 'delivery-100'"));
        Assert.Equal("requests 78, logs 39, metrics 52, rejects 13, deliveries 13, events 1", await CountsAsync());
    }

    [Fact]
    public async Task What_the_target_took_itself_is_no_difference()
    {
        await using var source = await CopySource.MakeAsync();
        await CopyAsync(source);
        foreach (var table in Tables.All)
        {
            var columns = ClickHouseColumn.Of(table).Select(column => column.Name == "stream" ? "'arn:switched' AS stream" : ClickHouseSchema.Quote(column.Name));
            await Client.RunAsync($"INSERT INTO {ClickHouseSchema.RowsOf(table)} SELECT {string.Join(", ", columns)} FROM {ClickHouseSchema.RowsOf(table)}", new Dictionary<string, string>(), CancellationToken.None);
        }

        var run = await CopyAsync(source, "--verify");

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Equal(144, await CountAsync(Tables.Requests));
    }

    [Fact]
    public async Task A_missing_and_a_doubled_row_are_found()
    {
        await using var source = await CopySource.MakeAsync();
        await CopyAsync(source);
        await Client.RunAsync("ALTER TABLE requests_rows DELETE WHERE path = '/0' AND delivery_id = 'delivery-3' SETTINGS mutations_sync = 1", new Dictionary<string, string>(), CancellationToken.None);
        await Client.RunAsync("INSERT INTO logs_rows SELECT * FROM logs_rows WHERE delivery_id = 'delivery-5' LIMIT 1", new Dictionary<string, string>(), CancellationToken.None);

        var run = await CopyAsync(source, "--verify");

        Assert.Equal(1, run.ExitCode);
        var differing = run.Out.Split('\n').Where(line => line.Contains("DIFFERS", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, differing.Length);
        Assert.Contains(differing, line => line.Contains("requests", StringComparison.Ordinal) && line.Contains("2026-11-20", StringComparison.Ordinal));
        Assert.Contains(differing, line => line.Contains("logs", StringComparison.Ordinal));
        Assert.Contains("2 days differ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_of_another_release_are_refused()
    {
        await using var source = await CopySource.MakeAsync(1);
        await CopyAsync(source);
        await Client.RunAsync("ALTER TABLE requests_rows DROP COLUMN arrival", new Dictionary<string, string>(), CancellationToken.None);

        var run = await CopyAsync(source);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("has no column arrival", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--to http://127.0.0.1:8123/db", "begins with clickhouse://")]
    [InlineData("--to clickhouse://127.0.0.1:1/db", "does not answer")]
    public async Task An_address_that_cannot_be_used_is_told(string options, string expected)
    {
        await using var source = await CopySource.MakeAsync(1);

        var run = await CommandRun.RunAsync(["copy", "--from", source.Folder, .. options.Split(' '), "--patience", "1s"], openStore: Cistern.Store.StoreChoice.OpenAsync);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_told_without_it()
    {
        await using var source = await CopySource.MakeAsync(1);

        var run = await CommandRun.RunAsync(["copy", "--from", source.Folder, "--to", $"clickhouse://app:wrongpass@{Target.Hosts[0].Authority}/x"], openStore: Cistern.Store.StoreChoice.OpenAsync);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Authentication failed", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("wrongpass", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_store_is_told()
    {
        var run = await CommandRun.RunAsync(["copy", "--from", Path.GetTempPath(), "--to", TargetText]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("there is no store", run.Error, StringComparison.Ordinal);
    }

    private static string TextOf(Column column, int row) => column switch
    {
        _ when row >= column.Count => column is TextColumn or MapColumn ? "" : "NULL",
        ValueColumn<byte> values => values.IsNull(row) ? "NULL" : values[row] == 0 ? "False" : "True",
        ValueColumn<int> values => Invariant(values[row]),
        ValueColumn<long> values when column.Spec.Type == ColumnType.Timestamp => values[row] is { } micros ? DateTimeOffset.UnixEpoch.AddMicroseconds(micros).ToString("O", CultureInfo.InvariantCulture) : "NULL",
        ValueColumn<long> values => Invariant(values[row]),
        ValueColumn<double> values => Invariant(values[row]),
        TextColumn values => System.Text.Encoding.UTF8.GetString(values[row]),
        MapColumn maps => string.Join(',', Enumerable.Range(maps[row].Start.Value, maps[row].End.Value - maps[row].Start.Value).Select(entry => $"{System.Text.Encoding.UTF8.GetString(maps.Keys[entry])}={TextOf(maps.Values, entry)}")),
        _ => throw new InvalidOperationException(column.Spec.Name),
    };

    private static string TextOf(object? value) => value switch
    {
        null => "NULL",
        DateTimeOffset moment => moment.ToString("O", CultureInfo.InvariantCulture),
        IReadOnlyList<KeyValuePair<string, object?>> map => string.Join(',', map.Select(pair => $"{pair.Key}={TextOf(pair.Value)}")),
        _ => Invariant(value),
    };

    private static string Invariant(object? value) => value is null ? "NULL" : Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
