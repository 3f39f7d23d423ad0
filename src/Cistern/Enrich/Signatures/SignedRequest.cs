using System.Text;

namespace Cistern.Enrich.Signatures;

/// <summary>What a log tells of a request that was signed.</summary>
internal readonly ref struct SignedRequest
{
    public required ReadOnlySpan<byte> Method { get; init; }

    public required ReadOnlySpan<byte> Host { get; init; }

    public required ReadOnlySpan<byte> Path { get; init; }

    /// <summary>As <c>cs_headers</c> holds them.</summary>
    public required ReadOnlySpan<byte> Headers { get; init; }

    /// <summary>What was signed: RFC 9421, 2.5. Null if a covered component cannot be told from the log.</summary>
    public string? BaseOf(SignatureInput input)
    {
        var text = new StringBuilder();
        foreach (var component in input.Components)
        {
            if (ValueOf(component) is not { } value || value.Contains('\n', StringComparison.Ordinal))
            {
                return null;
            }

            text.Append(component.Text).Append(": ").Append(value).Append('\n');
        }

        return text.Append("\"@signature-params\": ").Append(input.Text).ToString();
    }

    private string? ValueOf(CoveredComponent component)
    {
        if (component.Name is ['@', ..])
        {
            return component.Parameters.Count > 0 ? null : DerivedValue(component.Name);
        }

        var header = HeaderText.Find(Headers, Encoding.UTF8.GetBytes(component.Name));
        return component.Parameters switch
        {
            [] => header,
            [{ Name: "key", Value: var key }] when header is not null => MemberOf(header, key),
            _ => null,
        };
    }

    private string? DerivedValue(string name) => name switch
    {
        "@method" => Encoding.UTF8.GetString(Method),
        "@authority" => Authority(Encoding.UTF8.GetString(Host).ToLowerInvariant()),
        "@path" => Path.IsEmpty ? "/" : Encoding.UTF8.GetString(Path),
        _ => null,
    };

    // The port of the scheme is left out (RFC 9421, 2.2.3).
    private static string Authority(string host) => host.EndsWith(":443", StringComparison.Ordinal) || host.EndsWith(":80", StringComparison.Ordinal) ? host[..host.LastIndexOf(':')] : host;

    // A member of a dictionary, serialized anew (RFC 9421, 2.1.2): only strings are needed.
    private static string? MemberOf(string header, string key) =>
        FieldReader.ReadAgents(header).FirstOrDefault(agent => agent.Name == key && key.Length > 0).Value is { } value ? $"\"{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : null;
}
