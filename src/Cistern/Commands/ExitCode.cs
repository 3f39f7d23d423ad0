namespace Cistern.Commands;

/// <summary>What the process returns. Scripts rely on the numbers: append only.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Misuse = 2;
}

/// <summary>A command could not do what it was asked. The message is one line for the person who typed it.</summary>
internal class CommandFailedException(string message) : Exception(message);

/// <summary>A command was called wrongly in a way that only it can see. The message says what would be right.</summary>
internal sealed class CommandMisuseException(string message) : Exception(message);
