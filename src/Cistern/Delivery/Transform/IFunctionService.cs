namespace Cistern.Delivery.Transform;

/// <summary>Runs functions: as processes of this machine, or at a service that speaks the Lambda API.</summary>
internal interface IFunctionService
{
    /// <summary>Invokes a function and waits for what it answers. Does not throw but when cancelled.</summary>
    /// <param name="functionArn">As configured, qualified or not.</param>
    /// <param name="payload">The event; valid until the task ends.</param>
    Task<FunctionAnswer> InvokeAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancel);
}

/// <summary>What an invocation came to.</summary>
/// <param name="ErrorCode">Null if the function answered; else as Firehose names it: <c>Lambda.FunctionError</c>, <c>Lambda.FunctionTimedOut</c>, <c>Lambda.ResourceNotFound</c>, ….</param>
/// <param name="Payload">What the function returned, if it did.</param>
/// <param name="Message">Why it failed, for the error object.</param>
internal sealed record FunctionAnswer(string? ErrorCode, ReadOnlyMemory<byte> Payload, string Message);
