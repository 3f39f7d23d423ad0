using System.Text.Json;
using Cistern.Commands.Aws;

namespace Cistern.Commands.Checking.Streams;

/// <summary>What a look at AWS came to.</summary>
/// <param name="Json">The answer; null if there is none.</param>
/// <param name="IsMissing">AWS says that the thing is not there.</param>
internal readonly record struct Looked(JsonElement? Json, bool IsMissing);

/// <summary>Asks AWS through the user's AWS CLI. What the user may not see becomes a line that says so, never a failure.</summary>
internal sealed class AwsLook(AwsCli cli, CheckReport report)
{
    private static readonly string[] _missing = ["ResourceNotFoundException", "NoSuchEntity", "NoSuchEntityException", "NoSuchBucket"];

    /// <param name="step">Whose finding it is if it cannot be seen.</param>
    /// <exception cref="CommandFailedException">There is no AWS CLI.</exception>
    public async Task<Looked> AskAsync(string step, CancellationToken cancel, params string[] arguments)
    {
        var answer = await cli.CallAsync(arguments, cancel);
        if (answer.Refused && _missing.Contains(answer.ErrorCode))
        {
            return new Looked(null, IsMissing: true);
        }

        if (answer.Refused)
        {
            report.Add(step, FindingKinds.AwsNotSeen, $"{arguments[0]} {arguments[1]}, {answer.ErrorCode}, {CheckReport.Quote(answer.Error)}");
            return default;
        }

        return new Looked(answer.Json, IsMissing: false);
    }

    /// <summary>As <see cref="AskAsync"/>; what fails otherwise (no answer in time, none that is JSON) is not seen either.</summary>
    public async Task<Looked> TryAskAsync(string step, CancellationToken cancel, params string[] arguments)
    {
        try
        {
            return await AskAsync(step, cancel, arguments);
        }
        catch (CommandFailedException failure)
        {
            report.Add(step, FindingKinds.AwsNotSeen, failure.Message);
            return default;
        }
    }
}

/// <summary>Members of answers, which may be there or not.</summary>
internal static class AwsJson
{
    public static JsonElement? Member(this JsonElement? element, string name) => element is { } given ? given.Member(name) : null;

    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    public static string Text(this JsonElement? element, string name) => element.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString()! : "";

    public static string Text(this JsonElement element, string name) => ((JsonElement?)element).Text(name);

    public static double? Number(this JsonElement? element, string name) => element.Member(name) is { ValueKind: JsonValueKind.Number } member ? member.GetDouble() : null;

    public static bool IsTrue(this JsonElement? element, string name) => element.Member(name) is { ValueKind: JsonValueKind.True };

    public static IEnumerable<JsonElement> List(this JsonElement? element, string name) => element.Member(name) is { ValueKind: JsonValueKind.Array } member ? member.EnumerateArray() : [];

    public static IEnumerable<JsonElement> List(this JsonElement element, string name) => ((JsonElement?)element).List(name);
}
