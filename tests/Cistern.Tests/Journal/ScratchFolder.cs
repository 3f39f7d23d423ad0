namespace Cistern.Tests.Journal;

/// <summary>An empty folder that goes with the test.</summary>
internal sealed class ScratchFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("cistern-test-").FullName;

    public static implicit operator string(ScratchFolder folder) => folder.Path;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
