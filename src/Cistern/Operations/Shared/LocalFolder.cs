using Cistern.Ingest.Keys;

namespace Cistern.Operations.Shared;

/// <summary>Files that are where they are read: in the data folder of one server, or in a folder that several have mounted.</summary>
/// <remarks>A change holds a lock file, so that of two processes neither undoes what the other did.</remarks>
public sealed class LocalFolder(string root) : SharedFolder
{
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(10);

    public override string Root { get; } = root;

    public override T Change<T>(string lockName, Func<T> change)
    {
        try
        {
            PrivateFile.CreateFolder(Root);
            using var held = PrivateFile.Lock(PathOf(lockName), LockWait);
            return change();
        }
        catch (IOException error) when (error.HResult == PrivateFile.ReadOnlyFileSystem)
        {
            throw new IOException($"{Root} cannot be written from here, it is mounted read-only; change its files where they come from", error);
        }
    }
}
