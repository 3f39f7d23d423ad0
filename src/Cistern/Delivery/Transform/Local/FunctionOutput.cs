using System.Text;

namespace Cistern.Delivery.Transform.Local;

/// <summary>Reads what a function's process prints, line by line, and remembers the last lines. However much it prints, little is held.</summary>
/// <param name="told">Gets each line.</param>
internal sealed class FunctionOutput(Action<string> told)
{
    private const int LineCharactersMax = 8192;
    private const int LinesKept = 20;

    private readonly Queue<string> _last = new();

    /// <summary>The last lines, parted by line ends.</summary>
    public string Last
    {
        get
        {
            lock (_last)
            {
                return string.Join('\n', _last);
            }
        }
    }

    /// <summary>Reads to the end, which comes when all who may write have closed it.</summary>
    public async Task ReadAsync(TextReader reader)
    {
        var buffer = new char[1024];
        var line = new StringBuilder();
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var count)
            {
                Take(buffer.AsSpan(0, count), line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe broke with its process.
        }

        End(line);
    }

    private void Take(ReadOnlySpan<char> text, StringBuilder line)
    {
        foreach (var character in text)
        {
            if (character == '\n' || line.Length == LineCharactersMax)
            {
                End(line);
            }

            if (character != '\n')
            {
                line.Append(character);
            }
        }
    }

    private void End(StringBuilder line)
    {
        var text = line.ToString().TrimEnd('\r');
        line.Clear();
        if (text.Length == 0)
        {
            return;
        }

        lock (_last)
        {
            _last.Enqueue(text);
            if (_last.Count > LinesKept)
            {
                _last.Dequeue();
            }
        }

        told(text);
    }
}
