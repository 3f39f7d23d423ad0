using Cistern.Journal;

namespace Cistern.Store.Embedded;

/// <summary>Has a file written to the disk bit by bit while something else makes it.</summary>
/// <remarks>Left to its end, a file of many MiB goes to the disk in one go, and every delivery's own sync waits behind it.</remarks>
internal sealed class SteadyWriteBack : IDisposable
{
    private const long GrownBytes = 1 << 20;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly IDisk _disk;
    private readonly string _path;
    private readonly ManualResetEventSlim _end = new();
    private readonly Thread _thread;
    private IOException? _failure;

    public SteadyWriteBack(IDisk disk, string path)
    {
        (_disk, _path) = (disk, path);
        _thread = new Thread(Run) { IsBackground = true, Name = "cistern write-back" };
        _thread.Start();
    }

    /// <summary>Ends, with what went wrong: the system tells of a failed write once, so that the last sync may know nothing of it.</summary>
    public void End()
    {
        Dispose();
        if (_failure is { } failure)
        {
            throw failure;
        }
    }

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
    }

    private void Run()
    {
        var written = 0L;
        try
        {
            while (!_end.Wait(s_pause))
            {
                var length = File.Exists(_path) ? new FileInfo(_path).Length : 0;
                if (length >= written + GrownBytes)
                {
                    using var file = _disk.OpenAppend(_path);
                    file.WriteBack();
                    written = length;
                }
            }
        }
        catch (IOException error)
        {
            _failure = error;
        }
    }
}
