using System.Text;
using Cistern.Enrich.Kinds;

namespace Cistern.Tests.Enrich;

public sealed class PageKindTests
{
    [Theory]
    [InlineData("GET", "/", "text/html; charset=utf-8", "page")]
    [InlineData("HEAD", "/a", "TEXT/HTML", "page")]
    [InlineData("POST", "/a", "text/html", "asset")]
    [InlineData("GET", "/a.js", "text/html", "page")]
    [InlineData("GET", "/a", "application/xhtml+xml", "page")]
    [InlineData("GET", "/a", "text/markdown", "page")]
    [InlineData("GET", "/a", "text/plain;charset=utf-8", "page")]
    [InlineData("GET", "/a.pdf", "application/pdf", "page")]
    [InlineData("GET", "/a", "application/json", "asset")]
    [InlineData("GET", "/a.html", "image/png", "asset")]
    [InlineData("GET", "/a", "", "page")]
    [InlineData("GET", "/dir.d/", "", "page")]
    [InlineData("GET", "/dir.d/a", "", "page")]
    [InlineData("GET", "/a.html", "", "page")]
    [InlineData("GET", "/a.HTM", "", "page")]
    [InlineData("GET", "/a.aspx", "", "page")]
    [InlineData("GET", "/a.php", "", "page")]
    [InlineData("GET", "/a.js", "", "asset")]
    [InlineData("GET", "/a.html5", "", "asset")]
    [InlineData("POST", "/a", "", "asset")]
    [InlineData("GET", "/robots.txt", "text/plain", "machine")]
    [InlineData("GET", "/ROBOTS.TXT", "", "machine")]
    [InlineData("GET", "/docs/robots.txt", "text/plain", "page")]
    [InlineData("GET", "/llms.txt", "text/plain", "machine")]
    [InlineData("GET", "/docs/llms-full.txt", "text/plain", "machine")]
    [InlineData("GET", "/.well-known/security.txt", "text/plain", "machine")]
    [InlineData("GET", "/a/.well-known/b", "text/html", "page")]
    [InlineData("GET", "/sitemap.xml", "application/xml", "machine")]
    [InlineData("GET", "/post-sitemap2.xml", "text/xml", "machine")]
    [InlineData("GET", "/sitemap_index.xml.gz", "application/gzip", "machine")]
    [InlineData("GET", "/sitemap.html", "text/html", "page")]
    [InlineData("GET", "/feed/", "text/html", "machine")]
    [InlineData("GET", "/blog/feed", "", "machine")]
    [InlineData("GET", "/atom.xml", "text/xml", "machine")]
    [InlineData("GET", "/news.rss", "text/xml", "machine")]
    [InlineData("GET", "/x", "application/rss+xml; charset=UTF-8", "machine")]
    [InlineData("GET", "/feed.html", "text/html", "page")]
    [InlineData("GET", "", "", "page")]
    public void A_request_is_for_a_page_a_machine_file_or_an_asset(string method, string path, string type, string kind) =>
        Assert.Equal(kind, Encoding.UTF8.GetString(PageKind.Of(Encoding.UTF8.GetBytes(method), Encoding.UTF8.GetBytes(path), Encoding.UTF8.GetBytes(type))));
}
