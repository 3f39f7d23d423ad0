using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Cistern.Tests.Faults;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Documents;

/// <summary>Runs the command blocks of a page, one after the other in one shell, as a reader would who follows it in an empty folder.</summary>
/// <remarks>
/// Only ports differ: each <c>127.0.0.1:PORT</c> of the page becomes a free one. What runs until it is stopped (<c>serve</c>, <c>firehose</c>, <c>tail</c>) runs beside the page;
/// a page that does not begin with a server of its own finds one, with the folder <c>./data</c> and the key <c>$KEY</c>, and the files that it names (<see cref="ReaderFiles"/>).
/// </remarks>
internal sealed partial class PageScript : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly DocumentPage _page;
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, int> _ports = [];

    public PageScript(DocumentPage page) => _page = page;

    private string Tools => Path.Combine(_folder, "tools");

    private string Work => Path.Combine(_folder, "reader");

    public async Task RunAsync()
    {
        Directory.CreateDirectory(Tools);
        Directory.CreateDirectory(Work);
        ReaderFiles.Write(Work);
        WriteTool("cistern", await File.ReadAllTextAsync(Path.Combine(Repository.Root, "tests", "services", "documents", "cistern")));
        WriteTool("curl", "#!/bin/bash\nexec /usr/bin/curl --fail-with-body --max-time 60 \"$@\"\n");
        WriteTool("timeout", "#!/bin/bash\n# Whoever waits a minute in the document waits three seconds here.\n/usr/bin/timeout 3 \"${@:2}\" || [ $? = 124 ]\n");
        var (code, output) = await RunScriptAsync(Script());
        Assert.True(code == 0, $"{_page.Name}: exit code {code} after\n{output}");
    }

    public void Dispose()
    {
        foreach (var file in Directory.Exists(Tools) ? Directory.GetFiles(Tools, "*.pid") : [])
        {
            try
            {
                Process.GetProcessById(int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture)).Kill();
            }
            catch (ArgumentException)
            {
                // It ended by itself.
            }
        }

        _folder.Dispose();
    }

    private string Script()
    {
        var script = new StringBuilder("set -euo pipefail\n");
        var first = _page.Blocks.First(block => block is { Language: "sh" or "sql", NotRun: null });
        script.AppendLine("export KEY; KEY=$(cistern keys create --data ./data --name the-page --scope ingest --scope read --scope admin 2>/dev/null)");
        script.AppendLine("export CISTERN_KEY=$KEY ADMIN_KEY=$KEY");
        if (!ShellLines.OfCistern(first.Text).Any(arguments => arguments is ["serve", ..]))
        {
            script.AppendLine("cistern serve --data ./data");
        }

        foreach (var block in _page.Blocks)
        {
            if (block is { Language: "sh", NotRun: null })
            {
                script.AppendLine(CultureInfo.InvariantCulture, $"echo '--- line {block.Line}' >&2").AppendLine(block.Text);
            }
            else if (block.Language == "sql")
            {
                script.AppendLine(CultureInfo.InvariantCulture, $"echo '--- line {block.Line}' >&2\ncurl -s $CISTERN/api/sql -H \"X-API-Key: $KEY\" -H 'Content-Type: text/plain' --data-binary @- <<'THE_END'\n{block.Text}\nTHE_END");
            }
        }

        return Address().Replace(script.ToString(), match => $"127.0.0.1:{PortOf(match.Groups[1].Value)}");
    }

    private async Task<(int Code, string Output)> RunScriptAsync(string script)
    {
        var start = new ProcessStartInfo("/bin/bash", ["-s"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Work };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CISTERN", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        var server = $"127.0.0.1:{PortOf("8080")}";
        (string, string)[] variables =
        [
            ("PATH", $"{Tools}:/usr/bin:{start.Environment["PATH"]}"), ("PAGE_TOOLS", Tools), ("PAGE_PROGRAM", Path.Combine(AppContext.BaseDirectory, "cistern.dll")),
            ("PAGE_SERVER", server), ("PAGE_FIREHOSE", $"127.0.0.1:{PortOf("4573")}"), ("CISTERN", $"http://{server}"), ("CISTERN_URL", $"http://{server}"),
            ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AWS_DEFAULT_REGION", "us-east-1"), ("AWS_PAGER", ""), ("HOME", Work),
        ];
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var shell = Process.Start(start)!;
        var output = new StringBuilder();
        void Keep(string? line)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }

        shell.OutputDataReceived += (_, line) => Keep(line.Data);
        shell.ErrorDataReceived += (_, line) => Keep(line.Data);
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        await shell.StandardInput.WriteAsync(script);
        shell.StandardInput.Close();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await shell.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            return (-1, $"{output}\nnot done within {Limit.TotalMinutes} minutes");
        }

        lock (output)
        {
            return (shell.ExitCode, output.ToString());
        }
    }

    private void WriteTool(string name, string text)
    {
        var path = Path.Combine(Tools, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private int PortOf(string named)
    {
        if (!_ports.TryGetValue(named, out var port))
        {
            _ports[named] = port = ServerProcess.TakePort();
        }

        return port;
    }

    [GeneratedRegex(@"127\.0\.0\.1:(\d+)")]
    private static partial Regex Address();
}
