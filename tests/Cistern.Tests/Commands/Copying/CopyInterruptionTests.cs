using System.Diagnostics;
using Cistern.Formats;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Schema;
using Cistern.Store.Copying;
using Cistern.Store.Identity;
using Cistern.Tests.Store.ClickHouse;

namespace Cistern.Tests.Commands.Copying;

/// <summary>A copy that is killed or cut anywhere, as often as one likes, and run again: everything once.</summary>
public sealed class CopyInterruptionTests(ClickHouseEngine engine, ITestOutputHelper output) : CopyTestBase(engine), IClassFixture<ClickHouseEngine>
{
    private const string Counts = "requests 72, logs 36, metrics 48, rejects 12, deliveries 12, events 1";

    /// <param name="tokens">Whether ClickHouse still remembers the tokens of what was inserted before the cut.</param>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cut_at_every_statement_it_stores_everything_once(bool tokens)
    {
        await using var source = await CopySource.MakeAsync();
        using var image = SourceImage.Open(source.Folder, null, CancellationToken.None);
        await MakeTablesAsync(tokens);
        var runs = 0;
        while (!await CopyUntilCutAsync(image, 3 + (runs % 5), done: runs % 2 == 0))
        {
            Assert.True(++runs < 200, $"not done after {runs} runs: {await CountsAsync()}");
        }

        output.WriteLine($"cut {runs} times");
        Assert.True(runs > 10, $"cut only {runs} times");
        Assert.Equal(Counts, await CountsAsync());
        var run = await CopyAsync(source, "--verify");
        Assert.True(run.ExitCode == 0, run.Error + run.Out);
    }

    [Fact]
    public async Task Killed_as_a_process_it_goes_on_where_it_was()
    {
        await using var source = await CopySource.MakeAsync();
        var seed = Random.Shared.Next();
        output.WriteLine($"CISTERN_SEED={seed}");
        var random = new Random(seed);
        for (var kill = 0; kill < 3; kill++)
        {
            var before = await CopiesAsync();
            using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "cistern.dll"), "copy", "--from", source.Folder, "--to", TargetText, "--rows", "6"]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            while (await CopiesAsync() == before && !process.HasExited)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            await Task.Delay(random.Next(500), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(await CopiesAsync() >= 2, "killed before anything was copied");
        var run = await CopyAsync(source, "--rows", "6");

        Assert.True(run.ExitCode == 0, run.Error + run.Out);
        Assert.Equal(Counts, await CountsAsync());
        Assert.False(Directory.Exists(source.Folder + ".copying"), "the image is still there");
    }

    [Fact]
    public async Task While_ClickHouse_is_away_it_waits()
    {
        await using var source = await CopySource.MakeAsync();
        using var image = SourceImage.Open(source.Folder, null, CancellationToken.None);
        await MakeTablesAsync(tokens: true);
        using var cut = new CutConnection(5, done: true, times: 3);
        using var http = new HttpMessageInvoker(cut);
        var reasons = new List<string>();

        await CopyAsync(image, await TargetAsync(http, Target, reasons.Add, TimeSpan.FromMinutes(2)));

        Assert.Equal(3, reasons.Count);
        Assert.Equal(Counts, await CountsAsync());
    }

    [Fact]
    public async Task When_ClickHouse_stays_away_it_ends_with_the_reason()
    {
        await using var source = await CopySource.MakeAsync(1);
        using var image = SourceImage.Open(source.Folder, null, CancellationToken.None);
        using var http = new HttpMessageInvoker(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(1)));
        var target = await TargetAsync(http, Target with { Hosts = [new Uri("http://127.0.0.1:1/")] }, _ => { }, TimeSpan.FromMilliseconds(10));

        var error = await Assert.ThrowsAsync<ClickHouseException>(() => CopyAsync(image, target));

        Assert.Contains("does not answer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_copies_of_a_store_at_a_time_are_refused()
    {
        await using var source = await CopySource.MakeAsync(1);
        using var held = new FileStream(Path.Combine(source.Folder, "copy.id"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        var run = await CopyAsync(source);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("being copied already", run.Error, StringComparison.Ordinal);
    }

    private async Task MakeTablesAsync(bool tokens)
    {
        foreach (var statement in new ClickHouseSchema(Target, TimeSpan.Zero).Statements())
        {
            await Client.With("default").RunAsync(statement, new Dictionary<string, string>(), CancellationToken.None);
        }

        foreach (var table in Tables.All.Where(_ => !tokens))
        {
            await Client.RunAsync($"ALTER TABLE {ClickHouseSchema.RowsOf(table)} MODIFY SETTING non_replicated_deduplication_window = 0", new Dictionary<string, string>(), CancellationToken.None);
        }
    }

    private async Task<bool> CopyUntilCutAsync(SourceImage image, int statement, bool done)
    {
        using var cut = new CutConnection(statement, done);
        using var http = new HttpMessageInvoker(cut);
        try
        {
            await CopyAsync(image, await TargetAsync(http, Target, _ => { }, TimeSpan.Zero));
            return true;
        }
        catch (ClickHouseException error) when (error.IsLost)
        {
            return false;
        }
    }

    private static async Task<CopyTarget> TargetAsync(HttpMessageInvoker http, ClickHouseAddress address, Action<string> waiting, TimeSpan patience)
    {
        var identity = new RowIdentity(SipKey.CreateRandom());
        return new CopyTarget(await CopyTarget.OpenAsync(http, address, identity, TimeProvider.System, CancellationToken.None), identity, patience, TimeProvider.System, waiting);
    }

    private async Task CopyAsync(SourceImage image, CopyTarget target)
    {
        var notes = new CopyNotes(target, Target, "source");
        await notes.OpenAsync(TestContext.Current.CancellationToken);
        await new ImageCopy(image, target, notes, "source", default, new CopyBounds(20), (_, _, _) => { }).RunAsync(TestContext.Current.CancellationToken);
    }

    // None before the tables are there.
    private async Task<long> CopiesAsync()
    {
        try
        {
            return (long)(await SelectAsync("SELECT toInt64(count()) FROM cistern_copies WHERE done = 1"))[0][0]!;
        }
        catch (ClickHouseException error) when (error.Code is ClickHouseErrors.UnknownTable or ClickHouseErrors.UnknownDatabase)
        {
            return 0;
        }
    }

    /// <summary>A connection that breaks at one statement or several, before it was sent or after it was done.</summary>
    private sealed class CutConnection(int statement, bool done, int times = 1) : DelegatingHandler(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)))
    {
        private int _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (++_count < statement || _count >= statement + times)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (done)
            {
                (await base.SendAsync(request, cancellationToken)).Dispose();
            }

            throw new HttpRequestException("cut");
        }
    }
}
