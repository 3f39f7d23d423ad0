using System.Collections;
using Cistern.Operations;

namespace Cistern.Commands;

/// <summary>What every command is given from outside, so that a test can hand in its own.</summary>
internal sealed record CommandContext
{
    public required Terminal Terminal { get; init; }

    /// <summary>How a command that runs a server opens the store.</summary>
    public required OpenStore OpenStore { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Environment variables, for settings.</summary>
    public IDictionary Environment { get; init; } = System.Environment.GetEnvironmentVariables();
}
