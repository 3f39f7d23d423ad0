using Microsoft.Net.Http.Headers;

namespace Cistern.Query.Api;

/// <summary>Reads a small body whole, never more than its limit.</summary>
internal static class RequestBody
{
    public static async Task<(byte[] Body, QueryProblem? Problem)> ReadAsync(HttpRequest request, string mediaType, int bytesMax, CancellationToken cancel)
    {
        if (!IsOf(request.ContentType, mediaType))
        {
            return ([], new(QueryFault.MediaTypeUnknown, $"cannot read a body of type '{request.ContentType}': this address takes {mediaType} in UTF-8; set Content-Type to it"));
        }

        // One byte more than allowed, to tell a full body from one that is too long; the sender's length is only a claim.
        var buffer = new byte[Math.Min(request.ContentLength ?? bytesMax, bytesMax) + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return length > bytesMax || request.ContentLength > bytesMax
            ? ([], new(QueryFault.LimitExceeded, $"cannot read a body of more than {bytesMax} bytes; shorten it"))
            : (buffer[..length], null);
    }

    // A body without a type is taken for what the address reads; a form is what curl -d claims, so it has to be said.
    private static bool IsOf(string? contentType, string mediaType)
    {
        if (contentType is null)
        {
            return true;
        }

        return MediaTypeHeaderValue.TryParse(contentType, out var given)
            && given.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
            && (!given.Charset.HasValue || given.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
