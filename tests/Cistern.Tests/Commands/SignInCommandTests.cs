using System.Collections;
using Cistern.Commands;
using Cistern.Dashboard;
using Cistern.Operations.Shared;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.Commands;

public sealed class SignInCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cistern-signin-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "^http://127.0.0.1:8080/signin#[a-z2-7]{32}\n$")]
    [InlineData(" --url https://logs.example.com", "^https://logs.example.com/signin#[a-z2-7]{32}\n$")]
    [InlineData(" --url http://[::1]:9090/", @"^http://\[::1\]:9090/signin#[a-z2-7]{32}" + "\n$")]
    public async Task The_link_stands_alone_and_works(string options, string form)
    {
        var run = await CommandRun.RunAsync($"signin --data {_folder}{options}");

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(form, run.Out.ReplaceLineEndings("\n").Replace(":443/", "/", StringComparison.Ordinal));
        Assert.NotNull(new SignIns(new LocalFolder(_folder), TimeProvider.System).Redeem(run.Out.Trim().Split('#')[1], TimeSpan.FromDays(1)));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        var run = await CommandRun.RunAsync("signin --data /nowhere/at-all");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains("there is no folder /nowhere/at-all", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_broken_is_named()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "signin.json"), "{", TestContext.Current.CancellationToken);

        var run = await CommandRun.RunAsync($"signin --data {_folder}");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.Contains("signin.json", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_prints_a_link_until_somebody_signed_in_and_later_links_lead_to_the_same_server()
    {
        var first = await ServeAsync();
        var link = first.Trim().Split('\n')[^1];
        Assert.Matches("^http://127.0.0.1:[0-9]+/signin#[a-z2-7]{32}$", link);
        Assert.Equal(link.Split('#')[0], (await CommandRun.RunAsync($"signin --data {_folder}")).Out.Split('#')[0]);

        Assert.Contains("/signin#", await ServeAsync(), StringComparison.Ordinal);
        Assert.NotNull(new SignIns(new LocalFolder(_folder), TimeProvider.System).Redeem(link.Split('#')[1], TimeSpan.FromDays(1)));
        Assert.Equal("", await ServeAsync());
    }

    // What serve prints until its address is noted, which it does before it prints and which is all that a start does.
    private async Task<string> ServeAsync()
    {
        using var output = new StringWriter();
        using var stop = new CancellationTokenSource();
        var before = File.Exists(Path.Combine(_folder, "signin.json")) ? new SignIns(new LocalFolder(_folder), TimeProvider.System).Read().Url : null;
        var context = new CommandContext
        {
            Terminal = new Terminal { Out = TextWriter.Synchronized(output), Error = TextWriter.Null, OpenIn = () => Stream.Null },
            OpenStore = (_, _) => Task.FromResult<Cistern.Store.IStore>(new MemoryStore()),
            Environment = new Hashtable(),
        };
        var serving = CommandLine.RunAsync(["serve", "--data", _folder, "--listen", "http://127.0.0.1:0"], context, stop.Token);
        var limit = DateTime.UtcNow.AddSeconds(60);
        while (!output.ToString().Contains("/signin#", StringComparison.Ordinal) && new SignIns(new LocalFolder(_folder), TimeProvider.System).Read() is var state && (state.Url == before || state.LastSignIn is null))
        {
            Assert.True(DateTime.UtcNow < limit && !serving.IsCompleted, $"serve did not start: {output}");
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        Assert.Equal(0, await serving);
        return output.ToString();
    }
}
