using System.Globalization;

namespace Cistern.Commands.Aws.Costs;

/// <summary>What AWS asks in one region: a dated data file of this program, and what the user knows better.</summary>
internal sealed class RateTable
{
    private const string ResourcePrefix = "rates-";
    private const string ResourceSuffix = ".tsv";

    private readonly Dictionary<string, Rate> _rates;

    private RateTable(string region, IEnumerable<Rate> rates)
    {
        Region = region;
        _rates = rates.ToDictionary(rate => rate.Name, StringComparer.Ordinal);
    }

    public string Region { get; }

    public IEnumerable<Rate> All => _rates.Values;

    public Rate this[string name] => _rates[name];

    /// <summary>The regions that there are rates of.</summary>
    public static IEnumerable<string> Regions => typeof(RateTable).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
        .Select(name => name[ResourcePrefix.Length..^ResourceSuffix.Length]);

    /// <exception cref="CommandMisuseException">There are no rates of that region.</exception>
    public static RateTable Of(string region)
    {
        if (typeof(RateTable).Assembly.GetManifestResourceStream($"{ResourcePrefix}{region}{ResourceSuffix}") is not { } resource)
        {
            throw new CommandMisuseException($"there are no rates for '{region}', only for {string.Join(", ", Regions)}; --rate gives others");
        }

        using var reader = new StreamReader(resource);
        var rows = reader.ReadToEnd().Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'));
        return new RateTable(region, rows.GroupBy(row => row[0]).Select(Read));
    }

    /// <summary>With rates that the user gives, each the same for every quantity.</summary>
    /// <exception cref="CommandMisuseException">One has no such name, or is no number of dollars.</exception>
    public RateTable With(IReadOnlyDictionary<string, string> given)
    {
        foreach (var (name, text) in given)
        {
            if (!_rates.ContainsKey(name))
            {
                throw new CommandMisuseException($"there is no rate '{name}'; there are {string.Join(", ", _rates.Keys)}");
            }

            if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            {
                throw new CommandMisuseException($"cannot read '{text}' as the dollars of {name}; write a number such as 0.05");
            }
        }

        return new RateTable(Region, All.Select(rate => given.TryGetValue(rate.Name, out var usd) ? rate.At(decimal.Parse(usd, CultureInfo.InvariantCulture)) : rate));
    }

    // name, unit, from, usd, free, source, seen
    private static Rate Read(IGrouping<string, string[]> rows)
    {
        var first = rows.First();
        var unit = first[1].Split(' ', 2);
        return new Rate(rows.Key, Number(unit[0]), unit[1], Number(first[4]), [.. rows.Select(row => new RateTier(Number(row[2]), row[3] == "?" ? null : Number(row[3]), row[5], row[6]))]);
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
