namespace Cistern.Commands;

/// <summary>The data folder of a demo: the one that was named, or a temporary one that is deleted at the end.</summary>
internal sealed class DemoFolder : IDisposable
{
    private readonly bool _temporary;

    public DemoFolder(string? named)
    {
        _temporary = named is null;
        Path = named ?? Directory.CreateTempSubdirectory("cistern-demo-").FullName;
    }

    public string Path { get; }

    public void Dispose()
    {
        if (_temporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
