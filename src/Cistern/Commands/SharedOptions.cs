using System.CommandLine;
using System.CommandLine.Parsing;

namespace Cistern.Commands;

/// <summary>Options that several commands have, so that they are called and explained alike.</summary>
internal static class SharedOptions
{
    /// <summary>Where a key and an address come from when the command line has none: a key on it is seen by every process of the machine.</summary>
    public const string UrlVariable = "CISTERN_URL";
    public const string KeyVariable = "CISTERN_KEY";

    public static Option<Uri?> Url(string what) => new("--url")
    {
        Description = $"{what} Default: the environment variable {UrlVariable}.",
        HelpName = "URL",
        CustomParser = ParseUrl,
        DefaultValueFactory = static _ => Uri.TryCreate(Environment.GetEnvironmentVariable(UrlVariable), UriKind.Absolute, out var url) ? url : null,
    };

    public static Option<string?> Key() => new("--key")
    {
        Description = $"The access key. Default: the environment variable {KeyVariable}.",
        HelpName = "KEY",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable(KeyVariable),
    };

    public static Option<TimeSpan> Duration(string name, string description, TimeSpan fallback) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = Units.ParseDuration,
        DefaultValueFactory = _ => fallback,
    };

    public static Option<long> Bytes(string name, string description, long fallback) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = Units.ParseBytes,
        DefaultValueFactory = _ => fallback,
    };

    /// <summary>A whole number within bounds.</summary>
    public static Option<int> Number(string name, string description, int fallback, int min, int max)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.Implicit)
            {
                return;
            }

            var value = result.GetValueOrDefault<int>();
            if (value < min || value > max)
            {
                result.AddError($"cannot use {value} for {name}: it must be from {min} to {max}");
            }
        });
        return option;
    }

    /// <summary>Pairs of a name, an equals sign and anything; the option may be given several times.</summary>
    public static Option<string[]> Pairs(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "NAME=VALUE", Arity = ArgumentArity.ZeroOrMore };
        option.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=') <= 0))
            {
                result.AddError($"cannot read '{token.Value}' for {name}; write NAME=VALUE");
            }
        });
        return option;
    }

    public static Dictionary<string, string> ReadPairs(string[]? pairs)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in pairs ?? [])
        {
            var equals = pair.IndexOf('=');
            read[pair[..equals]] = pair[(equals + 1)..];
        }

        return read;
    }

    public static Uri? ParseUrl(ArgumentResult argument)
    {
        var text = argument.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")
        {
            return url;
        }

        argument.AddError($"cannot use '{text}' as an address; write it whole, such as http://127.0.0.1:8080");
        return null;
    }
}
