using YamlDotNet.Serialization;

namespace Cistern.Tests.Deploy.Running;

/// <summary>A YAML document as the tests walk through it: maps, lists, and texts.</summary>
internal sealed class Yaml(object? value)
{
    public string Text => value as string ?? throw new InvalidOperationException($"a text was expected, there is {value?.GetType().Name ?? "nothing"}");

    public IReadOnlyList<Yaml> Items => value is IList<object?> list ? [.. list.Select(item => new Yaml(item))] : [];

    public IReadOnlyDictionary<string, Yaml> Members =>
        value is IDictionary<object, object?> map ? map.ToDictionary(pair => (string)pair.Key, pair => new Yaml(pair.Value)) : new Dictionary<string, Yaml>();

    public bool IsThere => value is not null;

    /// <summary>What is at a path of names, with numbers for places in lists; nothing if it is not there.</summary>
    public Yaml this[params object[] path]
    {
        get
        {
            var at = value;
            foreach (var step in path)
            {
                at = (at, step) switch
                {
                    (IDictionary<object, object?> map, string name) => map.TryGetValue(name, out var member) ? member : null,
                    (IList<object?> list, int place) => place < list.Count ? list[place] : null,
                    _ => null,
                };
            }

            return new Yaml(at);
        }
    }

    public static Yaml Read(string text) => new(new DeserializerBuilder().Build().Deserialize<object?>(new YamlDotNet.Core.MergingParser(new YamlDotNet.Core.Parser(new StringReader(text)))));

    /// <summary>The documents of a stream.</summary>
    public static IReadOnlyList<Yaml> ReadAll(string text) => [.. text.Split("\n---\n").Select(Read)];
}
