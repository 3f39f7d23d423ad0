using System.Text;

namespace Cistern.Delivery.Backup;

/// <summary>Which bucket names and keys can be files below a folder: those that name the same thing to every file system, and nothing outside.</summary>
internal static class FolderKeys
{
    public const int KeyBytesMax = 1024;
    private const int NameBytesMax = 255;
    private const int ShownCharactersMax = 200;

    /// <summary>Why there can be no folder for the bucket, or null.</summary>
    public static string? FindBucketProblem(string bucket)
    {
        var named = bucket.Length is >= 1 and <= NameBytesMax && bucket.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && char.IsAsciiLetterOrDigit(bucket[0]);
        return named ? null : $"'{Shown(bucket)}' cannot be the name of a bucket here: it must have 1 to {NameBytesMax} letters, digits, dots, dashes and underscores, and begin with a letter or digit";
    }

    /// <summary>Why the key cannot be a file, or null.</summary>
    public static string? FindKeyProblem(string key)
    {
        if (Encoding.UTF8.GetByteCount(key) > KeyBytesMax)
        {
            return $"the key '{Shown(key)}…' is over {KeyBytesMax} bytes";
        }

        foreach (var name in key.Split('/'))
        {
            if (FindNameProblem(name) is { } problem)
            {
                return $"the key '{Shown(key)}' cannot be a file: {problem}";
            }
        }

        return null;
    }

    private static string? FindNameProblem(string name) =>
        name.Length == 0 ? "it has an empty name (a slash in front, at the end, or two behind each other)"
        : name is "." or ".." ? $"'{name}' leads to another folder"
        : name.Contains('\0') || name.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 ? "it has a character that file systems do not allow"
        : OperatingSystem.IsWindows() && name[^1] is '.' or ' ' ? "Windows drops dots and blanks at the end of a name"
        : Encoding.UTF8.GetByteCount(name) > NameBytesMax ? $"a name in it has over {NameBytesMax} bytes"
        : null;

    private static string Shown(string text) => string.Concat(text.Take(ShownCharactersMax).Select(c => char.IsControl(c) ? '\uFFFD' : c));
}
