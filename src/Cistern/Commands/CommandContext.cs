namespace Cistern.Commands;

/// <summary>What every command is given from outside, so that a test can hand in its own.</summary>
internal sealed record CommandContext
{
    public required Terminal Terminal { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CommandContext OfProcess() => new() { Terminal = Terminal.OfProcess() };
}
