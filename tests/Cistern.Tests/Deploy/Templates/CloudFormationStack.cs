using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>A template with its functions evaluated, as CloudFormation would for these parameters: names and ARNs are those that AWS would give.</summary>
internal sealed partial class CloudFormationStack
{
    private readonly YamlMappingNode _root;
    private readonly Dictionary<string, string> _values;
    private readonly string _region;

    public CloudFormationStack(string text, string region, params IReadOnlyCollection<(string Name, string Value)> parameters)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        (_root, _region) = ((YamlMappingNode)stream.Documents[0].RootNode, region);
        _values = Section("Parameters").ToDictionary(pair => pair.Name, pair => pair.Node.Children.TryGetValue("Default", out var value) ? ((YamlScalarNode)value).Value! : "");
        foreach (var (name, value) in parameters.Where(pair => _values.ContainsKey(pair.Name)))
        {
            _values[name] = value;
        }

        Resources = Section("Resources").Where(pair => IsThere(pair.Node)).ToDictionary(pair => pair.Name, pair => Evaluate(pair.Node)!.AsObject());
    }

    /// <summary>The resources that would be made, by their logical names.</summary>
    public IReadOnlyDictionary<string, JsonObject> Resources { get; }

    public bool Assertion(string rule) => (bool)Evaluate(_root["Rules"][rule]["Assertions"][0]["Assert"])!;

    public IEnumerable<JsonNode> OfType(string type) => Resources.Values.Where(resource => (string?)resource["Type"] == type).Select(resource => resource["Properties"]!);

    private IEnumerable<(string Name, YamlMappingNode Node)> Section(string name) =>
        ((YamlMappingNode)_root[name]).Children.Select(pair => (((YamlScalarNode)pair.Key).Value!, (YamlMappingNode)pair.Value));

    private bool IsThere(YamlMappingNode node) => !node.Children.TryGetValue("Condition", out var condition) || Condition(((YamlScalarNode)condition).Value!);

    private bool Condition(string name) => (bool)Evaluate(_root["Conditions"][name])!;

    // Null stands for AWS::NoValue: whoever holds it leaves it out.
    private JsonNode? Evaluate(YamlNode node) => node.Tag.IsEmpty || node.Tag.IsNonSpecific || !node.Tag.Value.StartsWith('!') ? Plain(node) : Function(node.Tag.Value, node);

    private JsonNode? Plain(YamlNode node) => node switch
    {
        YamlScalarNode scalar => scalar.Value,
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Evaluate).Where(item => item is not null)]),
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Evaluate(pair.Value))).Where(pair => pair.Value is not null)),
        _ => throw new InvalidOperationException($"{node.Start}: neither scalar, list nor map"),
    };

    private JsonNode? Function(string tag, YamlNode node) => tag switch
    {
        "!Ref" => Ref(Text(node)),
        "!GetAtt" => Attribute(Text(node)),
        "!Sub" => node is YamlSequenceNode pair ? Sub(Text(pair[0]), (YamlMappingNode)pair[1]) : Sub(Text(node), new YamlMappingNode()),
        "!If" => Evaluate(node[Condition(Text(node[0])) ? 1 : 2]),
        "!Not" => !(bool)Evaluate(node[0])!,
        "!Equals" => (string?)Evaluate(node[0]) == (string?)Evaluate(node[1]),
        "!Join" => string.Join(Text(node[0]), Evaluate(node[1])!.AsArray().Select(item => (string?)item)),
        "!Split" => new JsonArray([.. ((string)Evaluate(node[1])!).Split(Text(node[0])).Select(item => (JsonNode?)item)]),
        "!Select" => ((string?)Evaluate(node[1])![int.Parse(Text(node[0]), CultureInfo.InvariantCulture)])!,
        _ => throw new InvalidOperationException($"{node.Start}: {tag}"),
    };

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private JsonNode? Ref(string name) => name switch
    {
        "AWS::NoValue" => null,
        "AWS::Region" => _region,
        "AWS::AccountId" => TemplateVariants.Account,
        "AWS::Partition" => "aws",
        _ when _values.TryGetValue(name, out var value) => (string?)((YamlScalarNode)_root["Parameters"][name]["Type"]).Value == "CommaDelimitedList" ? new JsonArray([.. value.Split(',').Select(item => (JsonNode?)item)]) : value,
        _ => NameOf(name),
    };

    private string NameOf(string resource)
    {
        var properties = (YamlMappingNode)_root["Resources"][resource]["Properties"];
        var name = properties.Children.Single(pair => Text(pair.Key) is "BucketName" or "RoleName" or "DeliveryStreamName" or "Name" or "LogStreamName" || (Text(pair.Key) == "LogGroupName" && !properties.Children.ContainsKey("LogStreamName")));
        return (string)Evaluate(name.Value)!;
    }

    private string Attribute(string text)
    {
        var resource = text[..^".Arn".Length];
        var name = NameOf(resource);
        var own = $"{_region}:{TemplateVariants.Account}";
        return Text(_root["Resources"][resource]["Type"]) switch
        {
            "AWS::S3::Bucket" => $"arn:aws:s3:::{name}",
            "AWS::IAM::Role" => $"arn:aws:iam::{TemplateVariants.Account}:role/{name}",
            "AWS::KinesisFirehose::DeliveryStream" => $"arn:aws:firehose:{own}:deliverystream/{name}",
            "AWS::Kinesis::Stream" => $"arn:aws:kinesis:{own}:stream/{name}",
            "AWS::Logs::LogGroup" => $"arn:aws:logs:{own}:log-group:{name}:*",
            "AWS::Logs::DeliveryDestination" => $"arn:aws:logs:{own}:delivery-destination:{name}",
            "AWS::CloudFront::RealtimeLogConfig" => $"arn:aws:cloudfront::{TemplateVariants.Account}:realtime-log-config/{name}",
            var type => throw new InvalidOperationException($"the ARN of {type}"),
        };
    }

    private string Sub(string text, YamlMappingNode own) => Variable().Replace(text, match =>
    {
        var name = match.Groups[1].Value;
        return own.Children.TryGetValue(name, out var value) ? (string)Evaluate(value)! : name.EndsWith(".Arn", StringComparison.Ordinal) ? Attribute(name) : (string)Ref(name)!;
    });

    [GeneratedRegex(@"\$\{([A-Za-z0-9:.]+)\}")]
    private static partial Regex Variable();
}
