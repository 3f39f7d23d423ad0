namespace Cistern.Commands.Sending;

/// <summary>One line on standard error that is drawn over and over while a command works; nothing when nobody looks.</summary>
internal sealed class ProgressLine(Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private long _drawn;
    private bool _visible;

    /// <summary>Draws the line if it is time to.</summary>
    /// <param name="share">How much is done, from 0 to 1; null if the end is not known.</param>
    public void Show(Func<string> text, double? share = null)
    {
        if (!terminal.ErrorIsInteractive)
        {
            return;
        }

        lock (_gate)
        {
            if (_visible && time.GetElapsedTime(_drawn) < _pause)
            {
                return;
            }

            (_drawn, _visible) = (time.GetTimestamp(), true);
            terminal.Error.Write($"\r\u001b[K{Bar(share)}{text()}");
        }
    }

    /// <summary>Writes a line that stays.</summary>
    public void Note(string text)
    {
        lock (_gate)
        {
            Clear();
            terminal.Error.WriteLine(text);
        }
    }

    public void Finish()
    {
        lock (_gate)
        {
            Clear();
        }
    }

    private void Clear()
    {
        if (_visible)
        {
            terminal.Error.Write("\r\u001b[K");
            _visible = false;
        }
    }

    private static string Bar(double? share)
    {
        const int Width = 24;
        var filled = (int)(Math.Clamp(share ?? 0, 0, 1) * Width);
        return share is null ? "" : $"[{new string('#', filled)}{new string('.', Width - filled)}] {share * 100:0} %  ";
    }
}
