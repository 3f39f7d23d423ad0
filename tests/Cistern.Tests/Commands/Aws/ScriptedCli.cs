using Cistern.Commands.Aws;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Commands.Aws;

/// <summary>A shell script in the place of the AWS CLI.</summary>
internal sealed class ScriptedCli : IDisposable
{
    private readonly ScratchFolder _folder = new();

    /// <param name="script">Its lines, for <c>sh</c>; <c>$1</c> is the service, <c>$2</c> the operation. It runs in the folder of the test.</param>
    public ScriptedCli(string script)
    {
        Command = Path.Combine(_folder, "aws");
        File.WriteAllText(Command, $"#!/bin/sh\ncd '{(string)_folder}'\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Command, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    public string Command { get; }

    /// <summary>Where the script runs, and may leave files.</summary>
    public string Folder => _folder;

    public Caller Place(string? region = null) => new(new AwsCli(new AwsCliPlace(Command, region, null, null)));

    public void Dispose() => _folder.Dispose();

    internal sealed class Caller(AwsCli cli)
    {
        public Task<AwsCliAnswer> CallAsync(params string[] arguments) => cli.CallAsync(arguments, TestContext.Current.CancellationToken);
    }
}
