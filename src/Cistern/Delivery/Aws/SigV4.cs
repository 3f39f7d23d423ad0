using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cistern.Delivery.Aws;

/// <summary>AWS Signature Version 4 over the headers of a request: for whoever sends one, and for whoever checks one.</summary>
/// <remarks>
/// The signature is a chain of HMACs: a key of secret, day, region and service signs the hash of the canonical request, which is method, path, query, the signed
/// headers in order, their names, and the hash of the body. AWS, "Create a signed AWS API request".
/// </remarks>
internal static class SigV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int DayCharacters = 8;

    /// <summary>The value of <c>X-Amz-Date</c>.</summary>
    public static string TimeText(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static string Scope(string timeText, string region, string service) => $"{timeText[..DayCharacters]}/{region}/{service}/aws4_request";

    /// <summary>The hash of a body in small hexadecimal digits.</summary>
    public static string Hash(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body));

    /// <summary>The signature in small hexadecimal digits.</summary>
    /// <param name="path">As it goes over the wire, escapes included; other services than S3 sign it escaped once more.</param>
    /// <param name="query">The canonical query: names and values escaped, in order.</param>
    /// <param name="headers">Those that are signed: names in small letters, sorted ordinally.</param>
    public static string Sign(
        string secretKey, string timeText, string region, string service, string method, string path, string query, IReadOnlyList<KeyValuePair<string, string>> headers, string bodyHash)
    {
        var canonical = Canonical(method, path, query, headers, bodyHash);
        var text = $"{Algorithm}\n{timeText}\n{Scope(timeText, region, service)}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(Key(secretKey, timeText, region, service), Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Signs a request that has no query: sets its date, token and <c>Authorization</c>.</summary>
    /// <param name="body">What its content holds.</param>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsCredentials credentials, string region, string service, DateTimeOffset time)
    {
        var uri = request.RequestUri!;
        var timeText = TimeText(time);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", timeText);
        if (credentials.SessionToken.Length > 0)
        {
            request.Headers.TryAddWithoutValidation("X-Amz-Security-Token", credentials.SessionToken);
        }

        var headers = request.Headers.Where(header => header.Key.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase))
            .Select(header => KeyValuePair.Create(header.Key.ToLowerInvariant(), string.Join(',', header.Value)))
            .Append(KeyValuePair.Create("host", uri.IsDefaultPort ? uri.IdnHost : uri.Authority))
            .OrderBy(header => header.Key, StringComparer.Ordinal).ToList();
        var signature = Sign(credentials.SecretKey, timeText, region, service, request.Method.Method, EscapeAgain(uri.AbsolutePath), query: "", headers, Hash(body));
        var names = string.Join(';', headers.Select(header => header.Key));
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{Algorithm} Credential={credentials.AccessKeyId}/{Scope(timeText, region, service)}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>Escapes each part of a path as it stands, which leaves what needs no escape as it is.</summary>
    public static string EscapeAgain(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string Canonical(string method, string path, string query, IReadOnlyList<KeyValuePair<string, string>> headers, string bodyHash)
    {
        var text = new StringBuilder($"{method}\n{path}\n{query}\n");
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(OneBlank(value)).Append('\n');
        }

        return text.Append('\n').AppendJoin(';', headers.Select(header => header.Key)).Append('\n').Append(bodyHash).ToString();
    }

    private static string OneBlank(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Key(string secretKey, string timeText, string region, string service)
    {
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var part in (ReadOnlySpan<string>)[timeText[..DayCharacters], region, service, "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        return key;
    }
}
