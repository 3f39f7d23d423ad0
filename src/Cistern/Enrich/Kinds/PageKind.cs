using System.Buffers;
using System.Text;

namespace Cistern.Enrich.Kinds;

/// <summary>What was asked for: the column <c>kind</c>.</summary>
/// <remarks>
/// A <em>page</em> is what a person reads: GET or HEAD of HTML, Markdown, plain text or PDF; where the log has no type (a 304), of a path without an extension or with one of
/// these. A <em>machine</em> file is made for programs: robots.txt, llms.txt, sitemaps, feeds, everything below <c>/.well-known/</c>. Everything else is an <em>asset</em>.
/// </remarks>
internal static class PageKind
{
    private static readonly SearchValues<byte> TypeEnds = SearchValues.Create("; ,"u8);

    public static ReadOnlySpan<byte> Page => "page"u8;

    public static ReadOnlySpan<byte> Machine => "machine"u8;

    public static ReadOnlySpan<byte> Asset => "asset"u8;

    /// <param name="contentType">The answer's type; empty if the log has none.</param>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> method, ReadOnlySpan<byte> path, ReadOnlySpan<byte> contentType)
    {
        var type = contentType.IndexOfAny(TypeEnds) is var end and >= 0 ? contentType[..end] : contentType;
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        return IsMachine(path, name, type) ? Machine : IsRead(method) && (type.IsEmpty ? HasPageName(name) : IsPageType(type)) ? Page : Asset;
    }

    private static bool IsRead(ReadOnlySpan<byte> method) => method.SequenceEqual("GET"u8) || method.SequenceEqual("HEAD"u8);

    private static bool IsPageType(ReadOnlySpan<byte> type) =>
        Is(type, "text/html"u8) || Is(type, "application/xhtml+xml"u8) || Is(type, "text/markdown"u8) || Is(type, "text/plain"u8) || Is(type, "application/pdf"u8);

    private static bool HasPageName(ReadOnlySpan<byte> name)
    {
        var dot = name.LastIndexOf((byte)'.');
        var extension = name[(dot + 1)..];
        return dot < 0 || Is(extension, "html"u8) || Is(extension, "htm"u8) || Is(extension, "md"u8) || Is(extension, "txt"u8)
            || Is(extension, "pdf"u8) || Is(extension, "php"u8) || Is(extension, "aspx"u8);
    }

    private static bool IsMachine(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> type)
    {
        if (path.StartsWith("/.well-known/"u8) || IsFeedType(type))
        {
            return true;
        }

        // Most paths of pages and of assets end here.
        var dot = name.LastIndexOf((byte)'.');
        if (dot >= 0 && !IsMachineExtension(name[(dot + 1)..]))
        {
            return false;
        }

        return Is(path, "/robots.txt"u8) || Is(name, "llms.txt"u8) || Is(name, "llms-full.txt"u8) || IsSitemap(name) || IsFeed(path, name);
    }

    private static bool IsMachineExtension(ReadOnlySpan<byte> extension) => extension.Length switch
    {
        2 => Is(extension, "gz"u8),
        3 => Is(extension, "txt"u8) || Is(extension, "xml"u8) || Is(extension, "rss"u8),
        4 => Is(extension, "atom"u8) || Is(extension, "json"u8),
        _ => false,
    };

    private static bool IsFeedType(ReadOnlySpan<byte> type) =>
        type.StartsWith("application/"u8) && (Is(type, "application/rss+xml"u8) || Is(type, "application/atom+xml"u8) || Is(type, "application/feed+json"u8));

    // sitemap.xml, sitemap_index.xml.gz, post-sitemap2.xml; sitemap.html is a page for people.
    private static bool IsSitemap(ReadOnlySpan<byte> name)
    {
        var stem = name.Length > 3 && Is(name[^3..], ".gz"u8) ? name[..^3] : name;
        var dot = stem.LastIndexOf((byte)'.');
        return dot > 0 && (Is(stem[(dot + 1)..], "xml"u8) || Is(stem[(dot + 1)..], "txt"u8)) && Contains(stem[..dot], "sitemap"u8);
    }

    private static bool IsFeed(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty && path.Length > 1)
        {
            // The folder '/blog/feed/' is a feed in WordPress.
            path = path[..^1];
            name = path[(path.LastIndexOf((byte)'/') + 1)..];
            return Is(name, "feed"u8) || Is(name, "rss"u8);
        }

        var dot = name.LastIndexOf((byte)'.');
        var stem = dot < 0 ? name : name[..dot];
        var extension = dot < 0 ? default : name[(dot + 1)..];
        return Is(extension, "rss"u8) || Is(extension, "atom"u8)
            || ((extension.IsEmpty || Is(extension, "xml"u8) || Is(extension, "json"u8)) && (Is(stem, "feed"u8) || Is(stem, "rss"u8) || Is(stem, "atom"u8)));
    }

    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) => text.Length == lower.Length && Ascii.EqualsIgnoreCase(text, lower);

    private static bool Contains(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower)
    {
        for (var place = 0; place + lower.Length <= text.Length; place++)
        {
            if (Ascii.EqualsIgnoreCase(text.Slice(place, lower.Length), lower))
            {
                return true;
            }
        }

        return false;
    }
}
