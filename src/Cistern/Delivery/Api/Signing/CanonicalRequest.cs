using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cistern.Delivery.Api.Signing;

/// <summary>A request as Signature Version 4 signs it.</summary>
/// <param name="Target">Path and query as they stand in the request line.</param>
/// <param name="Headers">The values of a header by its name in lower case, in the order of the request; bytes as Latin-1.</param>
internal sealed record CanonicalRequest(string Method, string Target, Func<string, IReadOnlyList<string?>> Headers, IReadOnlyList<string> SignedHeaders, string PayloadHash)
{
    public string Text()
    {
        var query = Target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? Target : Target[..query];
        var text = new StringBuilder();
        text.Append(Method).Append('\n').Append(Path(path)).Append('\n').Append(query < 0 ? "" : Query(Target[(query + 1)..])).Append('\n');
        foreach (var name in SignedHeaders)
        {
            text.Append(name).Append(':').Append(string.Join(',', Headers(name).Select(Folded))).Append('\n');
        }

        return text.Append('\n').Append(string.Join(';', SignedHeaders)).Append('\n').Append(PayloadHash).ToString();
    }

    /// <summary>What is signed with the key of the scope.</summary>
    public string StringToSign(string time, string scope) =>
        $"{AuthorizationHeader.Algorithm}\n{time}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(Text())))}";

    /// <summary>The signature, in hexadecimal.</summary>
    public static string Sign(string secretKey, string date, string region, string service, string stringToSign)
    {
        var key = Mac(Encoding.UTF8.GetBytes("AWS4" + secretKey), date);
        foreach (var part in new[] { region, service, "aws4_request" })
        {
            key = Mac(key, part);
        }

        return Convert.ToHexStringLower(Mac(key, stringToSign));
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    // Blanks at the ends go, those within become one.
    private static string Folded(string? value) => string.Join(' ', (value ?? "").Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));

    // Each part of the path is encoded once more than it was sent, and "." and ".." are resolved: all services but S3 do so.
    private static string Path(string path)
    {
        var kept = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                kept.RemoveRange(Math.Max(0, kept.Count - 1), Math.Min(1, kept.Count));
            }
            else if (part != ".")
            {
                kept.Add(Encoded(Encoding.UTF8.GetBytes(part)));
            }
        }

        var end = kept.Count > 0 && path.EndsWith('/') ? "/" : "";
        return $"/{string.Join('/', kept)}{end}";
    }

    private static string Query(string query) => string.Join('&', query
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .Select(pair => (Name: Recoded(pair[0]), Value: pair.Length > 1 ? Recoded(pair[1]) : ""))
        .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
        .Select(pair => $"{pair.Name}={pair.Value}"));

    private static string Recoded(string text) => Encoded(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(text)));

    private static string Encoded(byte[] bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var one in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)one) || (char)one is '-' or '.' or '_' or '~')
            {
                text.Append((char)one);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
            }
        }

        return text.ToString();
    }
}
