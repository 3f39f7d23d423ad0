namespace Cistern.Commands;

/// <summary>What happens in the demo, in sentences: lines of their own where nobody looks, else the last few for the screen.</summary>
internal sealed class DemoNews(Terminal terminal, TimeProvider time)
{
    private const int Kept = 4;

    private readonly Lock _gate = new();
    private readonly Queue<string> _last = new();

    /// <summary>The last sentences, the oldest first.</summary>
    public IReadOnlyList<string> Last
    {
        get
        {
            lock (_gate)
            {
                return [.. _last];
            }
        }
    }

    public void Tell(string text)
    {
        var line = $"{time.GetUtcNow():HH:mm:ss} {text}";
        lock (_gate)
        {
            _last.Enqueue(line);
            if (_last.Count > Kept)
            {
                _last.Dequeue();
            }
        }

        if (!terminal.OutIsInteractive)
        {
            terminal.Out.WriteLine(line);
            terminal.Out.Flush();
        }
    }
}
