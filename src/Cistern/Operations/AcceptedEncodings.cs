using Microsoft.Net.Http.Headers;

namespace Cistern.Operations;

/// <summary>The compressed forms that a client takes, by its <c>Accept-Encoding</c>.</summary>
internal readonly record struct AcceptedEncodings(bool Brotli, bool Gzip)
{
    public static AcceptedEncodings Read(HttpRequest request) =>
        StringWithQualityHeaderValue.TryParseList(request.Headers.AcceptEncoding, out var given)
            ? new AcceptedEncodings(Takes(given, "br"), Takes(given, "gzip"))
            : default;

    // A star stands for all that are not named; a quality of zero refuses.
    private static bool Takes(IList<StringWithQualityHeaderValue> given, string name)
    {
        var entry = given.FirstOrDefault(value => value.Value.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? given.FirstOrDefault(value => value.Value == "*");
        return entry is not null && entry.Quality is not 0;
    }
}
