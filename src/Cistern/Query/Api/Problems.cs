using System.Buffers;
using System.Text.Json;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary>A problem as RFC 9457 writes it.</summary>
internal sealed record ProblemDetails(int Status, string Name, string Title, string Detail, int? Position = null, int? RetryAfterSeconds = null)
{
    public const string ContentType = "application/problem+json";

    /// <summary>A name that programs can compare; it never changes once published.</summary>
    public string Type => $"urn:cistern:problem:{Name}";

    public ReadOnlyMemory<byte> ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteString("type"u8, Type);
        writer.WriteString("title"u8, Title);
        writer.WriteNumber("status"u8, Status);
        writer.WriteString("detail"u8, Detail);
        if (Position is { } position)
        {
            writer.WriteNumber("position"u8, position);
        }

        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}

/// <summary>The one place where a refusal becomes a status. A new fault does not compile until someone has decided what the caller should do.</summary>
internal static class Problems
{
    private const int RetryAfterSeconds = 2;

    public static ProblemDetails Of(QueryProblem problem)
    {
        var (status, name, title) = Of(problem.Fault);
        return new(status, name, title, problem.Detail, problem.Position);
    }

    public static ProblemDetails Of(StoreQueryException failed)
    {
        var (status, name, title, remedy) = Of(failed.Fault);
        var retry = failed.Fault == StoreQueryFault.Unavailable ? RetryAfterSeconds : (int?)null;
        return new(status, name, title, remedy.Length == 0 ? failed.Message : $"{failed.Message}; {remedy}", RetryAfterSeconds: retry);
    }

    private static (int Status, string Name, string Title) Of(QueryFault fault) => fault switch
    {
        QueryFault.BodyMalformed => (400, "body-malformed", "The body cannot be read"),
        QueryFault.ParameterInvalid => (400, "parameter-invalid", "A parameter cannot be used"),
        QueryFault.NameUnknown => (400, "name-unknown", "A name is not known"),
        QueryFault.RangeInvalid => (400, "range-invalid", "The range of time cannot be used"),
        QueryFault.FilterInvalid => (400, "filter-invalid", "The filter cannot be read"),
        QueryFault.LimitExceeded => (400, "limit-exceeded", "The question is larger than one may be"),
        QueryFault.CursorInvalid => (400, "cursor-invalid", "The cursor cannot be used"),
        QueryFault.SqlRefused => (403, "sql-refused", "The statement is not allowed"),
        QueryFault.MediaTypeUnknown => (415, "media-type-unknown", "The body is of another media type"),
        QueryFault.NotAcceptable => (406, "not-acceptable", "No such format of answer"),
        QueryFault.TooManyTails => (503, "too-many-tails", "Too many tails are open"),
        QueryFault.AnswerTooLarge => (422, "answer-too-large", "The answer is too large"),
    };

    // 422 and not 5xx for the limits: the same question meets the same limit again, so nothing should retry it by itself.
    // 504 for time, because it depends on what else runs, and not 408, which browsers repeat on their own.
    private static (int Status, string Name, string Title, string Remedy) Of(StoreQueryFault fault) => fault switch
    {
        StoreQueryFault.Invalid => (400, "sql-invalid", "The statement is wrong", ""),
        StoreQueryFault.TimedOut => (504, "timed-out", "The question took too long", "ask for a shorter range or fewer groups"),
        StoreQueryFault.OutOfMemory => (422, "out-of-memory", "The question needs too much memory", "ask for a shorter range, fewer groups, or fewer distinct values"),
        StoreQueryFault.TooManyRows => (422, "too-many-rows", "The answer has too many rows", "add a limit, a longer interval, or a narrower filter"),
        StoreQueryFault.Canceled => (499, "canceled", "The question was given up", ""),
        StoreQueryFault.Unavailable => (503, "unavailable", "The store cannot be asked now", "try again"),
    };
}
