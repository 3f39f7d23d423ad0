using System.Text;

namespace Cistern.Transform;

/// <summary>Patterns of paths: <c>/health</c>, <c>/api/*</c>, <c>*.css</c>, and the word <c>static</c> for files that pages are made of.</summary>
/// <remarks>A <c>*</c> stands for any characters, none and slashes too; all others for themselves, large and small letters apart. A pattern is for the whole path, without its query.</remarks>
internal sealed class PathPatterns
{
    private const string StaticWord = "static";

    private static readonly HashSet<string> StaticExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        "css", "js", "mjs", "map", "png", "jpg", "jpeg", "gif", "svg", "webp", "avif", "ico", "bmp", "woff", "woff2", "ttf", "otf", "eot", "mp3", "mp4", "webm", "ogg", "wasm",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> StaticLookup = StaticExtensions.GetAlternateLookup<ReadOnlySpan<char>>();

    private readonly byte[][] _patterns;
    private readonly bool _hasStatic;

    private PathPatterns(byte[][] patterns, bool hasStatic) => (_patterns, _hasStatic) = (patterns, hasStatic);

    public static PathPatterns None { get; } = new([], hasStatic: false);

    public bool IsEmpty => _patterns.Length == 0 && !_hasStatic;

    /// <summary>Reads patterns that commas or blanks part.</summary>
    public static PathPatterns Parse(string text, out string? problem)
    {
        var words = text.Split([',', ' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var strange = Array.Find(words, word => word != StaticWord && word[0] is not ('/' or '*'));
        problem = strange is null ? null : $"cannot use '{strange}'; a pattern begins with / or *, as in /health or *.css, or is the word {StaticWord}";
        return new PathPatterns([.. words.Where(word => word != StaticWord).Select(Encoding.UTF8.GetBytes)], words.Contains(StaticWord));
    }

    /// <param name="path">Decoded, without the query.</param>
    public bool Match(ReadOnlySpan<byte> path)
    {
        foreach (var pattern in _patterns)
        {
            if (Match(pattern, path))
            {
                return true;
            }
        }

        return _hasStatic && IsStatic(path);
    }

    // Goes on at the last star when the text behind it does not match: no recursion, at most pattern times path steps.
    private static bool Match(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> path)
    {
        var (at, place, star, retry) = (0, 0, -1, 0);
        while (place < path.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, retry) = (at++, place);
            }
            else if (at < pattern.Length && pattern[at] == path[place])
            {
                at++;
                place++;
            }
            else if (star >= 0)
            {
                (at, place) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return !pattern[at..].ContainsAnyExcept((byte)'*');
    }

    private static bool IsStatic(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var extension = name[(name.LastIndexOf((byte)'.') + 1)..];
        Span<char> characters = stackalloc char[8];
        return extension.Length < name.Length && extension.Length <= characters.Length
            && Encoding.UTF8.TryGetChars(extension, characters, out var length) && StaticLookup.Contains(characters[..length]);
    }
}
