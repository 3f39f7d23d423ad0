namespace Cistern.Tests.Faults;

/// <summary>One system call of a trace.</summary>
/// <param name="Arguments">As strace writes them, from the bracket on.</param>
/// <param name="Result">What it returned, with the name of the error if it failed; empty if it never returned.</param>
/// <param name="Started">The line of the trace on which it began.</param>
/// <param name="Finished">The line on which it ended; <see cref="int.MaxValue"/> if it never did.</param>
internal sealed record SystemCall(int Process, string Name, string Arguments, string Result, int Started, int Finished)
{
    public bool Succeeded => Result.Length > 0 && Result[0] is >= '0' and <= '9';

    /// <summary>The file behind the first descriptor among the arguments, or behind the one returned (strace -y writes it in angle brackets).</summary>
    public string? DescribedPath => PathIn(Arguments);

    public string? ReturnedPath => PathIn(Result);

    /// <summary>The n-th text among the arguments, without its quotes. Paths of the tests hold nothing that strace escapes.</summary>
    public string? Text(int number)
    {
        var from = -1;
        for (var count = 0; count <= number; count++)
        {
            from = Arguments.IndexOf('"', from + 1);
            var to = from < 0 ? -1 : Arguments.IndexOf('"', from + 1);
            if (to < 0)
            {
                return null;
            }

            if (count == number)
            {
                return Arguments[(from + 1)..to];
            }

            from = to;
        }

        return null;
    }

    public override string ToString() => $"line {Started}: {Name}{(Arguments.Length > 200 ? Arguments[..200] + "…" : Arguments)} = {Result}";

    private static string? PathIn(string text)
    {
        var from = text.IndexOf('<', StringComparison.Ordinal);
        var to = from < 0 ? -1 : text.IndexOf('>', from);
        return to < 0 ? null : text[(from + 1)..to];
    }
}
