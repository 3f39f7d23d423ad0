using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cistern.Formats.CloudFront;
using Cistern.Ingest;

namespace Cistern.Commands.Aws.Attaching;

/// <summary>A configuration of real-time logs: found by the AWS CLI, or an ARN that it could not look up.</summary>
/// <param name="Arn">What a cache behaviour names.</param>
/// <param name="Description">Fields, share of requests and stream, and what the Firehose stream behind it should say of them; empty if it could not be looked up.</param>
/// <param name="Warnings">What a person should know before attaching it.</param>
internal sealed partial record LogConfig(string Arn, string Description, IReadOnlyList<string> Warnings)
{
    /// <param name="name">A name, or an ARN.</param>
    /// <exception cref="CommandFailedException">There is none of that name or ARN; or it is a name, and AWS does not say which ARN it has.</exception>
    public static async Task<LogConfig> FindAsync(AwsCli cli, string name, CancellationToken cancel)
    {
        var isArn = ArnForm().IsMatch(name);
        if (!isArn && !NameForm().IsMatch(name))
        {
            throw new CommandMisuseException($"cannot use '{name}' as a log configuration; write its name, or its ARN such as arn:aws:cloudfront::111122223333:realtime-log-config/NAME");
        }

        var answer = await cli.CallAsync(["cloudfront", "get-realtime-log-config", isArn ? "--arn" : "--name", name], cancel);
        return answer switch
        {
            { ErrorCode: "NoSuchRealtimeLogConfig" } => throw new CommandFailedException($"there is no real-time log configuration '{name}'; 'aws cloudfront list-realtime-log-configs' lists them, and 'cistern aws template' makes one"),
            { Refused: true } when isArn => new LogConfig(name, "", [$"the configuration could not be looked up, so whether it exists and what it logs is not known ({answer.ErrorCode}: {answer.Error})"]),
            { Refused: true } => throw CloudFrontErrors.Of(answer, "cloudfront:GetRealtimeLogConfig", name),
            _ => Read(answer.Json.TryGetProperty("RealtimeLogConfig", out var config) ? config : default, name),
        };
    }

    private static LogConfig Read(JsonElement config, string name)
    {
        try
        {
            string[] fields = [.. config.GetProperty("Fields").EnumerateArray().Select(field => field.GetString()!)];
            var rate = config.GetProperty("SamplingRate").GetInt64();
            var streams = config.GetProperty("EndPoints").EnumerateArray().Select(end => end.GetProperty("KinesisStreamConfig").GetProperty("StreamARN").GetString());
            var description = string.Create(CultureInfo.InvariantCulture, $"{fields.Length} fields ({RangesOf(fields)}) of {rate} % of requests, to {string.Join(", ", streams)}; the Firehose stream behind it should have the common attributes {CommonAttributes.FieldsName}={RangesOf(fields)} and {CommonAttributes.SamplingName}={rate}");
            return new LogConfig(config.GetProperty("ARN").GetString()!, description, [.. WarningsOf(fields)]);
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new CommandFailedException($"cannot read the real-time log configuration '{name}': the answer has not its members");
        }
    }

    private static IEnumerable<string> WarningsOf(string[] fields)
    {
        var unknown = fields.Where(field => !CloudFrontFields.TryGetNumber(field, out _)).ToArray();
        if (unknown.Length > 0)
        {
            yield return $"it logs fields that this Cistern does not know: {string.Join(", ", unknown)}; until a newer one does, their values are not told from their neighbours', so leave them out";
        }

        if (!fields.Contains("timestamp"))
        {
            yield return "it does not log the field timestamp, without which no line can be stored";
        }
    }

    // As cistern keys create --fields takes them.
    private static string RangesOf(string[] fields)
    {
        var numbers = fields.Select(field => CloudFrontFields.TryGetNumber(field, out var number) ? number : 0).Where(number => number > 0).Distinct().Order().ToArray();
        var runs = numbers.Select((number, place) => (number, run: number - place)).GroupBy(pair => pair.run, pair => pair.number);
        return string.Join(',', runs.Select(run => run.Count() == 1 ? $"{run.First()}" : $"{run.First()}-{run.Last()}"));
    }

    [GeneratedRegex(@"^arn:[a-z-]+:cloudfront::\d{12}:realtime-log-config/[\w.-]+$")]
    private static partial Regex ArnForm();

    [GeneratedRegex(@"^[\w.-]{1,128}$")]
    private static partial Regex NameForm();
}
