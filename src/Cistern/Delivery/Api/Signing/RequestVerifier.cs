using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cistern.Delivery.Api.Catalogue;
using Microsoft.AspNetCore.Http.Features;

namespace Cistern.Delivery.Api.Signing;

/// <summary>Says who calls: by a verified signature if credentials are configured, else by what the request says.</summary>
internal sealed class RequestVerifier(IReadOnlyList<FirehoseCredential> credentials, string defaultRegion, string defaultAccount, TimeProvider time)
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int AccountDigits = 12;

    private static readonly TimeSpan SkewMax = TimeSpan.FromMinutes(15);

    private readonly Dictionary<string, FirehoseCredential> _credentials = credentials.ToDictionary(credential => credential.AccessKeyId, StringComparer.Ordinal);

    /// <summary>The caller of a request.</summary>
    /// <exception cref="ApiException">The request is not signed as it must be.</exception>
    public Caller Verify(HttpRequest request, string service, ReadOnlySpan<byte> body)
    {
        var text = request.Headers.Authorization.ToString();
        if (_credentials.Count == 0)
        {
            return Unverified(text);
        }

        if (text.Length == 0)
        {
            throw new ApiException(new ApiError("MissingAuthenticationTokenException", "Missing Authentication Token"));
        }

        var header = AuthorizationHeader.TryParse(text, out var problem) ?? throw new ApiException(new ApiError("IncompleteSignatureException", problem));
        var secret = _credentials.GetValueOrDefault(header.AccessKeyId)
            ?? throw new ApiException(new ApiError("UnrecognizedClientException", "The security token included in the request is invalid."));
        CheckScope(header, service);
        CheckSignedHeaders(request, header);
        var signedAt = CheckTime(request, header);
        CheckSignature(request, header, secret, signedAt, body);
        return new Caller(header.Region, defaultAccount);
    }

    // Nothing is proven here, so an account can be named as well: by an access key id that is one, as other emulators do.
    private Caller Unverified(string text)
    {
        if (AuthorizationHeader.TryParse(text, out _) is not { } header)
        {
            return new Caller(defaultRegion, defaultAccount);
        }

        var isAccount = header.AccessKeyId.Length == AccountDigits && header.AccessKeyId.All(char.IsAsciiDigit);
        return new Caller(header.Region, isAccount ? header.AccessKeyId : defaultAccount);
    }

    private static void CheckScope(AuthorizationHeader header, string service)
    {
        if (header.Service != service)
        {
            throw Invalid($"Credential should be scoped to correct service: '{service}'.");
        }
    }

    // Without these a signature could be moved to another operation, host or time.
    private static void CheckSignedHeaders(HttpRequest request, AuthorizationHeader header)
    {
        var needed = request.Headers.Keys.Select(name => name.ToLowerInvariant()).Where(name => name.StartsWith("x-amz-", StringComparison.Ordinal)).Prepend("host");
        foreach (var name in needed)
        {
            if (!header.SignedHeaders.Contains(name))
            {
                throw Invalid($"'{name}' must be a 'SignedHeader' in the AWS Authorization.");
            }
        }
    }

    private string CheckTime(HttpRequest request, AuthorizationHeader header)
    {
        var text = request.Headers["x-amz-date"].ToString();
        if (!DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var signed))
        {
            throw new ApiException(new ApiError("IncompleteSignatureException", text.Length == 0
                ? "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
                : $"Date must be in ISO-8601 'basic format'. Got '{(text.Length > 40 ? text[..40] : text)}'. See http://en.wikipedia.org/wiki/ISO_8601"));
        }

        var now = time.GetUtcNow();
        if (signed < now - SkewMax)
        {
            throw Invalid($"Signature expired: {Text(signed)} is now earlier than {Text(now - SkewMax)} ({Text(now)} - 15 min.)");
        }

        if (signed > now + SkewMax)
        {
            throw Invalid($"Signature not yet current: {Text(signed)} is still later than {Text(now + SkewMax)} ({Text(now)} + 15 min.)");
        }

        return header.Date == text[..8] ? text : throw Invalid($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{header.Date}' != '{text[..8]}', from '{text}'.");
    }

    // The hash is of what came, whatever the header says of it.
    private static void CheckSignature(HttpRequest request, AuthorizationHeader header, FirehoseCredential credential, string signedAt, ReadOnlySpan<byte> body)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "/";
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        var canonical = new CanonicalRequest(request.Method, target, name => request.Headers[name], header.SignedHeaders, hash);
        var expected = CanonicalRequest.Sign(credential.SecretKey, header.Date, header.Region, header.Service, canonical.StringToSign(signedAt, header.Scope));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(header.Signature)))
        {
            throw Invalid("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. "
                + "Consult the service documentation for details.");
        }
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static ApiException Invalid(string message) => new(new ApiError("InvalidSignatureException", message));
}
