using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cistern.Delivery.Api.Catalogue;

/// <summary>The parameters of a processor that is a function: what the service demands of them, and how it describes them.</summary>
internal static partial class LambdaProcessor
{
    private const string Arn = "LambdaArn";
    private const string Retries = "NumberOfRetries";
    private const string Role = "RoleArn";
    private const string Size = "BufferSizeInMBs";
    private const string Interval = "BufferIntervalInSeconds";

    /// <summary>The order in which all five are described.</summary>
    private static readonly string[] Order = [Arn, Retries, Role, Size, Interval];

    /// <summary>What is wrong with the processors of a configuration, or null.</summary>
    public static string? FindProblem(JsonObject? processing)
    {
        var processors = ProcessorsOf(processing).ToArray();
        if (processors.FirstOrDefault(processor => HasRepeat(ParametersOf(processor))) is not null)
        {
            return "Duplicate ProcessorParameter passed to ProcessingConfiguration.";
        }

        var functions = processors.Where(IsLambda).ToArray();
        return functions switch
        {
            [] => null,
            [var only] => FindProblem(ValuesOf(only)),
            _ => "Cannot have more than 1 Lambda processor.",
        };
    }

    /// <summary>Puts the parameters of the function into the service's order, with its defaults.</summary>
    public static void FillIn(JsonObject processing, DestinationType type, string? destinationRole)
    {
        processing["Enabled"] ??= false;
        foreach (var processor in ProcessorsOf(processing).Where(IsLambda))
        {
            var values = ValuesOf(processor);
            values.TryAdd(Retries, "3");
            values.TryAdd(Size, type.Name is "Splunk" or "Snowflake" ? "0.25" : "1");
            values.TryAdd(Interval, "60");
            if (destinationRole is not null)
            {
                values.TryAdd(Role, destinationRole);
            }

            var ordered = Order.Where(values.ContainsKey).Concat(values.Keys.Except(Order));
            processor["Parameters"] = new JsonArray([.. ordered.Select(name => (JsonNode)new JsonObject { ["ParameterName"] = name, ["ParameterValue"] = values[name] })]);
        }
    }

    /// <summary>The function of a configuration whose processing is enabled.</summary>
    public static TransformPlan? Plan(JsonObject? processing)
    {
        if ((bool?)processing?["Enabled"] is not true || ProcessorsOf(processing).FirstOrDefault(IsLambda) is not { } processor)
        {
            return null;
        }

        var values = ValuesOf(processor);
        return new TransformPlan
        {
            LambdaArn = values[Arn],
            Retries = int.Parse(values[Retries], CultureInfo.InvariantCulture),
            Buffering = new BufferHints(
                (long)(double.Parse(values[Size], CultureInfo.InvariantCulture) * (1 << 20)),
                TimeSpan.FromSeconds(int.Parse(values[Interval], CultureInfo.InvariantCulture))),
        };
    }

    /// <summary>The other processors of a configuration whose processing is enabled.</summary>
    public static IReadOnlyList<ProcessorPlan> PlanOthers(JsonObject? processing) => (bool?)processing?["Enabled"] is not true ? [] :
        [.. ProcessorsOf(processing).Where(processor => !IsLambda(processor)).Select(processor => new ProcessorPlan((string)processor["Type"]!, ValuesOf(processor)))];

    private static string? FindProblem(Dictionary<string, string> values)
    {
        if (!values.TryGetValue(Arn, out var arn))
        {
            return "LambdaArn is required when Lambda processor is used.";
        }

        if (!FunctionArn().IsMatch(arn))
        {
            return "Invalid lambda ARN.";
        }

        if (values.ContainsKey(Size) != values.ContainsKey(Interval))
        {
            return "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.";
        }

        return FindNumberProblem(values, Retries, 0, int.MaxValue, whole: true)
            ?? FindNumberProblem(values, Size, 0.2, 3, whole: false)
            ?? FindNumberProblem(values, Interval, 0, 900, whole: true);
    }

    private static string? FindNumberProblem(Dictionary<string, string> values, string name, double min, double max, bool whole)
    {
        if (!values.TryGetValue(name, out var text))
        {
            return null;
        }

        var styles = whole ? NumberStyles.None : NumberStyles.AllowDecimalPoint;
        var valid = double.TryParse(text, styles, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max;
        return valid ? null : string.Create(CultureInfo.InvariantCulture, $"{name} '{text}' is not valid; it must be a number from {min} to {max}.");
    }

    private static IEnumerable<JsonObject> ProcessorsOf(JsonObject? processing) => (processing?["Processors"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool IsLambda(JsonObject processor) => (string?)processor["Type"] == "Lambda";

    private static IEnumerable<JsonObject> ParametersOf(JsonObject processor) => (processor["Parameters"] as JsonArray ?? []).OfType<JsonObject>();

    private static bool HasRepeat(IEnumerable<JsonObject> parameters) => parameters.GroupBy(parameter => (string)parameter["ParameterName"]!).Any(group => group.Skip(1).Any());

    private static Dictionary<string, string> ValuesOf(JsonObject processor) =>
        ParametersOf(processor).ToDictionary(parameter => (string)parameter["ParameterName"]!, parameter => (string)parameter["ParameterValue"]!);

    [GeneratedRegex(@"\Aarn:[a-z0-9-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}(:(\$LATEST|[a-zA-Z0-9_-]{1,128}))?\z")]
    private static partial Regex FunctionArn();
}
