using Cistern.Journal;

namespace Cistern.Delivery;

/// <summary>Every name in the data folder of a Firehose. The one list: nothing else puts a path of the folder together.</summary>
internal sealed class FirehoseFolder(string path)
{
    private readonly DataFolder _folder = new(path);

    /// <summary>The folder itself, as an absolute path.</summary>
    public string Root => _folder.Root;

    /// <summary>Held by the one process that has the folder open, as with a store's folder.</summary>
    public DataFolder Lockable => _folder;

    /// <summary>A folder for each stream.</summary>
    public string Streams => Path.Combine(Root, "streams");

    /// <summary>Objects, a folder for each bucket, if no S3 service is named.</summary>
    public string Buckets => Path.Combine(Root, "buckets");

    /// <summary>What was measured during the last day.</summary>
    public string Metrics => Path.Combine(Root, "metrics.json");

    /// <summary>The folder of a stream: <c>NAME@REGION@ACCOUNT</c>, because a name is unique within region and account only.</summary>
    /// <remarks>A name of <c>.</c> or <c>..</c>, which the API allows, is no way out of the folder like this.</remarks>
    public string Stream(string arn)
    {
        var parts = arn.Split(':', '/');
        if (parts.Length != 7 || parts.Any(part => part.AsSpan().ContainsAny('\\', '\0', '@')))
        {
            throw new ArgumentException($"'{arn}' is not the ARN of a delivery stream", nameof(arn));
        }

        return Path.Combine(Streams, $"{parts[6]}@{parts[3]}@{parts[4]}");
    }

    /// <summary>A stream's configuration and its secrets.</summary>
    public string Configuration(string arn) => Path.Combine(Stream(arn), ConfigurationName);

    /// <summary>Which objects of a stream were replayed.</summary>
    public string Replayed(string arn) => Path.Combine(Stream(arn), "replayed.jsonl");

    public const string ConfigurationName = "stream.json";
}
