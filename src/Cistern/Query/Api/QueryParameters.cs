using System.Globalization;
using Cistern.Operations;

namespace Cistern.Query.Api;

/// <summary>The parameters of an address, read strictly: an unknown name or a repeated value is a mistake, not to be passed over.</summary>
internal sealed class QueryParameters(IQueryCollection given)
{
    public static QueryProblem? Check(IQueryCollection given, string[] known, string[] repeatable)
    {
        foreach (var (name, values) in given)
        {
            if (!known.Contains(name))
            {
                return new(QueryFault.ParameterInvalid, $"cannot use parameter '{name}': this address has none of that name{Nearest.Hint(name, known, $"; use {string.Join(", ", known)}")}");
            }

            if (values.Count > 1 && !repeatable.Contains(name))
            {
                return new(QueryFault.ParameterInvalid, $"cannot use parameter '{name}' {values.Count} times; give it once");
            }
        }

        return null;
    }

    /// <summary>A value, or null if it is absent or empty.</summary>
    public string? this[string name] => given.TryGetValue(name, out var values) && !string.IsNullOrEmpty(values[0]) ? values[0] : null;

    /// <summary>Every value of a parameter that may be repeated or hold several with commas.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. given[name].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];

    public QueryProblem? Number(string name, int fallback, int max, out int number)
    {
        number = fallback;
        var text = this[name];
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= max)
            ? null
            : new(QueryFault.LimitExceeded, $"cannot use {name} '{text}': it must be a number of 1 to {max}");
    }
}
