using Cistern.Ingest.Keys;

namespace Cistern.Operations.Shared;

/// <summary>The small files that all servers on one store share: access keys, who is signed in, saved views, rules.</summary>
/// <remarks>They are read below <see cref="Root"/> at any time and without a lock, for a file is only ever replaced whole; what changes one goes through <see cref="Change{T}"/>.</remarks>
public abstract class SharedFolder : IAsyncDisposable
{
    /// <summary>The folder in which they lie on this machine.</summary>
    public abstract string Root { get; }

    /// <summary>Where the rules are, and what belongs to them.</summary>
    public string Rules => PathOf("rules");

    public string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>Runs a change of files below <see cref="Root"/>, alone among all changes under that lock, of whichever process or machine. When it returns the change is durable.</summary>
    /// <param name="change">Reads and writes these files and nothing else; it is run again if another machine was quicker.</param>
    /// <exception cref="IOException">The files cannot be read or written now, and are as they were.</exception>
    public abstract T Change<T>(string lockName, Func<T> change);

    /// <summary>Fetches what others changed before the call; before something is refused that may be known by now.</summary>
    /// <exception cref="IOException">Nobody can be asked.</exception>
    public virtual Task RefreshAsync() => Task.CompletedTask;

    /// <summary>The same for what is only shown: if nobody can be asked, what is known here is shown.</summary>
    public async Task TryRefreshAsync()
    {
        try
        {
            await RefreshAsync();
        }
        catch (IOException)
        {
            // Who changes something is told.
        }
    }

    /// <summary>A file that is made once, by whoever needs it first, and never changes.</summary>
    /// <exception cref="IOException">It cannot be read or made.</exception>
    public byte[] GetOrCreate(string name, Func<byte[]> make)
    {
        var path = PathOf(name);
        return File.Exists(path) ? File.ReadAllBytes(path) : Change(name + ".lock", () =>
        {
            if (!File.Exists(path))
            {
                PrivateFile.Replace(path, make());
            }

            return File.ReadAllBytes(path);
        });
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }
}
