using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Cistern.Delivery.Transform.Local;

/// <summary>One process of a function, with the Runtime API that it speaks to. Works on one event at a time.</summary>
internal sealed partial class FunctionProcess
{
    private const int Terminate = 15;
    private static readonly TimeSpan OutputLimit = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly RuntimeApi _api;
    private readonly FunctionOutput _errors;
    private readonly Task _reading;
    private readonly Task _watching;
    private readonly TimeSpan _endLimit;
    private readonly Lock _gate = new();
    private volatile bool _hasExited;
    private volatile bool _hasFailed;
    private Task? _ending;

    private FunctionProcess(Process process, RuntimeApi api, Action<string> told, TimeSpan endLimit)
    {
        (_process, _api, _endLimit) = (process, api, endLimit);
        _errors = new FunctionOutput(told);
        _reading = Task.WhenAll(_errors.ReadAsync(process.StandardError), new FunctionOutput(told).ReadAsync(process.StandardOutput));
        _watching = WatchAsync();
    }

    /// <summary>When its last event ended, by the owner's clock.</summary>
    public long IdleSince { get; set; }

    public int Id => _process.Id;

    public bool HasEnded => _hasExited;

    /// <summary>Starts the executable. It need not have asked for an event yet when this returns.</summary>
    /// <param name="told">Gets each line that the process prints.</param>
    /// <exception cref="FunctionStartException">It cannot be started.</exception>
    public static async Task<FunctionProcess> StartAsync(FunctionCommand command, string region, LocalSettings settings, Action<string> told)
    {
        var api = await RuntimeApi.StartAsync();
        try
        {
            var process = Process.Start(Describe(command, region, api.Address, settings)) ?? throw new FunctionStartException($"cannot start '{command.Program}'");
            process.StandardInput.Close();
            return new FunctionProcess(process, api, told, settings.EndLimit);
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or UnauthorizedAccessException)
        {
            await api.DisposeAsync();
            throw new FunctionStartException($"cannot start '{command.Program}': {exception.Message}", exception);
        }
    }

    /// <summary>Gives the process an event and waits for what it answers, or for its end. The owner bounds the time.</summary>
    public async Task<FunctionAnswer> InvokeAsync(Invocation invocation, CancellationToken cancel)
    {
        var isAnswered = false;
        _api.LayOut(invocation);
        try
        {
            if (_hasFailed)
            {
                _api.Fail(EndedAnswer()); // It ended before there was an event to fail.
            }

            var answer = await invocation.Answer.WaitAsync(cancel);
            isAnswered = true;
            return answer;
        }
        finally
        {
            await _api.WithdrawAsync(invocation, isEnding: !isAnswered);
        }
    }

    /// <summary>Ends the process, at once or by SIGTERM first, and lets go of all it had. Returns when it is gone; may be called again.</summary>
    public Task EndAsync(bool atOnce)
    {
        if (atOnce)
        {
            Kill();
        }

        lock (_gate)
        {
            return _ending ??= EndOnceAsync();
        }
    }

    private async Task EndOnceAsync()
    {
        if (!HasEnded && !OperatingSystem.IsWindows() && kill(_process.Id, Terminate) == 0)
        {
            await Task.WhenAny(_watching, Task.Delay(_endLimit));
        }

        Kill();
        await _watching;

        // A grandchild may hold the pipes open for ever.
        await Task.WhenAny(_reading, Task.Delay(OutputLimit));
        _process.Dispose();
        await _api.DisposeAsync();
    }

    private static ProcessStartInfo Describe(FunctionCommand command, string region, string address, LocalSettings settings)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        var variables = start.Environment;
        variables["AWS_LAMBDA_RUNTIME_API"] = address;
        variables["AWS_LAMBDA_FUNCTION_NAME"] = command.Name;
        variables["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST";
        variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "512";
        variables["AWS_LAMBDA_FUNCTION_TIMEOUT"] = ((int)settings.Timeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        variables["AWS_LAMBDA_LOG_GROUP_NAME"] = $"/aws/lambda/{command.Name}";
        variables["AWS_LAMBDA_LOG_STREAM_NAME"] = "local";
        variables["AWS_LAMBDA_INITIALIZATION_TYPE"] = "on-demand";
        variables["AWS_REGION"] = region;
        variables["AWS_DEFAULT_REGION"] = region;
        variables["LAMBDA_TASK_ROOT"] = Environment.CurrentDirectory;
        variables["TZ"] = ":UTC";
        variables.TryAdd("_HANDLER", command.Name);
        foreach (var (name, value) in command.Variables)
        {
            variables[name] = value;
        }

        return start;
    }

    private async Task WatchAsync()
    {
        await _process.WaitForExitAsync();
        _hasExited = true;
        await Task.WhenAny(_reading, Task.Delay(OutputLimit)); // Its last words say why it ended.
        _hasFailed = true; // Before the answer: an event that is laid out later sees it.
        _api.Fail(EndedAnswer());
    }

    private FunctionAnswer EndedAnswer()
    {
        var words = _errors.Last;
        var end = _api.InitError ?? $"Its process ended with exit code {_process.ExitCode} before it answered{(words.Length == 0 ? "." : $": {words}")}";
        return TransformErrors.FunctionFailed(end);
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself.
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}

/// <summary>A function's executable cannot be started.</summary>
internal sealed class FunctionStartException(string message, Exception? inner = null) : Exception(message, inner);
