namespace Cistern.Ingest;

/// <summary>Logs refusals: the first of a kind at once, then at most one of that kind in ten seconds, with how many there were.</summary>
/// <remarks>Anybody can make us refuse. Metrics count them all.</remarks>
internal sealed partial class RefusalLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly (long? At, int Since)[] _kinds = new (long?, int)[IngestFaults.All.Count + 1];

    public ILogger Logger { get; } = logger;

    public void Write(IngestFault fault, string requestId, string stream, string key, string? detail)
    {
        int others;
        lock (_lock)
        {
            ref var kind = ref _kinds[(int)fault];
            if (kind.At is { } at && time.GetElapsedTime(at) < Interval)
            {
                kind.Since++;
                return;
            }

            (others, kind) = (kind.Since, (time.GetTimestamp(), 0));
        }

        Log.Refused(Logger, IngestFaults.NameOf(fault), others, requestId, stream, key, detail);
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Warning, "Refused: {Fault} (and {Others} like it before), delivery '{RequestId}' of stream '{Stream}' with key '{Key}': {Detail}")]
        public static partial void Refused(ILogger logger, string fault, int others, string requestId, string stream, string key, string? detail);
    }
}
