using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>A server's process, ended, stopped and continued by its id.</summary>
internal sealed partial class DebianProcess : IDisposable
{
    private const int LinesMax = 50;
    private const int Stop = 19;
    private const int Continue = 18;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    private readonly Queue<string> _lines = new();
    private readonly Process _process;

    public DebianProcess(string program, string folder, params string[] arguments)
    {
        _process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote last, for the text of a failure.</summary>
    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>It does nothing until <see cref="Resume"/>, and its connections stay.</summary>
    public void Pause() => Signal(Stop);

    public void Resume() => Signal(Continue);

    public void Dispose()
    {
        _process.Kill();
        Assert.True(_process.WaitForExit(EndLimit), "a server did not end");
        _process.Dispose();
    }

    private void Signal(int signal) => Assert.Equal(0, Send(_process.Id, signal));

    private void Keep(string? line)
    {
        lock (_lines)
        {
            _lines.Enqueue(line ?? "");
            if (_lines.Count > LinesMax)
            {
                _lines.Dequeue();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int process, int signal);
}
