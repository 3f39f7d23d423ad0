namespace Cistern.Tests.WholeProgram;

/// <summary>The real clock, put forward by a test; timers go by the real one.</summary>
internal sealed class MovedTime : TimeProvider
{
    public TimeSpan Forward { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Forward;
}
