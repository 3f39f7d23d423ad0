using System.Globalization;

namespace Cistern.Delivery.Transform.Local;

/// <summary>One event on its way through a process: handed over, worked on, answered.</summary>
internal sealed class Invocation(string functionArn, ReadOnlyMemory<byte> payload, DateTimeOffset deadline)
{
    private readonly TaskCompletionSource<FunctionAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _writing;

    public string Id { get; } = Guid.NewGuid().ToString();

    public string FunctionArn => functionArn;

    public ReadOnlyMemory<byte> Payload => payload;

    public string DeadlineMilliseconds => deadline.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    public string TraceId => $"Root=1-{Id[..8]}-{Id.Replace("-", "", StringComparison.Ordinal)[8..]};Sampled=0";

    public Task<FunctionAnswer> Answer => _answer.Task;

    /// <summary>The process gets the event or has it, so that nobody knows what it does with it.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Says that the event is being handed to the process.</summary>
    public void Take()
    {
        IsTaken = true;
        _writing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Says that the payload is read no more; what was not handed over whole may be taken again.</summary>
    public void EndTaking(bool isWhole)
    {
        IsTaken = isWhole;
        _writing?.TrySetResult();
    }

    /// <summary>Ends when nobody reads the payload any more. Nobody may take the event meanwhile.</summary>
    public Task LetGoAsync() => _writing?.Task ?? Task.CompletedTask;

    /// <summary>The first answer counts.</summary>
    public bool TryAnswer(FunctionAnswer answer) => _answer.TrySetResult(answer);
}
