using System.Collections;

namespace Cistern.Operations.Settings;

/// <summary>Settings, or everything that is wrong with them.</summary>
public sealed record SettingsReading(CisternSettings Settings, IReadOnlyList<string> Problems);

/// <summary>
/// Reads settings from three places, the later over the earlier: <c>cistern.json</c> in the data folder, environment variables that begin
/// with <c>CISTERN__</c>, and the command line.
/// </summary>
public static class SettingsReader
{
    public const string FileName = "cistern.json";

    private const string VariablePrefix = "CISTERN__";

    /// <param name="commandLine">Names as in the file, with colons between levels, and their values.</param>
    /// <param name="environment">Environment variables, those of other programs too.</param>
    public static SettingsReading Read(IReadOnlyDictionary<string, string> commandLine, IDictionary environment)
    {
        var problems = new List<string>();
        var over = Overrides(commandLine, environment);
        var folder = over[SettingsCatalogue.DataFolder] ?? new CisternSettings().DataFolder;
        var file = ReadFile(Path.Combine(folder, FileName), problems);
        if (file[SettingsCatalogue.DataFolder] is not null)
        {
            problems.Add($"dataFolder is set in {FileName}, which lies in that folder; remove it there and use --data or {VariablePrefix}DATAFOLDER");
        }

        var all = new ConfigurationBuilder().AddConfiguration(file).AddConfiguration(over).Build();
        ReportUnknownNames(all, problems);
        var settings = Apply(all, problems) with { DataFolder = folder, Streams = ReadStreams(all, problems) };
        problems.AddRange(SettingsRules.Check(settings));
        return new SettingsReading(settings, problems);
    }

    private static IConfigurationRoot Overrides(IReadOnlyDictionary<string, string> commandLine, IDictionary environment)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in environment)
        {
            if (variable.Key is string name && name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase))
            {
                values[name[VariablePrefix.Length..].Replace("__", ":", StringComparison.Ordinal)] = variable.Value?.ToString();
            }
        }

        foreach (var (name, value) in commandLine)
        {
            values[name] = value;
        }

        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private static IConfigurationRoot ReadFile(string path, List<string> problems)
    {
        try
        {
            using var stream = File.Exists(path) ? File.OpenRead(path) : null;
            return stream is null ? new ConfigurationBuilder().Build() : new ConfigurationBuilder().AddJsonStream(stream).Build();
        }
        catch (Exception error) when (error is FormatException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            problems.Add($"cannot read {path}: {(error.InnerException ?? error).Message}; correct the file or remove it");
            return new ConfigurationBuilder().Build();
        }
    }

    private static CisternSettings Apply(IConfigurationRoot all, List<string> problems)
    {
        var settings = new CisternSettings();
        foreach (var setting in SettingsCatalogue.All)
        {
            if (TextOf(all.GetSection(setting.Name)) is not { } text)
            {
                continue;
            }

            var changed = setting.Apply(settings, text, out var problem);
            settings = problem is null ? changed : settings;
            if (problem is not null)
            {
                // The key of a hash is a secret: what is wrong with it can be said without showing it.
                problems.Add(setting.Name == "privacy:hashKey" ? $"{setting.Name} {problem}" : $"{setting.Name} '{text}' {problem}");
            }
        }

        return settings;
    }

    // A list may be written as a JSON array, as numbered variables, or as one text with commas.
    private static string? TextOf(IConfigurationSection section)
    {
        var items = section.GetChildren().Select(child => child.Value).OfType<string>().ToArray();
        return items.Length > 0 ? string.Join(',', items) : section.Value;
    }

    private static List<StreamSettings> ReadStreams(IConfigurationRoot all, List<string> problems)
    {
        var streams = new List<StreamSettings>();
        foreach (var item in all.GetSection(SettingsCatalogue.Streams).GetChildren())
        {
            if (item["stream"] is { Length: > 0 } stream && item["cloudFrontFields"] is { Length: > 0 } fields)
            {
                streams.Add(new StreamSettings(stream, fields));
            }
            else
            {
                problems.Add($"{item.Path} lacks stream or cloudFrontFields; give it both, as in {{\"stream\": \"*/shop\", \"cloudFrontFields\": \"1-46\"}}");
            }
        }

        return streams;
    }

    private static void ReportUnknownNames(IConfigurationRoot all, List<string> problems)
    {
        foreach (var (path, value) in all.AsEnumerable().OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (value is not null && !IsKnown(path))
            {
                problems.Add($"{path} is not a setting; docs/settings.md lists them");
            }
        }
    }

    private static bool IsKnown(string path)
    {
        var parts = path.Split(':');
        if (parts[0].Equals(SettingsCatalogue.Streams, StringComparison.OrdinalIgnoreCase))
        {
            return parts is [_, _, var member] && (member.Equals("stream", StringComparison.OrdinalIgnoreCase) || member.Equals("cloudFrontFields", StringComparison.OrdinalIgnoreCase));
        }

        var name = int.TryParse(parts[^1], out _) ? string.Join(':', parts[..^1]) : path;
        return SettingsCatalogue.All.Any(setting => setting.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}
