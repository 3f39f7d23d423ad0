using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cistern.Commands.Aws.Attaching;

/// <summary>The configuration of a distribution as it was read: an update sends all of it back, so that what we do not know stays as it is.</summary>
internal sealed class Distribution
{
    /// <summary>The path of the default behaviour, as CloudFront's logs name it.</summary>
    public const string DefaultPath = "*";

    private const string LogConfigMember = "RealtimeLogConfigArn";

    private readonly JsonObject _config;
    private readonly List<KeyValuePair<string, JsonObject>> _behaviours;

    private Distribution(string id, string version, JsonObject config)
    {
        (Id, Version, _config) = (id, version, config);
        _behaviours = [new(DefaultPath, config["DefaultCacheBehavior"]!.AsObject()), .. Ordered(config)];
    }

    public string Id { get; }

    /// <summary>What CloudFront calls its ETag: an update of another version is refused.</summary>
    public string Version { get; }

    /// <summary>Path patterns of its behaviours: the default one, then the others in the order in which CloudFront tries them.</summary>
    public IEnumerable<string> Paths => _behaviours.Select(behaviour => behaviour.Key);

    /// <param name="answer">What <c>get-distribution-config</c> answered.</param>
    /// <exception cref="CommandFailedException">It is not that.</exception>
    public static Distribution Read(string id, JsonElement answer)
    {
        try
        {
            var node = JsonObject.Create(answer)!;
            return new Distribution(id, node["ETag"]!.GetValue<string>(), node["DistributionConfig"]!.AsObject());
        }
        catch (Exception exception) when (exception is InvalidOperationException or NullReferenceException)
        {
            throw new CommandFailedException($"cannot read the configuration of distribution {id}: the answer has not the members of a distribution");
        }
    }

    public bool Has(string path) => _behaviours.Exists(behaviour => behaviour.Key == path);

    /// <summary>The ARN of the log configuration that a behaviour has; null if none.</summary>
    public string? LogConfigOf(string path) => Find(path)[LogConfigMember]?.GetValue<string>() is { Length: > 0 } arn ? arn : null;

    public void SetLogConfig(string path, string? arn)
    {
        if (arn is null)
        {
            Find(path).Remove(LogConfigMember);
            return;
        }

        Find(path)[LogConfigMember] = arn;
    }

    /// <summary>The whole, as <c>update-distribution</c> takes it. May hold secrets: headers for origins.</summary>
    public string ToJson() => _config.ToJsonString();

    private JsonObject Find(string path) => _behaviours.Find(behaviour => behaviour.Key == path).Value;

    private static IEnumerable<KeyValuePair<string, JsonObject>> Ordered(JsonObject config) =>
        (config["CacheBehaviors"]?["Items"]?.AsArray() ?? []).Select(item => KeyValuePair.Create(item!["PathPattern"]!.GetValue<string>(), item.AsObject()));
}
