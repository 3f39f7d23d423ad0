using System.Text.Json;

namespace Cistern.Commands.Checking.Streams;

/// <summary>What a stream names and must be there: its secret, its function, its bucket.</summary>
internal sealed class StreamParts(DescribedStream stream, AwsLook look, CheckReport report)
{
    private const int FunctionSecondsMax = 300;

    public async Task CheckAsync(string key, CancellationToken cancel)
    {
        if (stream.Secret.IsTrue("Enabled"))
        {
            await CheckSecretAsync(stream.Secret.Text("SecretARN"), key, cancel);
        }
        else
        {
            report.Add(CheckSteps.Stream, FindingKinds.StreamKeyHidden);
        }

        if (stream.Function.Length > 0)
        {
            await CheckFunctionAsync(stream.Function, cancel);
        }

        await CheckBucketAsync(cancel);
    }

    private async Task CheckSecretAsync(string arn, string key, CancellationToken cancel)
    {
        var found = await look.TryAskAsync(CheckSteps.Stream, cancel, "secretsmanager", "get-secret-value", "--secret-id", arn);
        if (found.IsMissing)
        {
            report.Add(CheckSteps.Stream, FindingKinds.SecretMissing, arn);
        }
        else if (found.Json is { } answer)
        {
            var held = KeyIn(answer.Text("SecretString"));
            report.Add(CheckSteps.Stream, held is null ? FindingKinds.SecretUnreadable : key.Length > 0 && held != key ? FindingKinds.SecretDiffers : FindingKinds.SecretGood, arn);
        }
    }

    // Null if it is not {"api_key":"…"}.
    private static string? KeyIn(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Text("api_key") is { Length: > 0 } key ? key : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task CheckFunctionAsync(string arn, CancellationToken cancel)
    {
        var found = await look.TryAskAsync(CheckSteps.Stream, cancel, "lambda", "get-function-configuration", "--function-name", arn);
        if (found.IsMissing)
        {
            report.Add(CheckSteps.Stream, FindingKinds.FunctionMissing, arn);
        }
        else if (found.Json is { } function)
        {
            var state = function.Text("State");
            var seconds = found.Json.Number("Timeout") ?? 0;
            var kind = state is not ("Active" or "Inactive" or "") ? FindingKinds.FunctionInactive : seconds > FunctionSecondsMax ? FindingKinds.FunctionTime : FindingKinds.FunctionGood;
            report.Add(CheckSteps.Stream, kind, $"{arn}, {(state.Length > 0 ? $"{state}, " : "")}timeout {Units.Seconds(seconds)}");
        }
    }

    private async Task CheckBucketAsync(CancellationToken cancel)
    {
        if (stream.Bucket.Text("BucketARN") is { Length: > 0 } arn)
        {
            var found = await look.TryAskAsync(CheckSteps.Stream, cancel, "s3api", "get-bucket-location", "--bucket", arn[(arn.LastIndexOf(':') + 1)..]);
            if (found.IsMissing)
            {
                report.Add(CheckSteps.Stream, FindingKinds.BucketMissing, arn);
            }
        }
    }
}
