using System.Globalization;
using System.Text.Json;

namespace Cistern.Commands.Checking.Streams;

/// <summary>What a stream wrote into its log group.</summary>
internal sealed class StreamErrors(DescribedStream stream, AwsLook look, CheckReport report, TimeProvider time)
{
    private const int EventsMax = 200;

    private static readonly TimeSpan _since = TimeSpan.FromHours(6);

    public async Task CheckAsync(CancellationToken cancel)
    {
        var group = stream.Log.Text("LogGroupName");
        if (!stream.Log.IsTrue("Enabled") || group.Length == 0)
        {
            return; // That it does not log was said.
        }

        var from = (time.GetUtcNow() - _since).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var found = await look.TryAskAsync(CheckSteps.Errors, cancel,
            "logs", "filter-log-events", "--log-group-name", group, "--start-time", from, "--max-items", EventsMax.ToString(CultureInfo.InvariantCulture));
        if (found.IsMissing)
        {
            report.Add(CheckSteps.Errors, FindingKinds.ErrorsNoGroup, group);
        }
        else if (found.Json is { } answer)
        {
            Report(answer);
        }
    }

    private void Report(JsonElement answer)
    {
        var errors = answer.List("events").Select(one => Read(one.Text("message"))).Where(one => one.Code.Length > 0).ToArray();
        foreach (var same in errors.GroupBy(one => (Kind: ErrorCodes.Of(one.Code, one.Message), one.Code)))
        {
            report.Add(CheckSteps.Errors, same.Key.Kind, $"{same.Key.Code}, {same.Count()} times in six hours, {CheckReport.Quote(same.Last().Message)}");
        }

        if (errors.Length == 0)
        {
            report.Add(CheckSteps.Errors, FindingKinds.ErrorsNone);
        }
    }

    private static (string Code, string Message) Read(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return (document.RootElement.Text("errorCode"), document.RootElement.Text("message"));
        }
        catch (JsonException)
        {
            return ("", "");
        }
    }
}
