namespace Cistern.Query;

/// <summary>Why a question was refused before it ran. The name is part of a problem's <c>type</c>: append only, never rename.</summary>
internal enum QueryFault
{
    /// <summary>The body is not the JSON that the address takes.</summary>
    BodyMalformed = 1,

    /// <summary>A member or a parameter is missing, unknown, or has a value that cannot be used.</summary>
    ParameterInvalid = 2,

    /// <summary>A signal, measure, dimension, field or time zone that does not exist.</summary>
    NameUnknown = 3,

    /// <summary><c>from</c> and <c>to</c> cannot be read or are not a range.</summary>
    RangeInvalid = 4,

    /// <summary><c>where</c> cannot be read; the problem has a position.</summary>
    FilterInvalid = 5,

    /// <summary>More points, rows, fields or characters than one question may have.</summary>
    LimitExceeded = 6,

    /// <summary><c>cursor</c> was not made by this server for this question.</summary>
    CursorInvalid = 7,

    /// <summary>A statement that the allow-list does not let through.</summary>
    SqlRefused = 8,

    /// <summary>The body is not of a media type that the address takes.</summary>
    MediaTypeUnknown = 9,

    /// <summary><c>Accept</c> names nothing that the address can answer with.</summary>
    NotAcceptable = 10,

    /// <summary>The answer is larger than one answer may be.</summary>
    AnswerTooLarge = 11,

    /// <summary>As many tails are open as may be.</summary>
    TooManyTails = 12,
}

/// <summary>A refusal that the caller can act on.</summary>
/// <param name="Detail">What failed, the value, the bound and the remedy.</param>
/// <param name="Position">Where in <c>where</c> or in the statement, in UTF-16 characters from 0.</param>
internal sealed record QueryProblem(QueryFault Fault, string Detail, int? Position = null);
