using System.Diagnostics;
using Cistern.DuckDb;
using Cistern.Tests.Ingest;

namespace Cistern.Tests.DuckDb;

/// <summary>What is opened and disposed many times leaves the process as large as it was.</summary>
[Collection(MeasuredAlone.Name)]
public sealed class LeakTests
{
    [Fact]
    public void Connections_statements_and_scans_leave_no_memory_behind()
    {
        using var source = new SampleSource(100);
        using var instance = Databases.Open();
        using var registration = instance.Connect();
        registration.RegisterScan("scan", _ => source);

        AssertBoundedGrowth(rounds: 3000, limitMiB: 48, () =>
        {
            using var connection = instance.Connect();
            QueryOnce(connection);
        });
    }

    [Fact]
    public void Databases_leave_no_memory_behind()
    {
        using var source = new SampleSource(100);
        AssertBoundedGrowth(rounds: 90, limitMiB: 64, () =>
        {
            using var instance = Databases.Open(("threads", "1"));
            using var connection = instance.Connect();
            connection.RegisterScan("scan", _ => source);
            QueryOnce(connection);
        });
    }

    private static void QueryOnce(DuckDbConnection connection)
    {
        using var statement = connection.Prepare("SELECT *, $1 || text FROM scan(1)");
        statement.Bind(1, "a text longer than twelve bytes");
        using var result = statement.Execute();
        Assert.True(result.NextChunk());
        Assert.Equal(0L, result.Vector(0).GetValue(0));
        Assert.Throws<DuckDbException>(() => connection.Prepare("SELECT nothing"));
        Assert.Throws<DuckDbException>(() => connection.Rows("SELECT error('bad')"));
    }

    private static void AssertBoundedGrowth(int rounds, int limitMiB, Action round)
    {
        for (var warmup = 0; warmup < rounds / 3; warmup++)
        {
            round();
        }

        var before = ResidentMiB();
        for (var number = 0; number < rounds; number++)
        {
            round();
        }

        var after = ResidentMiB();
        Assert.True(after - before < limitMiB, $"{rounds} rounds grew the process from {before} to {after} MiB");
    }

    private static long ResidentMiB()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64 >> 20;
    }
}
