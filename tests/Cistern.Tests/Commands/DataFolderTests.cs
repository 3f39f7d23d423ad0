using System.Globalization;
using Cistern.Store;

namespace Cistern.Tests.Commands;

/// <summary>Commands on a data folder of their own: the real server, store and API within this process.</summary>
public sealed class DataFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-folder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_standard_log_fixture_is_imported_once_and_each_line_is_a_row_a_repeat_or_a_reject()
    {
        var logs = Path.Combine(AppContext.BaseDirectory, "fixtures", "cloudfront-standard");

        var first = await RunAsync("import", logs, "--data", _folder);
        var second = await RunAsync("import", logs, "--data", _folder);
        var counts = await RunAsync("query", "--data", _folder, "--sql", "SELECT (SELECT count(*) FROM requests) AS stored, (SELECT count(*) FROM rejects) AS refused, (SELECT count(*) FROM deliveries) AS deliveries");

        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Equal(Figure(first, "lines"), Figure(first, "rows stored") + Figure(first, "repeats") + Figure(first, "rejects"));
        Assert.True(Figure(first, "rows stored") > 5, first.Out);
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Equal((0, Figure(first, "lines")), (Figure(second, "rows stored"), Figure(second, "repeats")));
        Assert.Equal($"stored,refused,deliveries\n{Figure(first, "rows stored")},{Figure(first, "rejects")},{Figure(first, "deliveries")}\n", counts.Out);
    }

    [Fact]
    public async Task The_key_of_such_a_command_is_revoked_at_its_end()
    {
        await RunAsync("query", "--data", _folder, "--sql", "SELECT 1");

        var run = await RunAsync("keys", "list", "--data", _folder);

        Assert.Matches(@"query-[0-9a-f]{8}\s+revoked\s+read", run.Out);
    }

    [Fact]
    public async Task A_folder_that_a_server_has_is_not_opened_a_second_time()
    {
        await using var server = await Cistern.Commands.LocalServer.StartAsync(Context(), _folder, "test", Cistern.Ingest.Keys.KeyScopes.Read);

        var run = await RunAsync("query", "--data", _folder, "--sql", "SELECT 1");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("in use by", run.Error, StringComparison.Ordinal);
        Assert.Contains("--url", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_fills_a_day_and_what_was_before_answers_goes_on_live_and_ends_with_0()
    {
        var run = await RunAsync("demo", "--listen", "http://127.0.0.1:0", "--data", _folder, "--seed", "7", "--rate", "1", "--history", "36h", "--for", "30s");
        var counts = await RunAsync(
            "query", "--data", _folder, "--sql", "SELECT count(*) AS stored, (SELECT count(*) FROM rejects) AS refused, (SELECT count(*) FROM deliveries WHERE repeats > 0) AS repeated, max(time) > now() - INTERVAL 5 MINUTE AS live, (SELECT count(DISTINCT stream) >= 3 FROM deliveries WHERE key LIKE 'demo-firehose-%') AS through FROM requests");

        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Matches("(?m)^Look at http://127.0.0.1:[0-9]+/signin#[a-z2-7]{32} .+Ctrl-C stops the demo.$", run.Out);
        Assert.Matches("Programs ask with the key aa_[a-z2-7]+ ", run.Out);
        Assert.Matches("last minute: [0-9]+ requests, p95 .+, delay .+; last 24 h: 0 rejects, 0 repeats", run.Out);
        var values = counts.Out.Split('\n')[1].Split(',');
        Assert.InRange(int.Parse(values[0], CultureInfo.InvariantCulture), 60_000, 210_000);
        Assert.Equal(["0", "0", "true", "true"], values[1..]);
    }

    private static Cistern.Commands.CommandContext Context() => new()
    {
        Terminal = new Cistern.Commands.Terminal { Out = TextWriter.Null, Error = TextWriter.Null, OpenIn = () => Stream.Null },
        OpenStore = StoreChoice.OpenAsync,
        Environment = new System.Collections.Hashtable(),
    };

    private static Task<CommandRun> RunAsync(params string[] arguments) => CommandRun.RunAsync(arguments, openStore: StoreChoice.OpenAsync);

    // The first number of a line of the summary.
    private static long Figure(CommandRun run, string name)
    {
        var line = run.Out.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal));
        return long.Parse(line[name.Length..].Trim().Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
    }
}
