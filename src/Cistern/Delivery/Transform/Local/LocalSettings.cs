namespace Cistern.Delivery.Transform.Local;

/// <summary>How functions of this machine are run.</summary>
internal sealed record LocalSettings
{
    /// <summary>How long an event may take before its process is killed. Firehose waits 5 minutes.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Processes of one function at a time. Firehose has up to 5 invocations outstanding.</summary>
    public int ProcessesMax { get; init; } = 5;

    /// <summary>After how long without an event a process is ended.</summary>
    public TimeSpan IdleLimit { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a process may take to end by itself after SIGTERM.</summary>
    public TimeSpan EndLimit { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The region of functions that are named without one.</summary>
    public string Region { get; init; } = "us-east-1";
}
