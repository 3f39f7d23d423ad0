using Cistern.Enrich.Rules;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Enrich;

/// <summary>A folder <c>rules</c> of a data folder.</summary>
internal sealed class RulesFolder : IDisposable
{
    private int _writes;

    public string Path { get; } = Directory.CreateTempSubdirectory("cistern-rules-").FullName;

    public RuleStore Open() => new(Path, NullLogger.Instance);

    public void Write(string name, params string[] lines)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, string.Join('\n', lines));

        // Two writes within one tick of the file system are one to whoever looks at times.
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddDays(20_000).AddSeconds(_writes++));
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
