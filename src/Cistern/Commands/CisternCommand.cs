using System.CommandLine;

namespace Cistern.Commands;

/// <summary>A command that its help can show in use.</summary>
internal class CisternCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Whole command lines, as one would type them.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>After Ctrl-C: how long the command may take to finish cleanly before the process ends.</summary>
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
