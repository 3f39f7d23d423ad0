using System.Collections;
using Cistern.Commands;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Commands;

public sealed class FirehoseCommandTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_says_where_it_listens_and_stops_cleanly_when_told_to()
    {
        using var folder = new ScratchFolder();
        using var stop = new CancellationTokenSource();
        using var output = new StringWriter();
        var context = new CommandContext
        {
            Terminal = new Terminal { Out = TextWriter.Synchronized(output), Error = TextWriter.Null, OpenIn = () => Stream.Null },
            OpenStore = (_, _) => throw new InvalidOperationException("this test opens no store"),
            Environment = new Hashtable(),
        };
        var data = Path.Combine(folder, "firehose");

        var running = CommandLine.RunAsync(["firehose", "--listen", "http://127.0.0.1:0", "--data", data], context, stop.Token);
        var line = await LineAsync(output, running);
        using var http = new HttpClient();
        Assert.Equal("ok\n", await http.GetStringAsync(new Uri(line.Split(' ')[2].TrimEnd(';') + "/healthz"), TestContext.Current.CancellationToken));
        Assert.Contains("aws firehose list-delivery-streams --endpoint-url http://127.0.0.1:", line, StringComparison.Ordinal);
        await stop.CancelAsync();

        Assert.Equal(ExitCode.Ok, await running.WaitAsync(Limit, TestContext.Current.CancellationToken));
        Assert.True(File.Exists(Path.Combine(data, "metrics.json")));
    }

    private static async Task<string> LineAsync(StringWriter output, Task running)
    {
        var limit = DateTime.UtcNow + Limit;
        while (!output.ToString().Contains('\n', StringComparison.Ordinal))
        {
            Assert.False(running.IsCompleted, output.ToString());
            Assert.True(DateTime.UtcNow < limit, "it did not say where it listens");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return output.ToString().Split('\n')[0];
    }
}
