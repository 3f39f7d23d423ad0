using System.Globalization;
using Cistern.Operations;
using Cistern.Tests.Faults;

namespace Cistern.Tests.Operations;

public sealed class BackgroundThreadTests
{
    [Fact]
    public async Task It_stands_behind_the_threads_of_the_process_and_leaves_them_where_they_are()
    {
        Requirement.Need(OperatingSystem.IsLinux(), "needs Linux: elsewhere the thread runs like all others");
        var before = NicenessOfThisThread();
        var behind = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        BackgroundThread.Create("behind", () => behind.SetResult(NicenessOfThisThread())).Start();

        Assert.Equal(10, await behind.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        var another = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => another.SetResult(NicenessOfThisThread())).Start();
        Assert.Equal(before, await another.Task.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    // Field 19 of the thread's stat; the name before it, in brackets, may hold spaces.
    private static int NicenessOfThisThread()
    {
        var stat = File.ReadAllText("/proc/thread-self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return int.Parse(fields[16], CultureInfo.InvariantCulture);
    }
}
