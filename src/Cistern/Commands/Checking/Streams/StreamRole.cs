using System.Text.Json;

namespace Cistern.Commands.Checking.Streams;

/// <summary>Whether the roles of a stream trust Firehose and may do what it needs, as IAM's own simulation says.</summary>
internal sealed class StreamRole(DescribedStream stream, AwsLook look, CheckReport report)
{
    private bool _unseen;
    private bool _lacks;

    public async Task CheckAsync(CancellationToken cancel)
    {
        foreach (var role in Needs().Select(need => need.Role).Where(role => role.Length > 0).Distinct())
        {
            await CheckTrustAsync(role, cancel);
        }

        // What may not be asked once may not be asked five times.
        foreach (var need in Needs().Where(need => need.Role.Length > 0 && need.Resource.Length > 0))
        {
            if (_unseen || _lacks && report.Findings.Any(finding => finding.Kind == FindingKinds.RoleMissing))
            {
                return;
            }

            await CheckNeedAsync(need, cancel);
        }

        if (!_unseen && !report.FailedIn(CheckSteps.Role))
        {
            report.Add(CheckSteps.Role, FindingKinds.RoleGood, stream.Role);
        }
    }

    private IEnumerable<Need> Needs()
    {
        var bucket = stream.Bucket.Text("BucketARN");
        var bucketRole = stream.Bucket.Text("RoleARN");
        yield return new(bucketRole, bucket, ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]);
        yield return new(bucketRole, bucket.Length > 0 ? $"{bucket}/*" : "", ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"]);
        yield return new(stream.Role, stream.Function.Length == 0 ? "" : Qualified(stream.Function), ["lambda:InvokeFunction", "lambda:GetFunctionConfiguration"]);
        yield return new(stream.Kinesis.Text("RoleARN"), stream.Kinesis.Text("KinesisStreamARN"), ["kinesis:DescribeStream", "kinesis:GetShardIterator", "kinesis:GetRecords", "kinesis:ListShards"]);
        if (stream.Secret.IsTrue("Enabled"))
        {
            yield return new(stream.Secret.Text("RoleARN") is { Length: > 0 } own ? own : stream.Role, stream.Secret.Text("SecretARN"), ["secretsmanager:GetSecretValue"]);
        }

        if (stream.Log.IsTrue("Enabled"))
        {
            var group = $"arn:aws:logs:{stream.Region}:{stream.Account}:log-group:{stream.Log.Text("LogGroupName")}:log-stream:{stream.Log.Text("LogStreamName")}";
            yield return new(stream.Role, group, ["logs:PutLogEvents"]);
        }
    }

    // Firehose asks for a version, also where none is named.
    private static string Qualified(string function) => function.Split(':').Length > 7 ? function : $"{function}:$LATEST";

    private async Task CheckTrustAsync(string role, CancellationToken cancel)
    {
        var found = await look.TryAskAsync(CheckSteps.Role, cancel, "iam", "get-role", "--role-name", role[(role.LastIndexOf('/') + 1)..]);
        if (found.IsMissing)
        {
            report.Add(CheckSteps.Role, FindingKinds.RoleMissing, role);
            _lacks = true;
        }
        else if (found.Json.Member("Role").Member("AssumeRolePolicyDocument") is { } trust && !TrustsFirehose(trust))
        {
            report.Add(CheckSteps.Role, FindingKinds.RoleTrust, role);
        }
        else if (found.Json is null)
        {
            _unseen = true;
        }
    }

    private static bool TrustsFirehose(JsonElement policy)
    {
        // The CLI gives an object; an older one the text of it.
        var text = policy.ValueKind == JsonValueKind.String ? Uri.UnescapeDataString(policy.GetString()!) : policy.GetRawText();
        return text.Contains("\"firehose.amazonaws.com\"", StringComparison.Ordinal);
    }

    private async Task CheckNeedAsync(Need need, CancellationToken cancel)
    {
        var found = await look.TryAskAsync(CheckSteps.Role, cancel,
            ["iam", "simulate-principal-policy", "--policy-source-arn", need.Role, "--action-names", .. need.Actions, "--resource-arns", need.Resource]);
        if (found.Json is not { } answer)
        {
            _unseen = true;
            return;
        }

        var denied = answer.List("EvaluationResults").Where(result => result.Text("EvalDecision") is not ("allowed" or "")).Select(result => result.Text("EvalActionName")).ToArray();
        if (denied.Length > 0)
        {
            _lacks = true;
            report.Add(CheckSteps.Role, FindingKinds.RoleLacks, $"{string.Join(", ", denied)} on {need.Resource} ({need.Role})");
        }
    }

    private sealed record Need(string Role, string Resource, string[] Actions);
}
