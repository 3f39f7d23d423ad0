using Cistern.Journal;

namespace Cistern.Operations;

/// <summary>A thread for work that takes long and that nobody waits for by the millisecond: on Linux it stands behind all others.</summary>
/// <remarks>.NET's own <c>Thread.Priority</c> does nothing there. A thread cannot come forward again, so it does such work only.</remarks>
internal static class BackgroundThread
{
    // A tenth of the weight of others: what is short goes first, and what is long still goes on.
    private const int Niceness = 10;

    public static Thread Create(string name, Action run) => new(() =>
    {
        StandBehind();
        run();
    })
    {
        IsBackground = true,
        Name = name,
    };

    private static void StandBehind()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                PosixCalls.StandBehind(Niceness);
            }
        }
        catch (IOException)
        {
            // A sandbox that forbids the call: the work is done all the same.
        }
    }
}
