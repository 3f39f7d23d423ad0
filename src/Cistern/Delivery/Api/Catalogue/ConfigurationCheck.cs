using System.Text.Json.Nodes;
using Cistern.Delivery.Backup;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>What a destination's configuration must keep to besides the bounds of each member.</summary>
internal sealed class ConfigurationCheck(CatalogueOptions options)
{
    /// <summary>Checks what a request gives, before anything is filled in.</summary>
    /// <param name="path">Of the destination within the request, for the message.</param>
    /// <exception cref="ApiException">InvalidArgumentException or ValidationException.</exception>
    public void CheckGiven(JsonObject given, string path)
    {
        CheckUrl(given, path);
        Refuse(LambdaProcessor.FindProblem(given["ProcessingConfiguration"] as JsonObject));
        Refuse(FindHintsProblem(given));
        Refuse(FindHintsProblem(given["S3Configuration"]));
        Refuse(FindHintsProblem(given["S3BackupConfiguration"]));
    }

    /// <summary>Checks the whole configuration as it would be.</summary>
    /// <exception cref="ApiException">InvalidArgumentException.</exception>
    public void CheckWhole(DestinationConfiguration configuration)
    {
        var members = configuration.Members;
        Refuse(FindSecretProblem(members["SecretsManagerConfiguration"]));
        Refuse(FindPrefixProblem(configuration.Type.IsS3 ? members : members["S3Configuration"]));
        Refuse(FindPrefixProblem(members["S3BackupConfiguration"]));
        if (configuration.Type == DestinationTypes.ExtendedS3)
        {
            Refuse(FindExtendedProblem(members));
        }
    }

    private static void Refuse(string? problem)
    {
        if (problem is not null)
        {
            throw new ApiException(ApiErrors.InvalidArgument(problem));
        }
    }

    // The service takes https alone. Ours takes http where it cannot be overheard, or where somebody said so.
    private void CheckUrl(JsonObject given, string path)
    {
        if ((string?)given["EndpointConfiguration"]?["Url"] is not { } text)
        {
            return;
        }

        var at = $"{path}.endpointConfiguration.url";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0 || url.UserInfo.Length > 0)
        {
            Refuse($"The URL of the HTTP endpoint is not valid (at '{at}').");
        }
        else if (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback && !options.AllowInsecureEndpoints)
        {
            Shapes.InputCheck.Throw([Shapes.InputCheck.PatternProblem(at, null, "https://.*")]);
        }
    }

    private static string? FindHintsProblem(JsonNode? holder) =>
        holder?["BufferingHints"] is JsonObject hints && hints["SizeInMBs"] is null != hints["IntervalInSeconds"] is null
            ? "Both SizeInMBs and IntervalInSeconds are required to configure BufferingHints."
            : null;

    private static string? FindSecretProblem(JsonNode? secrets) => (bool?)secrets?["Enabled"] is true && secrets["SecretARN"] is null
        ? "SecretARN is required when SecretsManagerConfiguration is enabled."
        : null;

    private string? FindPrefixProblem(JsonNode? bucket)
    {
        if (bucket is null)
        {
            return null;
        }

        var (prefix, errors) = ((string?)bucket["Prefix"] ?? "", (string?)bucket["ErrorOutputPrefix"] ?? "");
        return S3Prefix.FindProblem(prefix, errors) ?? (options.BucketsAreFolders ? FindFolderProblem(bucket, prefix) ?? FindFolderProblem(bucket, errors) : null);
    }

    // What stands around expressions decides; a name as long as an object's is tried behind it.
    private static string? FindFolderProblem(JsonNode bucket, string prefix)
    {
        var name = ((string?)bucket["BucketARN"] ?? "").Split(":::")[^1];
        return name.Length == 0 ? null : FolderObjectStore.FindProblem(name, $"{prefix.Replace("!{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}object");
    }

    private static string? FindExtendedProblem(JsonObject members)
    {
        if ((string?)members["S3BackupMode"] == "Enabled" && members["S3BackupConfiguration"] is null)
        {
            return "S3BackupConfiguration is required when S3BackupMode is Enabled.";
        }

        if ((bool?)members["DynamicPartitioningConfiguration"]?["Enabled"] is true)
        {
            return "DynamicPartitioningConfiguration cannot be enabled: Cistern does not partition dynamically.";
        }

        if ((bool?)members["DataFormatConversionConfiguration"]?["Enabled"] is true)
        {
            return "DataFormatConversionConfiguration cannot be enabled: Cistern does not convert records to Parquet or ORC.";
        }

        var zone = (string?)members["CustomTimeZone"] ?? "";
        return zone.Length == 0 || TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? null : $"CustomTimeZone '{zone}' is not a known time zone.";
    }
}
