namespace Cistern.Commands.Importing;

/// <summary>A file to import.</summary>
/// <param name="Name">What its rows say they came from: the path below the folder that was named, or the file's name.</param>
internal sealed record ImportFile(string Path, string Name, long Bytes)
{
    /// <summary>The source ARN of its deliveries; only characters that a header may hold.</summary>
    public string Arn => $"arn:cistern:import:::file/{string.Join('/', Name.Split('/').Select(Uri.EscapeDataString))}";
}

internal static class ImportFiles
{
    /// <summary>The files named, and those in the folders named, in an order that does not depend on the file system. Hidden ones are left out.</summary>
    /// <exception cref="CommandFailedException">Something named is not there, or there is nothing in it.</exception>
    public static IReadOnlyList<ImportFile> Find(IEnumerable<string> paths)
    {
        var files = paths.SelectMany(FindOne).DistinctBy(file => System.IO.Path.GetFullPath(file.Path)).ToList();
        return files.Count > 0 ? files : throw new CommandFailedException("cannot import: the folders hold no files");
    }

    private static IEnumerable<ImportFile> FindOne(string path)
    {
        if (File.Exists(path))
        {
            return [Make(path, System.IO.Path.GetFileName(path))];
        }

        if (!Directory.Exists(path))
        {
            throw new CommandFailedException($"cannot import {path}: there is no such file or folder");
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };
        return Directory.EnumerateFiles(path, "*", options)
            .Where(file => !System.IO.Path.GetFileName(file).StartsWith('.'))
            .Order(StringComparer.Ordinal)
            .Select(file => Make(file, System.IO.Path.GetRelativePath(path, file).Replace(System.IO.Path.DirectorySeparatorChar, '/')));
    }

    private static ImportFile Make(string path, string name) => new(path, name, new FileInfo(path).Length);
}
