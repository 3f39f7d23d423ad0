using System.Text.Json;
using Cistern.Commands.Checking.Endpoint;

namespace Cistern.Commands.Checking.Answers;

/// <summary>Reads why a key was refused, as far as the answer tells: a Cistern says it, others may not.</summary>
internal static class KeyRefusal
{
    // Parts of the sentences in Ingest/KeyRefusals.cs and Ingest/DeliveryAdmission.cs; a test has a server say each of them.
    private static readonly (string Part, FindingKind Kind)[] _sentences =
    [
        ("there is no access key", FindingKinds.KeyNotGiven),
        ("is no key of Cistern", FindingKinds.KeyMalformed),
        ("is not known here", FindingKinds.KeyUnknown),
        ("expired at", FindingKinds.KeyExpired),
        ("was revoked at", FindingKinds.KeyRevoked),
        ("may not send: its scope", FindingKinds.KeyScope),
        ("may not send for the stream", FindingKinds.KeyStream),
        ("may not send ", FindingKinds.KeySignal),
    ];

    public static FindingKind Of(RawAnswer answer, string key)
    {
        var message = MessageOf(answer);
        var known = _sentences.FirstOrDefault(sentence => message.Contains(sentence.Part, StringComparison.Ordinal)).Kind;
        return known ?? (key.Length == 0 ? FindingKinds.KeyNotGiven : FindingKinds.KeyRefused);
    }

    /// <summary>What the answer says, without the key that was sent.</summary>
    public static string MessageOf(RawAnswer answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("errorMessage", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : answer.Text;
        }
        catch (JsonException)
        {
            return answer.Text;
        }
    }

    /// <summary>The form that Firehose quotes in its log: the id, a time, and why.</summary>
    public static bool IsInForm(string requestId, RawAnswer answer, DateTimeOffset now) =>
        answer.Status == 401 && AnswerJudge.Judge(requestId, answer with { Status = 200 }, now).All(finding => finding.Kind.Level != FindingLevel.Failure);

    public static string Describe(RawAnswer answer, string key)
    {
        var message = MessageOf(answer);
        message = key.Length > 0 ? message.Replace(key, "(the key)", StringComparison.Ordinal) : message;
        return message.Length == 0 ? $"{answer.Status} {answer.Reason}" : $"{answer.Status}, {CheckReport.Quote(message)}";
    }
}
