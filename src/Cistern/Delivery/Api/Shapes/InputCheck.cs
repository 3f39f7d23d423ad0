using System.Globalization;
using System.Text.Json.Nodes;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>Checks an input against the bounds of its shape, and words what it finds as AWS does.</summary>
internal static class InputCheck
{
    // A request with thousands of wrong members is answered with the first of them.
    private const int NamedMax = 20;
    private const int ValueCharactersMax = 256;

    /// <param name="path">Where it stands in the request, in the form of the messages.</param>
    /// <exception cref="ApiException">ValidationException, with every constraint that does not hold.</exception>
    public static void Check(JsonObject input, Structure shape, string path = "")
    {
        var problems = new List<string>();
        CheckMembers(input, shape, path, problems);
        Throw(problems);
    }

    public static void Throw(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new ApiException(ApiErrors.Validation(Message(problems)));
        }
    }

    /// <summary>One piece of the message.</summary>
    /// <param name="value">Null if the message shall not repeat it.</param>
    public static string Problem(string path, string? value, string constraint) =>
        $"Value {(value is null ? "" : $"'{Shorten(value)}' ")}at '{path}' failed to satisfy constraint: {constraint}";

    public static string MissingProblem(string path) => $"Value null at '{path}' failed to satisfy constraint: Member must not be null";

    public static string PatternProblem(string path, string? value, string pattern) => Problem(path, value, $"Member must satisfy regular expression pattern: {pattern}");

    public static string LengthProblem(string path, string? value, long length, int min, int max) => Problem(path, value,
        length < min ? $"Member must have length greater than or equal to {min}" : $"Member must have length less than or equal to {max}");

    private static string Message(IReadOnlyList<string> problems) =>
        $"{problems.Count} validation error{(problems.Count == 1 ? "" : "s")} detected: {string.Join("; ", problems.Take(NamedMax))}";

    private static void CheckMembers(JsonObject input, Structure shape, string path, List<string> problems)
    {
        foreach (var member in shape.Members)
        {
            var at = Below(path, member.Name);
            if (input[member.Name] is { } value)
            {
                CheckValue(value, member.Shape, at, problems);
            }
            else if (member.Required)
            {
                problems.Add(MissingProblem(at));
            }
        }
    }

    private static void CheckValue(JsonNode value, Shape shape, string path, List<string> problems)
    {
        switch (shape)
        {
            case Structure structure:
                CheckMembers((JsonObject)value, structure, path, problems);
                break;
            case ListShape list:
                CheckList((JsonArray)value, list, path, problems);
                break;
            case MapShape map:
                CheckMap((JsonObject)value, map, path, problems);
                break;
            case TextShape text:
                CheckText((string)value!, text, path, problems);
                break;
            case EnumShape names when !names.Values.Contains((string)value!):
                problems.Add(Problem(path, (string)value!, $"Member must satisfy enum value set: [{string.Join(", ", names.Values)}]"));
                break;
            case WholeShape whole:
                CheckNumber((long)value!, whole.Min, whole.Max, path, problems);
                break;
            case ProportionShape:
                CheckNumber((double)value!, 0, 1, path, problems);
                break;
        }
    }

    private static void CheckList(JsonArray value, ListShape list, string path, List<string> problems)
    {
        if (value.Count < list.Min || value.Count > list.Max)
        {
            problems.Add(LengthProblem(path, value.Count == 0 ? "[]" : null, value.Count, list.Min, list.Max));
        }

        // More than the API takes is answered with that alone.
        for (var index = 0; index < Math.Min(value.Count, list.Max); index++)
        {
            var at = $"{path}.{(index + 1).ToString(CultureInfo.InvariantCulture)}.member";
            if (value[index] is { } item)
            {
                CheckValue(item, list.Member, at, problems);
            }
            else
            {
                problems.Add(MissingProblem(at));
            }
        }
    }

    private static void CheckMap(JsonObject value, MapShape map, string path, List<string> problems)
    {
        foreach (var (key, item) in value)
        {
            CheckText(key, (TextShape)map.Key, $"{path}.key", problems);
            if (item is not null)
            {
                CheckValue(item, map.Value, $"{path}.value", problems);
            }
        }
    }

    private static void CheckText(string value, TextShape shape, string path, List<string> problems)
    {
        var shown = shape.Sensitive ? null : value;
        if (value.Length < shape.Min || value.Length > shape.Max)
        {
            problems.Add(LengthProblem(path, shown, value.Length, shape.Min, shape.Max));
        }
        else if (!shape.Fits(value))
        {
            problems.Add(PatternProblem(path, shown, shape.Pattern!));
        }
    }

    private static void CheckNumber<T>(T value, T min, T max, string path, List<string> problems)
        where T : IComparable<T>, IFormattable
    {
        if (value.CompareTo(min) < 0 || value.CompareTo(max) > 0)
        {
            var bound = value.CompareTo(min) < 0 ? $"greater than or equal to {Text(min)}" : $"less than or equal to {Text(max)}";
            problems.Add(Problem(path, Text(value), $"Member must have value {bound}"));
        }
    }

    // camelCase: S3Configuration.BucketARN is named s3Configuration.bucketARN.
    private static string Below(string path, string name)
    {
        var camel = char.ToLowerInvariant(name[0]) + name[1..];
        return path.Length == 0 ? camel : $"{path}.{camel}";
    }

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Shorten(string value) => value.Length <= ValueCharactersMax ? value : string.Concat(value.AsSpan(0, ValueCharactersMax), "…");
}
