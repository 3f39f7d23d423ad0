namespace Cistern.Commands.Aws;

/// <summary>Which AWS CLI to run, and as whom.</summary>
internal sealed record AwsCliPlace(string Command, string? Region, string? Profile, Uri? Endpoint)
{
    /// <summary>What follows the operation on the command line.</summary>
    public IEnumerable<string> Arguments =>
    [
        "--output", "json",
        .. Pair("--region", Region), .. Pair("--profile", Profile), .. Pair("--endpoint-url", Endpoint?.AbsoluteUri.TrimEnd('/')),
    ];

    private static IEnumerable<string> Pair(string name, string? value) => string.IsNullOrEmpty(value) ? [] : [name, value];
}
