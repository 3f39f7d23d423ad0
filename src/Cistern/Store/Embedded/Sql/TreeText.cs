using System.Text;
using System.Text.Json;

namespace Cistern.Store.Embedded.Sql;

/// <summary>What a parse tree says about values that the statement wrote itself.</summary>
internal static class TreeText
{
    public static double Bytes(string text) => Encoding.UTF8.GetByteCount(text);

    public static bool IsList(JsonElement node) => node.TryGetProperty("function_name", out var name) && name.ValueEquals("list_value");

    /// <summary>A text, or a number as text; null for anything else.</summary>
    public static string? Literal(JsonElement node) => Value(node) switch
    {
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    /// <summary>A number that is not negative; infinity for anything else.</summary>
    public static double Number(JsonElement node) =>
        Value(node) is { ValueKind: JsonValueKind.Number } value && value.GetDouble() is >= 0 and var number ? number : double.PositiveInfinity;

    /// <summary>How large a constant is.</summary>
    public static ValueSize Constant(JsonElement node) => Value(node) is { ValueKind: JsonValueKind.String } text
        ? new(Bytes(text.GetString()!))
        : Value(node) is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } nested ? new(Bytes(nested.GetRawText()), nested.GetRawText().Length) : ValueSize.Fixed;

    /// <summary>How many places one value of a type has, and the bytes of its fields' names.</summary>
    public static (double Places, double Names) Type(JsonElement type)
    {
        switch (type.ValueKind)
        {
            case JsonValueKind.Object:
                return OfObject(type);
            case JsonValueKind.Array:
                var parts = type.EnumerateArray().Select(Type).ToArray();
                return (parts.Sum(part => part.Places), parts.Sum(part => part.Names));
            case JsonValueKind.String:
                return (0, Bytes(type.GetString()!));
            default:
                return (0, 0);
        }
    }

    // Whatever is named a size makes as many of what is beside it: the size of an array, however the tree writes it.
    private static (double Places, double Names) OfObject(JsonElement type)
    {
        var (places, names, size) = (0.0, 0.0, 1.0);
        foreach (var member in type.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Number)
            {
                size = member.Name is "size" or "value" ? Math.Max(size, member.Value.GetDouble()) : size;
                continue;
            }

            var part = Type(member.Value);
            (places, names) = (places + part.Places, names + part.Names);
        }

        return (Math.Max(1, places) * size, names);
    }

    private static JsonElement? Value(JsonElement node) =>
        node.TryGetProperty("class", out var kind) && kind.ValueEquals("CONSTANT") && node.TryGetProperty("value", out var value) && value.TryGetProperty("value", out var inner)
            ? inner
            : null;
}
