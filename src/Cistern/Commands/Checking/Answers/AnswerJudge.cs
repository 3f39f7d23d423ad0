using System.Globalization;
using System.Net;
using System.Text.Json;
using Cistern.Commands.Checking.Endpoint;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Checking.Answers;

/// <summary>Names what is wrong with an answer of 200. The last word has <see cref="DestinationAnswer"/>, by which our own Firehose delivers.</summary>
internal static class AnswerJudge
{
    // 2001 in milliseconds is the year 33000 in seconds: what is below it is not in milliseconds.
    private const long MillisecondsMin = 1_000_000_000_000;

    private static readonly TimeSpan _clockTolerance = TimeSpan.FromMinutes(5);

    public static IReadOnlyList<(FindingKind Kind, string Detail)> Judge(string requestId, RawAnswer answer, DateTimeOffset now)
    {
        var findings = new List<(FindingKind Kind, string Detail)>();
        findings.AddRange(HeadersOf(answer));
        findings.AddRange(BodyOf(requestId, answer, now));
        var verdict = Verdict(requestId, answer);
        if (verdict.Error is not null && findings.TrueForAll(finding => finding.Kind.Level != FindingLevel.Failure))
        {
            findings.Add((FindingKinds.AnswerInvalid, verdict.Message));
        }

        return findings;
    }

    private static IEnumerable<(FindingKind Kind, string Detail)> HeadersOf(RawAnswer answer)
    {
        if (answer.Reason.Length > DestinationAnswer.ReasonPhraseCharactersMax)
        {
            yield return (FindingKinds.AnswerReasonPhrase, $"it has {answer.Reason.Length}");
        }

        if (TypeProblem([.. answer.ValuesOf("Content-Type")]) is { } type)
        {
            yield return type;
        }

        if (answer.ValuesOf("Content-Encoding").FirstOrDefault() is { } encoding)
        {
            yield return (FindingKinds.AnswerCompressed, $"Content-Encoding is {CheckReport.Quote(encoding)}");
        }

        if (answer.IsChunked)
        {
            yield return (FindingKinds.AnswerChunked, "Transfer-Encoding is 'chunked'");
        }
        else if (!answer.ValuesOf("Content-Length").Any())
        {
            yield return (FindingKinds.AnswerWithoutLength, "");
        }
    }

    private static (FindingKind Kind, string Detail)? TypeProblem(string[] types) => types switch
    {
        ["application/json"] => null,
        [] => (FindingKinds.AnswerType, "there is none"),
        [var one] when one.Split(';')[0].Trim().Equals("application/json", StringComparison.OrdinalIgnoreCase) && one.Contains(';') => (FindingKinds.AnswerCharset, CheckReport.Quote(one)),
        [var one] => (FindingKinds.AnswerType, CheckReport.Quote(one)),
        _ => (FindingKinds.AnswerType, $"there are {types.Length}: {CheckReport.Quote(string.Join(", ", types))}"),
    };

    private static List<(FindingKind Kind, string Detail)> BodyOf(string requestId, RawAnswer answer, DateTimeOffset now)
    {
        // What is compressed was told, and cannot be read.
        if (answer.ValuesOf("Content-Encoding").Any())
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? MembersOf(requestId, document.RootElement, now)
                : [(FindingKinds.AnswerNotJson, $"it is {CheckReport.Quote(answer.Text)}")];
        }
        catch (JsonException)
        {
            return [(FindingKinds.AnswerNotJson, answer.Body.Length == 0 ? "it is empty" : $"it begins with {CheckReport.Quote(answer.Text)}")];
        }
    }

    private static List<(FindingKind Kind, string Detail)> MembersOf(string requestId, JsonElement root, DateTimeOffset now)
    {
        var findings = new List<(FindingKind Kind, string Detail)>();
        var id = root.TryGetProperty("requestId", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        if (id != requestId)
        {
            findings.Add((FindingKinds.AnswerWrongId, id is null ? "it has none" : $"{CheckReport.Quote(id)} for '{requestId}'"));
        }

        if (!root.TryGetProperty("timestamp", out var timestamp))
        {
            findings.Add((FindingKinds.AnswerWithoutTimestamp, ""));
        }
        else if (TimestampProblem(timestamp, now) is { } problem)
        {
            findings.Add(problem);
        }

        var unknown = root.EnumerateObject().Select(member => member.Name).Where(name => name is not ("requestId" or "timestamp" or "errorMessage")).ToArray();
        if (unknown.Length > 0)
        {
            findings.Add((FindingKinds.AnswerExtraMember, CheckReport.Quote(string.Join(", ", unknown))));
        }

        return findings;
    }

    private static (FindingKind Kind, string Detail)? TimestampProblem(JsonElement timestamp, DateTimeOffset now)
    {
        if (timestamp.ValueKind != JsonValueKind.Number || !timestamp.TryGetInt64(out var value))
        {
            return (FindingKinds.AnswerTimestampText, CheckReport.Quote(timestamp.GetRawText()));
        }

        var off = Math.Abs((double)value - now.ToUnixTimeMilliseconds());
        return value is > 0 and < MillisecondsMin ? (FindingKinds.AnswerSeconds, value.ToString(CultureInfo.InvariantCulture))
            : off > _clockTolerance.TotalMilliseconds ? (FindingKinds.AnswerClock, value.ToString(CultureInfo.InvariantCulture))
            : null;
    }

    private static DeliveryAttempt Verdict(string requestId, RawAnswer answer)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new ReadOnlyMemoryContent(answer.Body) };
        response.ReasonPhrase = string.Concat(answer.Reason.Where(c => c is not ('\r' or '\n')));
        foreach (var (name, value) in answer.Headers)
        {
            _ = response.Content.Headers.TryAddWithoutValidation(name, value) || response.Headers.TryAddWithoutValidation(name, value);
        }

        return DestinationAnswer.Judge(requestId, response, answer.Body);
    }
}
