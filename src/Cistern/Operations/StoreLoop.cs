using System.Diagnostics;
using Cistern.DuckDb;
using Cistern.Store.Embedded;

namespace Cistern.Operations;

/// <summary>Calls the maintenance steps of the embedded store: when rows were shown, and once a second. One thread of its own.</summary>
/// <remarks>A step that fails is reported and tried again later, at most once in ten seconds; the store goes on taking deliveries as long as it has room.</remarks>
internal sealed partial class StoreLoop : IDisposable
{
    // So much more free space than when a step failed is worth another attempt.
    private const long RoomMade = 4L << 20;

    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(10);

    private readonly EmbeddedStore _store;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(false);
    private volatile bool _stopping;
    private long _slice;

    public StoreLoop(EmbeddedStore store, ILogger logger)
    {
        (_store, _logger) = (store, logger);
        _store.RowsShown = WakeIfDue;
        _thread = new Thread(Run) { IsBackground = true, Name = "cistern store" };
        _thread.Start();
    }

    /// <summary>Looks at once at what is due.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Ends after the step that runs now.</summary>
    public void Dispose()
    {
        _stopping = true;
        _wake.Set();
        _thread.Join();
        _store.RowsShown = null;
        _wake.Dispose();
    }

    private void WakeIfDue()
    {
        if (_store.Maintenance.SealIsDue)
        {
            _wake.Set();
        }
    }

    private void Run()
    {
        if (!IsRecovered())
        {
            return;
        }

        while (!_stopping)
        {
            try
            {
                RunSteps();
                _wake.WaitOne(s_beat);
            }
            catch (Exception error) when (error is IOException or DuckDbException)
            {
                Log.StepFailed(_logger, error.Message);
                WaitForStop(s_rest);
            }
        }
    }

    // Nothing is moved while rows are still read back; a store that could not is left as it is.
    private bool IsRecovered()
    {
        try
        {
            _store.Recovered.GetAwaiter().GetResult();
            SpareMemory.Return(); // What reading back needed.
            return true;
        }
        catch (Exception)
        {
            return false; // Reported where it failed.
        }
    }

    // What expired goes first: it is quick, and a seal that fails for want of space must not keep it from making some. A seal is what makes
    // room in memory, so it goes before the rest; a join may take seconds, so only one between two looks.
    private void RunSteps()
    {
        _store.Maintenance.CheckSpace();
        _store.Maintenance.DropExpired();
        _store.Maintenance.TakeImages();
        if (_store.Maintenance.SealIfDue())
        {
            return;
        }

        _store.Maintenance.FlushEvents();
        _store.Maintenance.Compact();
        _slice = Stopwatch.GetTimestamp();
        _store.Maintenance.Reclassify(MayGoOn);
    }

    // A file may be rewritten for many seconds. Nothing waits for that: what is due is done between two of its chunks, and after each slice of
    // work comes a rest as long, for others that want the processor.
    private bool MayGoOn()
    {
        if (Stopwatch.GetElapsedTime(_slice) >= s_slice)
        {
            _wake.WaitOne(s_slice);
            _store.Maintenance.CheckSpace();
            _store.Maintenance.DropExpired();
            _store.Maintenance.TakeImages();
            _store.Maintenance.SealIfDue();
            _store.Maintenance.FlushEvents();
            _slice = Stopwatch.GetTimestamp();
        }

        return !_stopping;
    }

    private void WaitForStop(TimeSpan rest)
    {
        var free = _store.Maintenance.FreeBytes;
        for (var waited = TimeSpan.Zero; waited < rest && !_stopping && _store.Maintenance.FreeBytes - free < RoomMade; waited += s_beat)
        {
            Thread.Sleep(s_beat);
            _store.Maintenance.CheckSpace();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4401, LogLevel.Error, "The store could not be kept in shape and tries again: {Error}")]
        public static partial void StepFailed(ILogger logger, string error);
    }
}
