using System.Globalization;
using System.Net;

namespace Cistern.Operations.Settings;

/// <summary>Puts a value into the settings, or says what is wrong with it.</summary>
internal delegate CisternSettings SettingApply(CisternSettings settings, string text, out string? problem);

/// <summary>One thing that can be set: what the reader checks and what the documentation prints are the same line.</summary>
/// <param name="Name">As in <c>cistern.json</c>, with colons between levels: <c>store:hotBytes</c>.</param>
/// <param name="Takes">The form of a value, with its bounds.</param>
/// <param name="Default">What holds if it is not set, as one would write it.</param>
/// <param name="Means">A sentence for the documentation.</param>
internal sealed record Setting(string Name, string Takes, string Default, string Means, SettingApply Apply)
{
    // A getter of the default settings gives the default's text, so that the two cannot differ.
    private static readonly CisternSettings Defaults = new();

    /// <summary>The name of the environment variable.</summary>
    public string Variable => "CISTERN__" + Name.Replace(":", "__", StringComparison.Ordinal).ToUpperInvariant();

    public static Setting Text(
        string name, string takes, Func<CisternSettings, string> get, Func<CisternSettings, string, CisternSettings> set, string means) =>
        new(name, takes, get(Defaults), means, (settings, text, out problem) =>
        {
            problem = null;
            return set(settings, text);
        });

    public static Setting List(
        string name, string takes, Func<CisternSettings, IReadOnlyList<string>> get, Func<CisternSettings, string[], CisternSettings> set, string means) =>
        new(name, takes, string.Join(',', get(Defaults)), means, (settings, text, out problem) =>
        {
            problem = null;
            return set(settings, Split(text));
        });

    public static Setting Flag(string name, Func<CisternSettings, bool> get, Func<CisternSettings, bool, CisternSettings> set, string means) =>
        new(name, "true or false", get(Defaults) ? "true" : "false", means, (settings, text, out problem) =>
        {
            problem = bool.TryParse(text, out var value) ? null : "is neither true nor false; write one of them";
            return set(settings, value);
        });

    public static Setting Size(
        string name, long least, long most, Func<CisternSettings, long> get, Func<CisternSettings, long, CisternSettings> set, string means, bool zero = false)
    {
        var takes = $"{(zero ? "0 or " : "")}{SettingText.WriteSize(least)} to {SettingText.WriteSize(most)}";
        return new(name, takes, SettingText.WriteSize(get(Defaults)), means, (settings, text, out problem) =>
        {
            var ok = SettingText.TryReadSize(text, out var value);
            problem = !ok ? "is not a size; write a number with KiB, MiB, GiB or TiB, as in 128MiB"
                : (zero && value == 0) || (value >= least && value <= most) ? null
                : $"is outside {takes}; choose a value inside";
            return set(settings, value);
        });
    }

    public static Setting Time(
        string name, TimeSpan least, TimeSpan most, Func<CisternSettings, TimeSpan> get, Func<CisternSettings, TimeSpan, CisternSettings> set, string means, bool zero = false)
    {
        var takes = $"{(zero ? "0 or " : "")}{SettingText.WriteTime(least)} to {SettingText.WriteTime(most)}";
        return new(name, takes, SettingText.WriteTime(get(Defaults)), means, (settings, text, out problem) =>
        {
            var ok = SettingText.TryReadTime(text, out var value);
            problem = !ok ? "is not a time; write a whole number with s, m, h or d, as in 5m"
                : (zero && value == TimeSpan.Zero) || (value >= least && value <= most) ? null
                : $"is outside {takes}; choose a value inside";
            return set(settings, value);
        });
    }

    public static Setting Number(
        string name, int least, int most, Func<CisternSettings, int> get, Func<CisternSettings, int, CisternSettings> set, string means)
    {
        var takes = string.Create(CultureInfo.InvariantCulture, $"{least} to {most}");
        return new(name, takes, get(Defaults).ToString(CultureInfo.InvariantCulture), means, (settings, text, out problem) =>
        {
            var ok = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value);
            problem = ok && value >= least && value <= most ? null : $"is not a whole number from {takes}; choose one";
            return set(settings, value);
        });
    }

    /// <summary>A value out of a few names.</summary>
    public static Setting Choice<T>(
        string name, IReadOnlyList<(string Name, T Value)> choices, Func<CisternSettings, T> get, Func<CisternSettings, T, CisternSettings> set, string means)
        where T : struct, Enum
    {
        var takes = string.Join(", ", choices.Select(choice => choice.Name));
        var preset = choices.First(choice => choice.Value.Equals(get(Defaults))).Name;
        return new(name, takes, preset, means, (settings, text, out problem) =>
        {
            var found = choices.FirstOrDefault(choice => choice.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
            problem = found.Name is null ? $"is not one of {takes}; choose one" : null;
            return found.Name is null ? settings : set(settings, found.Value);
        });
    }

    public static Setting Networks(
        string name, Func<CisternSettings, IReadOnlyList<IPNetwork>> get, Func<CisternSettings, IReadOnlyList<IPNetwork>, CisternSettings> set, string means) =>
        new(name, "networks as 10.0.0.0/8, separated by commas", string.Join(',', get(Defaults)), means, (settings, text, out problem) =>
        {
            problem = null;
            var networks = new List<IPNetwork>();
            foreach (var part in Split(text))
            {
                if (IPNetwork.TryParse(part, out var network))
                {
                    networks.Add(network);
                }
                else
                {
                    problem = $"holds '{part}', which is no network; write an address and the length of its prefix, as in 10.0.0.0/8, with zeros after the prefix";
                }
            }

            return set(settings, networks);
        });

    private static string[] Split(string text) => text.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
