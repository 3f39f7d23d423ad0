namespace Cistern.Commands.Aws.Attaching;

/// <summary>A temporary file that only its owner can read, for as long as a call needs it.</summary>
internal sealed class PrivateFile : IDisposable
{
    private PrivateFile(string path) => Path = path;

    public string Path { get; }

    public static async Task<PrivateFile> WriteAsync(string text, CancellationToken cancel)
    {
        var file = new PrivateFile(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"cistern-{Guid.NewGuid():N}.json"));
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            await using var writer = new StreamWriter(file.Path, options);
            await writer.WriteAsync(text.AsMemory(), cancel);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return file;
    }

    public void Dispose() => File.Delete(Path);
}
