using System.Text;
using System.Text.Json;

namespace Cistern.Delivery.Http;

/// <summary>Judges an answer as Firehose does: only a 200 with exactly the agreed headers and body means delivered.</summary>
internal static class DestinationAnswer
{
    public const int BodyBytesMax = 1 << 20;
    public const int ReasonPhraseCharactersMax = 64;
    private const int MessageCharactersMax = 2048;

    public static DeliveryAttempt Judge(string requestId, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var status = (int)response.StatusCode;
        if (response.ReasonPhrase is { Length: > ReasonPhraseCharactersMax } reason)
        {
            return Failed(DeliveryError.ResponseReasonPhraseExceededLimit, $"reason phrase has {reason.Length} characters, at most {ReasonPhraseCharactersMax} are allowed");
        }

        if (status is < 200 or (>= 300 and < 400) or >= 600)
        {
            return Failed(DeliveryError.InvalidStatusCode, StatusMessage(status, body));
        }

        if (status != 200)
        {
            return new DeliveryAttempt(DeliveryError.DestinationException, StatusMessage(status, body), Permanent: status == 413, AnsweredAt: null, status);
        }

        return FindHeaderProblem(response) is { } problem
            ? problem
            : JudgeBody(requestId, body);
    }

    public static DeliveryAttempt Failed(DeliveryError error, string message) => new(error, message, Permanent: false, AnsweredAt: null);

    private static DeliveryAttempt? FindHeaderProblem(HttpResponseMessage response)
    {
        var headers = response.Content.Headers.NonValidated;
        if (!headers.TryGetValues("Content-Type", out var types))
        {
            return Invalid("Content-Type is missing; it must be application/json");
        }

        if (types.Count != 1)
        {
            return Failed(DeliveryError.IllegalResponseFailure, "Content-Type is there more than once");
        }

        if (types.ToString() != "application/json")
        {
            return Invalid($"Content-Type is '{types}'; it must be exactly application/json");
        }

        if (headers.TryGetValues("Content-Encoding", out var encodings))
        {
            return Invalid($"Content-Encoding is '{encodings}'; an answer must not be compressed");
        }

        return headers.Contains("Content-Length") ? null : Invalid("Content-Length is missing");
    }

    private static DeliveryAttempt JudgeBody(string requestId, ReadOnlySpan<byte> body)
    {
        try
        {
            return ReadBody(requestId, body);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return Invalid($"the body is not a JSON object as agreed: {Excerpt(body)}");
        }
    }

    private static DeliveryAttempt ReadBody(string requestId, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        string? answeredId = null;
        long? timestamp = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return Invalid("the body is not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = reader.GetString();
            reader.Read();
            switch (member)
            {
                case "requestId":
                    answeredId = reader.GetString();
                    break;
                case "timestamp" when reader.TokenType == JsonTokenType.Number:
                    timestamp = reader.GetInt64();
                    break;
                case "timestamp":
                    return Invalid("timestamp is not a number");
                case "errorMessage":
                    _ = reader.GetString();
                    break;
                default:
                    return Invalid($"the body has an unknown member '{member}'");
            }
        }

        // Goes on to the end, because bytes after the object are as wrong as bytes in it.
        reader.Read();
        return answeredId != requestId ? Invalid($"requestId is '{answeredId}', the request's is '{requestId}'")
            : timestamp is null ? Invalid("timestamp is missing")
            : new DeliveryAttempt(Error: null, "delivered", Permanent: false, TimeOf(timestamp.Value));
    }

    // Some receivers answer in seconds; Firehose does not check the magnitude.
    private static DateTimeOffset? TimeOf(long timestamp) =>
        timestamp is >= 0 and <= 253_402_300_799_999 ? DateTimeOffset.FromUnixTimeMilliseconds(timestamp) : null;

    private static DeliveryAttempt Invalid(string problem) =>
        Failed(DeliveryError.InvalidResponseFromDestination, $"the destination answered 200, but {problem}");

    private static string StatusMessage(int status, ReadOnlySpan<byte> body) => $"Response received with status code. {status}: {Excerpt(body)}";

    private static string Excerpt(ReadOnlySpan<byte> body)
    {
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MessageCharactersMax)]).Trim();
        return text.Length == 0 ? "(empty)" : text;
    }
}
