using System.Globalization;
using System.Text.RegularExpressions;

namespace Cistern.Tests.Faults;

/// <summary>Reads what <c>strace -f -y -o</c> writes.</summary>
/// <remarks>
/// A call of one thread that another one interrupts takes two lines: <c>7 fdatasync(3 &lt;unfinished ...&gt;</c> and later
/// <c>7 &lt;... fdatasync resumed&gt;) = 0</c>. The order of lines is the order in which strace saw calls begin and end. That is enough: what a program
/// does because a call has ended begins on a later line.
/// </remarks>
internal static partial class TraceReader
{
    private const string Unfinished = " <unfinished ...>";

    public static IReadOnlyList<SystemCall> Read(IEnumerable<string> lines)
    {
        List<SystemCall> calls = [];
        Dictionary<int, int> open = [];
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (LineShape().Match(line) is { Success: true } shape)
            {
                Take(int.Parse(shape.Groups[1].ValueSpan, CultureInfo.InvariantCulture), shape.Groups[2].Value, number, calls, open);
            }
            else if (line.Length > 0)
            {
                throw new InvalidDataException($"line {number} of the trace is not one of strace: '{line}'");
            }
        }

        return calls;
    }

    private static void Take(int process, string text, int number, List<SystemCall> calls, Dictionary<int, int> open)
    {
        if (text.StartsWith("+++", StringComparison.Ordinal) || text.StartsWith("---", StringComparison.Ordinal))
        {
            return; // The end of a process, or a signal.
        }

        if (ResumedShape().Match(text) is { Success: true } resumed)
        {
            Resume(process, resumed.Groups[1].Value, resumed.Groups[2].Value, number, calls, open);
            return;
        }

        var bracket = text.IndexOf('(', StringComparison.Ordinal);
        if (bracket < 0)
        {
            throw new InvalidDataException($"line {number} of the trace is no call: '{text}'");
        }

        var name = text[..bracket];
        if (text.EndsWith(Unfinished, StringComparison.Ordinal))
        {
            open[process] = calls.Count;
            calls.Add(new SystemCall(process, name, text[bracket..^Unfinished.Length], "", number, int.MaxValue));
            return;
        }

        var (arguments, result) = Split(text[bracket..], number);
        calls.Add(new SystemCall(process, name, arguments, result, number, number));
    }

    private static void Resume(int process, string name, string rest, int number, List<SystemCall> calls, Dictionary<int, int> open)
    {
        if (!open.Remove(process, out var place) || calls[place].Name != name)
        {
            throw new InvalidDataException($"line {number} of the trace resumes a call of {name} that process {process} has not begun");
        }

        var begun = calls[place];
        var (arguments, result) = Split(begun.Arguments + rest, number);
        calls[place] = begun with { Arguments = arguments, Result = result, Finished = number };
    }

    // From the right, because a text among the arguments may look like a result.
    private static (string Arguments, string Result) Split(string text, int number) =>
        ResultShape().Match(text) is { Success: true } shape
            ? (text[..(shape.Index + 1)], shape.Groups[1].Value)
            : throw new InvalidDataException($"line {number} of the trace has no result: '{text}'");

    [GeneratedRegex(@"^(\d+)\s+(.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex LineShape();

    [GeneratedRegex(@"^<\.\.\. (\w+) resumed>(.*)$", RegexOptions.CultureInvariant)]
    private static partial Regex ResumedShape();

    [GeneratedRegex(@"\)\s+= (.*?)$", RegexOptions.CultureInvariant | RegexOptions.RightToLeft)]
    private static partial Regex ResultShape();
}
