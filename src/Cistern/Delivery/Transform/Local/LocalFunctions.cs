namespace Cistern.Delivery.Transform.Local;

/// <summary>Functions that are executables of this machine and speak the Lambda Runtime API.</summary>
/// <remarks>A function is chosen by its name; account, region and qualifier of the ARN do not matter.</remarks>
internal sealed class LocalFunctions : IFunctionService, IAsyncDisposable
{
    private readonly Dictionary<string, LocalFunction> _functions;
    private readonly ITimer _idleTimer;
    private Task _ending = Task.CompletedTask;

    /// <param name="commands">Of one name the last.</param>
    public LocalFunctions(IEnumerable<FunctionCommand> commands, LocalSettings settings, TimeProvider time, ILogger<LocalFunctions> logger)
    {
        _functions = commands.GroupBy(command => command.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => new LocalFunction(group.Last(), settings, time, logger), StringComparer.Ordinal);
        var pause = settings.IdleLimit / 2;
        _idleTimer = time.CreateTimer(_ => _ending = EndIdleAsync(), state: null, pause, pause);
    }

    /// <summary>Processes that run, of all functions.</summary>
    public int ProcessCount => _functions.Values.Sum(function => function.ProcessCount);

    public Task<FunctionAnswer> InvokeAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        var name = FunctionArn.NameOf(functionArn);
        return _functions.TryGetValue(name, out var function)
            ? function.InvokeAsync(functionArn, payload, cancel)
            : Task.FromResult(TransformErrors.Failed(
                TransformErrors.ResourceNotFound, $"Function not found: {functionArn}.", $"Start the Firehose with --function {name}=COMMAND."));
    }

    /// <summary>Ends processes that were idle for longer than the limit.</summary>
    public Task EndIdleAsync() => Task.WhenAll(_functions.Values.Select(function => function.EndIdleAsync()));

    /// <summary>Ends all processes; invocations that still run fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await _idleTimer.DisposeAsync();
        await _ending;
        await Task.WhenAll(_functions.Values.Select(function => function.DisposeAsync().AsTask()));
    }
}
