using System.Text.Json.Nodes;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>A destination as it is configured: its members under the names of the configuration, defaults filled in, secrets apart.</summary>
internal sealed class DestinationConfiguration
{
    // What is never returned, wherever it stands in a configuration.
    private static readonly (string? Parent, string Name)[] SecretMembers =
        [("EndpointConfiguration", "AccessKey"), (null, "Password"), (null, "PrivateKey"), (null, "KeyPassphrase")];

    // Configuration and description name these differently.
    private static readonly (string Configured, string Described)[] Renamed =
        [("S3Configuration", "S3DestinationDescription"), ("S3BackupConfiguration", "S3BackupDescription"), ("VpcConfiguration", "VpcConfigurationDescription")];

    private static readonly (string Updated, string Configured)[] UpdateNames = [("S3Update", "S3Configuration"), ("S3BackupUpdate", "S3BackupConfiguration")];

    private DestinationConfiguration(DestinationType type, JsonObject members, JsonObject secrets) => (Type, Members, Secrets) = (type, members, secrets);

    public DestinationType Type { get; }

    /// <summary>Not to be changed.</summary>
    public JsonObject Members { get; }

    /// <summary>Not to be changed, logged or returned.</summary>
    public JsonObject Secrets { get; }

    public string AccessKey => (string?)Secrets["AccessKey"] ?? "";

    /// <summary>Of a request's <c>…DestinationConfiguration</c>.</summary>
    public static DestinationConfiguration Create(DestinationType type, JsonObject given)
    {
        var members = (JsonObject)given.DeepClone();
        var secrets = TakeSecrets(members);
        FillIn(type, members);
        return new DestinationConfiguration(type, members, secrets);
    }

    /// <summary>Of a request's <c>…DestinationUpdate</c>, under the names of a configuration.</summary>
    public static JsonObject FromUpdate(JsonObject update)
    {
        var given = (JsonObject)update.DeepClone();
        foreach (var (updated, configured) in UpdateNames)
        {
            Rename(given, updated, configured);
        }

        return given;
    }

    /// <summary>The configuration with the members that are given; nested S3 configurations are merged likewise, everything else is replaced whole.</summary>
    /// <param name="type">The plain S3 destination and the extended one can take each other's place.</param>
    public DestinationConfiguration Merge(DestinationType type, JsonObject given)
    {
        var members = (JsonObject)Members.DeepClone();
        var changes = (JsonObject)given.DeepClone();
        var secrets = MergeSecrets(changes);
        foreach (var (name, value) in changes.ToArray())
        {
            changes.Remove(name);
            var nested = UpdateNames.Any(names => names.Configured == name);
            members[name] = nested && members[name] is JsonObject old ? Merged(old, (JsonObject)value!) : value;
        }

        FillIn(type, members);
        return new DestinationConfiguration(type, members, secrets);
    }

    /// <summary>As <c>DestinationDescription</c>.</summary>
    public JsonObject Describe(string destinationId)
    {
        var described = (JsonObject)Members.DeepClone();
        foreach (var (configured, name) in Renamed)
        {
            Rename(described, configured, name);
        }

        var description = new JsonObject { ["DestinationId"] = destinationId, [Type.DescriptionName] = described };
        if (Type == DestinationTypes.ExtendedS3)
        {
            description[DestinationTypes.S3.DescriptionName] = PlainPart(described);
        }

        return description;
    }

    /// <summary>The way back from <see cref="Describe"/>, with the secrets that were kept apart.</summary>
    public static DestinationConfiguration FromDescription(JsonObject description, JsonObject secrets)
    {
        // An extended destination is described twice; the extended form has everything.
        var type = DestinationTypes.All.Last(type => description[type.DescriptionName] is JsonObject && (type != DestinationTypes.S3 || description[DestinationTypes.ExtendedS3.DescriptionName] is null));
        var members = (JsonObject)description[type.DescriptionName]!.DeepClone();
        foreach (var (configured, name) in Renamed)
        {
            Rename(members, name, configured);
        }

        return new DestinationConfiguration(type, members, (JsonObject)secrets.DeepClone());
    }

    private static JsonObject PlainPart(JsonObject extended)
    {
        var plain = new JsonObject();
        foreach (var member in DestinationTypes.S3.Configuration.Members)
        {
            if (extended[member.Name] is { } value)
            {
                plain[member.Name] = value.DeepClone();
            }
        }

        return plain;
    }

    private static void FillIn(DestinationType type, JsonObject members)
    {
        AddMissing(members, type.Defaults());
        foreach (var (_, nested) in UpdateNames)
        {
            if (members[nested] is JsonObject bucket)
            {
                AddMissing(bucket, DestinationTypes.ObjectDefaults());
            }
        }

        if (members["ProcessingConfiguration"] is JsonObject processing)
        {
            LambdaProcessor.FillIn(processing, type, (string?)members["RoleARN"]);
        }
    }

    private static void AddMissing(JsonObject members, JsonObject defaults)
    {
        foreach (var (name, value) in defaults.ToArray())
        {
            if (members[name] is null)
            {
                defaults.Remove(name);
                members[name] = value;
            }
            else if (members[name] is JsonObject given && value is JsonObject expected && name is not "EncryptionConfiguration")
            {
                AddMissing(given, expected);
            }
        }
    }

    private static JsonObject Merged(JsonObject old, JsonObject changes)
    {
        var merged = (JsonObject)old.DeepClone();
        foreach (var (name, value) in changes)
        {
            merged[name] = value?.DeepClone();
        }

        return merged;
    }

    // The key goes with the endpoint: one that is given without a key has none, so that no old key is sent to a new address.
    private JsonObject MergeSecrets(JsonObject changes)
    {
        var secrets = (JsonObject)Secrets.DeepClone();
        if (changes["EndpointConfiguration"] is not null)
        {
            secrets.Remove("AccessKey");
        }

        foreach (var (name, value) in TakeSecrets(changes))
        {
            secrets[name] = value?.DeepClone();
        }

        return secrets;
    }

    private static JsonObject TakeSecrets(JsonObject members)
    {
        var secrets = new JsonObject();
        foreach (var (parent, name) in SecretMembers)
        {
            if ((parent is null ? members : members[parent] as JsonObject) is { } holder && holder.Remove(name, out var value))
            {
                secrets[name] = value;
            }
        }

        return secrets;
    }

    private static void Rename(JsonObject members, string from, string to)
    {
        if (members.Remove(from, out var value))
        {
            members[to] = value;
        }
    }
}
