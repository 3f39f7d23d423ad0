namespace Cistern.Delivery.Api.Signing;

/// <summary>The parts of <c>Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…</c>.</summary>
internal sealed record AuthorizationHeader(string AccessKeyId, string Date, string Region, string Service, IReadOnlyList<string> SignedHeaders, string Signature)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    private const string Terminator = "aws4_request";
    private const int RegionCharactersMax = 32;

    private static readonly string[] Needed = ["Credential", "Signature", "SignedHeaders"];

    public string Scope => $"{Date}/{Region}/{Service}/{Terminator}";

    /// <summary>Takes a header apart.</summary>
    /// <returns>Null with the problem, in the service's words, if it is none.</returns>
    public static AuthorizationHeader? TryParse(string text, out string problem)
    {
        problem = "";
        if (!text.StartsWith(Algorithm, StringComparison.Ordinal))
        {
            problem = $"Unsupported AWS 'algorithm': '{Shorten(text.Split(' ')[0])}'.";
            return null;
        }

        var parts = Parts(text[Algorithm.Length..]);
        var missing = Needed.Where(name => !parts.ContainsKey(name)).ToArray();
        if (missing.Length > 0)
        {
            problem = string.Join(' ', missing.Select(name => $"Authorization header requires '{name}' parameter.")) + $" Authorization={Shorten(Redacted(text))}";
            return null;
        }

        var scope = parts["Credential"].Split('/');
        if (scope is [{ Length: > 0 } id, var date, var region, var service, Terminator] && IsRegion(region))
        {
            return new AuthorizationHeader(id, date, region, service, parts["SignedHeaders"].Split(';'), parts["Signature"]);
        }

        problem = $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{Shorten(parts["Credential"])}'";
        return null;
    }

    /// <summary>Whether a text can be a region; it becomes part of ARNs and of a folder's name.</summary>
    public static bool IsRegion(string text) =>
        text.Length is > 0 and <= RegionCharactersMax && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    private static Dictionary<string, string> Parts(string text)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
            {
                parts[part[..equals]] = part[(equals + 1)..];
            }
        }

        return parts;
    }

    private static string Redacted(string text) => text.IndexOf("Signature=", StringComparison.Ordinal) is >= 0 and var at ? text[..at] : text;

    private static string Shorten(string text) => text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "…");
}
