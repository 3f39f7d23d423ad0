using System.Collections.Concurrent;
using System.Text.Json;
using Cistern.Operations.Shared;

namespace Cistern.Ingest.Keys;

/// <summary>When each key was last used, on whichever server: kept apart from the keys, so that a use never rewrites them.</summary>
internal sealed class KeyUses(SharedFolder folder, TimeProvider time)
{
    public const string FileName = "keys-used.json";

    private const string LockName = "keys-used.lock";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new(Read(folder.Root));
    private DateTimeOffset _written = time.GetUtcNow();
    private volatile bool _changed;

    /// <summary>What was written down; empty if it cannot be read, for it is only a help.</summary>
    public static Dictionary<string, DateTimeOffset> Read(string folder)
    {
        try
        {
            var path = Path.Combine(folder, FileName);
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), KeyFile.KeyJson.Default.Uses) ?? [] : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>When a key was last used here, to the moment; null if it never was.</summary>
    public DateTimeOffset? LastOf(string name) => _uses.TryGetValue(name, out var used) ? used : null;

    public void Note(string name)
    {
        _uses[name] = time.GetUtcNow();
        _changed = true;
    }

    /// <summary>Writes the file if there is something new and a minute has passed.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteIfDue()
    {
        if (time.GetUtcNow() - _written >= Interval)
        {
            Write();
        }
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write()
    {
        if (!_changed)
        {
            return;
        }

        // First, so that a use during the write is written the next time; a failed write waits a minute as well.
        _changed = false;
        _written = time.GetUtcNow();
        folder.Change(LockName, () =>
        {
            var uses = Read(folder.Root);
            foreach (var (name, used) in _uses)
            {
                uses[name] = uses.TryGetValue(name, out var elsewhere) && elsewhere > used ? elsewhere : used;
            }

            PrivateFile.Replace(folder.PathOf(FileName), JsonSerializer.SerializeToUtf8Bytes(uses, KeyFile.KeyJson.Default.Uses));
            return uses;
        });
    }
}
