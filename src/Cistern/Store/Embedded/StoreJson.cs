using System.Text.Json.Serialization;

namespace Cistern.Store.Embedded;

/// <summary>The JSON that the embedded store writes: journal headers and the manifest.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalHeader))]
[JsonSerializable(typeof(ManifestData))]
internal sealed partial class StoreJson : JsonSerializerContext
{
    /// <summary>One line.</summary>
    public static StoreJson Compact { get; } = new(new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull });

    /// <summary>For files that a person may open.</summary>
    public static StoreJson Indented { get; } = new(new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true });
}
