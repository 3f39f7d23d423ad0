using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Cistern.Store.Embedded.Sql;

/// <summary>How large the result of a function can be, by the rule that stands behind its name in <c>functions-allowed.txt</c>.</summary>
/// <remarks>
/// <c>fixed</c>: a number, a time, a short text. <c>pick</c>: one of the arguments or a part of it. <c>all</c>: everything that is in the
/// arguments. <c>text*N</c>: a text N times as long as all of them. <c>split</c>: a list of parts of the text. Every other name is the rule of
/// a few functions, below. Rules that need a number or a text from the statement give infinity where it wrote none.
/// </remarks>
internal static class FunctionSize
{
    // Longer names of days, months and time zones than 32 bytes are not known; two characters of a format write one.
    private const double FormatFactor = 16;

    // Functions that are macros of the engine write an argument several times; nested, that multiplies.
    private static readonly FrozenDictionary<string, int> s_copies = new Dictionary<string, int>
    {
        ["fmod"] = 2, ["round_even"] = 4, ["roundbankers"] = 4, ["nullif"] = 2, ["array_pop_back"] = 2, ["array_to_string"] = 2,
        ["split_part"] = 2, ["wavg"] = 2, ["weighted_avg"] = 2,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, Func<Arguments, ValueSize>> s_rules = new Dictionary<string, Func<Arguments, ValueSize>>
    {
        ["fixed"] = _ => ValueSize.Fixed,
        ["pick"] = call => ValueSize.Max(call.Sizes),
        ["all"] = All,
        ["split"] = call => Split(call),
        ["split-part"] = call => new(call.Text(0)),
        ["joined"] = Joined,
        ["plus"] = call => call.Sizes.Any(size => size.IsNested) ? All(call) : ValueSize.Fixed, // Lists are joined by it too.
        ["struct"] = Struct,
        ["times"] = Times,
        ["squared"] = call => new(4 * (call.Text(0) + 1) * (call.Text(0) + 1)),
        ["top"] = Top,
        ["list-text"] = call => new((2 * call.Text(0)) + (call.Size(0).Slots * (call.Count > 1 ? call.Text(1) : 1))),
        ["slice"] = Slice,
        ["replace"] = Replace,
        ["regexp-replace"] = RegexpReplace,
        ["regexp-groups"] = call => call.Count > 2 && call.Size(2).IsNested ? new(call.Text(0) * call.Size(2).Slots, 0, call.Size(2).Slots) : new(call.Text(0)),
        ["regexp-all"] = call => Split(call, call.Count > 2 ? call.Size(2).Slots + 1 : 1),
        ["json-path"] = JsonPath,
        ["strftime"] = call => new(64 + (FormatFactor * call.Sizes.Sum(size => size.AsText))),
        ["bar"] = _ => new(4096),
        ["typeof"] = call => new(64 + call.Size(0).Text + (64 * (call.Size(0).Slots + call.Size(0).Fields))),
        ["unnest"] = call => call.Size(0),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>How often the engine evaluates the arguments.</summary>
    public static int Copies(string function) => s_copies.GetValueOrDefault(function, 1);

    public static ValueSize Of(string function, Arguments call) => Rule(FunctionLists.Allowed[function])!(call);

    /// <summary>The rule of a name; null if there is none.</summary>
    public static Func<Arguments, ValueSize>? Rule(string name)
    {
        if (name.StartsWith("text*", StringComparison.Ordinal) && double.TryParse(name.AsSpan(5), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var factor))
        {
            return call => new(64 + (factor * call.Sizes.Sum(size => size.AsText + 8)));
        }

        return s_rules.GetValueOrDefault(name);
    }

    private static ValueSize All(Arguments call) => ValueSize.Sum(call.Sizes) with { Slots = 1 + call.Sizes.Sum(size => size.Places) };

    private static ValueSize Split(Arguments call, double times = 1) => new(call.Text(0) * times, (call.Text(0) + 1) * times);

    // Two lists make a list; a list and a text make a text. Which it is cannot be seen where one of them is NULL.
    private static ValueSize Joined(Arguments call)
    {
        var sum = ValueSize.Sum(call.Sizes);
        var separators = call.Is("concat_ws") ? call.Count * call.Text(0) : 0;
        var text = call.Sizes.All(size => size.IsNested) ? sum.Text : call.Sizes.Sum(size => size.AsText);
        return sum with { Text = text + separators };
    }

    private static ValueSize Struct(Arguments call) =>
        new(call.Sizes.Sum(size => size.Text) + call.Names, call.Sizes.Sum(size => size.Slots), 1 + call.Sizes.Sum(size => size.Columns));

    // A text of JSON, and the type to read it as: each value of the one can become all fields of the other.
    private static ValueSize Times(Arguments call)
    {
        var product = (call.Text(0) + 1) * (call.Text(1) + 1);
        return new(product, product, call.Text(1));
    }

    // With a number behind its arguments the n first, as a list.
    private static ValueSize Top(Arguments call)
    {
        var plain = call.Name.StartsWith("arg", StringComparison.OrdinalIgnoreCase) || call.Name.EndsWith("_by", StringComparison.OrdinalIgnoreCase) ? 2 : 1;
        var first = call.Size(0);
        return call.Count <= plain ? first : new ValueSize(call.Number(plain) * first.Text, (call.Number(plain) * first.Places) + 1, first.Fields);
    }

    // left(text, 100), substr(text, 1, 100): characters have at most four bytes.
    private static ValueSize Slice(Arguments call)
    {
        var length = call.Count < 2 || (call.Name.StartsWith("sub", StringComparison.OrdinalIgnoreCase) && call.Count < 3) ? double.PositiveInfinity : call.Number(call.Count - 1);
        return call.Size(0).IsNested ? call.Size(0) : new(Math.Min(call.Text(0), 4 * length));
    }

    private static ValueSize Replace(Arguments call)
    {
        var from = Math.Max(1, call.Literal(1)?.Length ?? 1);
        return new(call.Text(0) + (call.Text(0) / from * call.Text(2)));
    }

    private static ValueSize RegexpReplace(Arguments call)
    {
        var everywhere = call.Count > 3 && call.Literal(3)?.Contains('g', StringComparison.Ordinal) != false;
        var groups = call.Literal(2) is { } literal ? literal.Count(c => c == '\\') : call.Text(2) / 2;
        var (text, by) = (call.Text(0), call.Text(2));
        return new(text + (text * groups) + (everywhere ? (text + 1) * by : by));
    }

    // A path with '..' finds each value within each; one with '*' a list. JSON writes a number at most six times as long as it was read.
    private static ValueSize JsonPath(Arguments call)
    {
        var size = ValueSize.None;
        foreach (var path in call.Literals(1))
        {
            var text = 6 * (call.Text(0) + 1);
            var stars = path?.Count(c => c == '*') ?? double.PositiveInfinity;
            var recursive = path is null || path.Contains("..", StringComparison.Ordinal) || path.Contains("**", StringComparison.Ordinal);
            size += recursive ? new(Math.Pow(text, 1 + stars), Math.Pow(text, stars) + 1) : new(text, stars > 0 ? text : 0);
        }

        return call.Size(call.Count - 1).IsNested ? size with { Slots = size.Slots + call.Size(call.Count - 1).Slots } : size;
    }
}

/// <summary>A call of a function: what is known of its arguments.</summary>
internal sealed class Arguments(string name, IReadOnlyList<JsonElement> nodes, IReadOnlyList<ValueSize> sizes)
{
    public string Name => name;

    public IReadOnlyList<ValueSize> Sizes => sizes;

    public int Count => sizes.Count;

    /// <summary>Bytes of the names given to arguments; those of a struct are written wherever it becomes text.</summary>
    public double Names => nodes.Sum(node => node.TryGetProperty("alias", out var alias) && alias.ValueKind == JsonValueKind.String ? TreeText.Bytes(alias.GetString()!) : 0);

    public bool Is(string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    public ValueSize Size(int place) => place < sizes.Count ? sizes[place] : ValueSize.None;

    public double Text(int place) => Size(place).AsText;

    /// <summary>The text that the statement wrote there; null if it is anything else.</summary>
    public string? Literal(int place) => place < nodes.Count ? TreeText.Literal(nodes[place]) : null;

    /// <summary>The number that the statement wrote there; infinity if it is anything else.</summary>
    public double Number(int place) => place < nodes.Count ? TreeText.Number(nodes[place]) : double.PositiveInfinity;

    /// <summary>The texts that the statement wrote from a place on, also those in a list; null for what is anything else.</summary>
    public IEnumerable<string?> Literals(int place) => nodes.Skip(place).SelectMany(node =>
        TreeText.IsList(node) ? node.GetProperty("children").EnumerateArray().Select(TreeText.Literal) : [TreeText.Literal(node)]);
}
