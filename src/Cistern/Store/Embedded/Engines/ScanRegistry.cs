using System.Collections.Concurrent;
using Cistern.DuckDb;

namespace Cistern.Store.Embedded.Engines;

/// <summary>The rows in memory that running statements may read, by the number that stands in their SQL.</summary>
internal sealed class ScanRegistry
{
    /// <summary>The table function that reads them: <c>cistern_rows(number)</c>.</summary>
    public const string FunctionName = "cistern_rows";

    private readonly ConcurrentDictionary<long, IScanSource> _sources = new();
    private long _last;

    public long Add(IScanSource source)
    {
        var number = Interlocked.Increment(ref _last);
        _sources[number] = source;
        return number;
    }

    public void Remove(long number) => _sources.TryRemove(number, out _);

    public IScanSource? Find(long number) => _sources.GetValueOrDefault(number);
}
