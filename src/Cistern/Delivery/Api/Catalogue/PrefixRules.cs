namespace Cistern.Delivery.Api.Catalogue;

/// <summary>What the prefixes of a bucket must keep to.</summary>
internal static class PrefixRules
{
    /// <summary>What is wrong with the two, or null.</summary>
    public static string? FindProblem(string prefix, string errorOutputPrefix) =>
        prefix.Contains("!{", StringComparison.Ordinal) && errorOutputPrefix.Length == 0
            ? "ErrorOutputPrefix must be given when Prefix contains expressions."
            : null;
}
