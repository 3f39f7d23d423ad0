namespace Cistern.Commands.Checking.Answers;

/// <summary>What a status other than 200 means.</summary>
internal static class StatusKind
{
    /// <summary>Null for 200.</summary>
    public static FindingKind? Of(int status) => status switch
    {
        200 => null,
        > 200 and < 300 => FindingKinds.AnswerNot200,
        >= 300 and < 400 => FindingKinds.AnswerRedirect,
        401 or 403 => FindingKinds.KeyRefused,
        404 => FindingKinds.PathUnknown,
        405 => FindingKinds.MethodRefused,
        413 => FindingKinds.BodyLimitEmpty,
        429 => FindingKinds.RateLimited,
        502 or 503 or 504 => FindingKinds.ServerUnavailable,
        >= 500 => FindingKinds.ServerError,
        _ => FindingKinds.DeliveryRefused,
    };
}
