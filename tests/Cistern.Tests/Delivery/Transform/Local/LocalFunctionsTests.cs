using System.Diagnostics;
using System.Globalization;
using Cistern.Delivery.Transform;
using Cistern.Delivery.Transform.Local;
using Cistern.Tests.Delivery.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Delivery.Transform.Local;

/// <summary>Real processes: a script run by node that speaks the Lambda Runtime API.</summary>
public sealed class LocalFunctionsTests
{
    private const string ArnHead = "arn:aws:lambda:eu-west-2:111122223333:function:";

    private static string Script => Path.Combine(Repository.Root, "tests/Cistern.Tests/Delivery/Transform/Local/function.mjs");

    [Fact]
    public async Task A_function_answers_and_its_process_is_used_again()
    {
        await using var functions = Start("pid");
        var first = await InvokeAsync(functions, "pid", "a");
        var second = await InvokeAsync(functions, "pid:prod", "b");

        Assert.Equal(first, second);
        Assert.Equal(1, functions.ProcessCount);
    }

    [Fact]
    public async Task Each_record_comes_back_changed()
    {
        await using var functions = Start("upper");

        Assert.Equal(["Ok:ONE", "Ok:TWO"], await InvokeAsync(functions, "upper", "one", "two"));
    }

    [Fact]
    public async Task A_function_knows_its_name_and_region()
    {
        await using var functions = Start("variables");

        Assert.Equal(
            ["Ok:{\"AWS_REGION\":\"eu-west-2\",\"AWS_LAMBDA_FUNCTION_NAME\":\"variables\",\"_HANDLER\":\"variables\"}"], await InvokeAsync(functions, "variables", "x"));
    }

    [Fact]
    public async Task Invocations_at_once_have_a_process_each_up_to_the_limit()
    {
        await using var functions = Start(new LocalSettings { ProcessesMax = 2 }, "pid=200");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => InvokeAsync(functions, "pid", "x")));

        Assert.Equal(2, answers.Select(answer => answer[0]).Distinct().Count());
        Assert.Equal(2, functions.ProcessCount);
    }

    [Fact]
    public async Task The_tutorials_function_loses_short_lines_as_missing_ids()
    {
        await using var functions = Start("tutorial");
        var whole = string.Join('\t', Enumerable.Range(0, 12));
        var texts = await InvokeAsync(functions, "tutorial", whole, "too short");

        Assert.Equal($"Ok:{whole}", texts[0]);
        Assert.StartsWith("Lambda.MissingRecordId: One or more record Ids were not returned.", texts[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_throws_is_a_function_error_with_its_words_and_goes_on()
    {
        await using var functions = Start("throws");
        for (var round = 0; round < 2; round++)
        {
            var texts = await InvokeAsync(functions, "throws", "x");
            Assert.Equal("Lambda.FunctionError: The Lambda function was successfully invoked but it returned an error result. TypeError: no such field (retried)", texts[0]);
        }

        Assert.Equal(1, functions.ProcessCount);
    }

    [Fact]
    public async Task Rubbish_fails_every_record_without_another_try()
    {
        await using var functions = Start("rubbish");

        Assert.StartsWith("Lambda.MissingRecordId: ", (await InvokeAsync(functions, "rubbish", "x"))[0], StringComparison.Ordinal);
        Assert.DoesNotContain("(retried)", (await InvokeAsync(functions, "rubbish", "x"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_function_that_hangs_is_killed_and_timed_out()
    {
        await using var functions = Start(new LocalSettings { Timeout = TimeSpan.FromSeconds(1) }, "hangs");

        Assert.Equal("Lambda.FunctionTimedOut: Task timed out after 1.00 seconds (retried)", (await InvokeAsync(functions, "hangs", "x"))[0]);
        Assert.Equal(0, functions.ProcessCount);
    }

    [Fact]
    public async Task A_function_that_ends_while_it_works_leaves_its_last_words_and_is_started_again()
    {
        await using var functions = Start("exits");
        for (var round = 0; round < 2; round++)
        {
            var text = (await InvokeAsync(functions, "exits", "x"))[0];
            Assert.StartsWith("Lambda.FunctionError: ", text, StringComparison.Ordinal);
            Assert.Contains("exit code 3", text, StringComparison.Ordinal);
            Assert.Contains("cannot go on", text, StringComparison.Ordinal);
        }

        Assert.Equal(0, functions.ProcessCount);
    }

    [Fact]
    public async Task A_process_that_ended_while_it_was_idle_costs_no_event()
    {
        await using var functions = Start("once");
        for (var round = 0; round < 3; round++)
        {
            Assert.Equal(["Ok:X"], await InvokeAsync(functions, "once", "x"));
            await Task.Delay(round * 100);
        }
    }

    [Fact]
    public async Task A_function_that_cannot_begin_says_why()
    {
        await using var functions = Start("init");

        Assert.Contains("It could not begin: Runtime.NoModule: cannot find module", (await InvokeAsync(functions, "init", "x"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_over_six_megabytes_is_a_function_error()
    {
        await using var functions = Start("big");
        var text = (await InvokeAsync(functions, "big", "x"))[0];

        Assert.StartsWith("Lambda.FunctionError: ", text, StringComparison.Ordinal);
        Assert.Contains("exceeded maximum allowed payload size", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_executable_that_is_not_there_is_named()
    {
        await using var functions = new LocalFunctions([new FunctionCommand("gone", "/no/such/program", [])], new LocalSettings(), TimeProvider.System, NullLogger<LocalFunctions>.Instance);
        var text = (await InvokeAsync(functions, "gone", "x"))[0];

        Assert.StartsWith("Lambda.FunctionError: ", text, StringComparison.Ordinal);
        Assert.Contains("cannot start '/no/such/program'", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_speak_the_api_ends_with_an_error()
    {
        await using var functions = new LocalFunctions([new FunctionCommand("true", "true", [])], new LocalSettings(), TimeProvider.System, NullLogger<LocalFunctions>.Instance);

        Assert.Contains("exit code 0 before it answered", (await InvokeAsync(functions, "true", "x"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_function_is_not_found()
    {
        await using var functions = Start("upper");

        Assert.StartsWith($"Lambda.ResourceNotFound: Function not found: {ArnHead}other.", (await InvokeAsync(functions, "other", "x"))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_of_almost_six_megabytes_goes_through()
    {
        await using var functions = Start("upper");
        var text = new string('x', 1_000_000);

        Assert.All(await InvokeAsync(functions, "upper", text, text, text, text), answer => Assert.Equal(1_000_003, answer.Length));
    }

    [Fact]
    public async Task Who_cancels_ends_the_process_and_sees_the_cancellation()
    {
        await using var functions = Start("hangs");
        using var cancel = new CancellationTokenSource();
        var invoked = functions.InvokeAsync(ArnHead + "hangs", Event("x"), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoked);
        Assert.Equal(0, functions.ProcessCount);
    }

    [Fact]
    public async Task Idle_processes_are_ended()
    {
        var time = new SteppedTime(TransformSamples.Arrived);
        await using var functions = Start(new LocalSettings(), time, "pid");
        var process = int.Parse((await InvokeAsync(functions, "pid", "x"))[0][3..], CultureInfo.InvariantCulture);
        await functions.EndIdleAsync();
        Assert.Equal(1, functions.ProcessCount);

        // The timer looks after half of the limit.
        time.Advance(TimeSpan.FromMinutes(6));
        while (functions.ProcessCount > 0)
        {
            await Task.Delay(10);
        }

        Assert.False(Runs(process));
    }

    [Fact]
    public async Task At_the_stop_no_process_is_left()
    {
        var functions = Start(new LocalSettings { EndLimit = TimeSpan.FromMilliseconds(200) }, "pid", "hangs");
        var process = int.Parse((await InvokeAsync(functions, "pid", "x"))[0][3..], CultureInfo.InvariantCulture);
        var hanging = InvokeAsync(functions, "hangs", "x"); // It does not listen to SIGTERM.
        while (functions.ProcessCount < 2)
        {
            await Task.Delay(10);
        }

        await functions.DisposeAsync();

        Assert.False(Runs(process));
        Assert.StartsWith("Lambda.FunctionError: ", (await hanging)[0], StringComparison.Ordinal);
        Assert.Equal(0, functions.ProcessCount);
    }

    [Fact]
    public async Task What_a_function_prints_goes_to_the_log_under_its_name()
    {
        var log = new KeptLog();
        await using (var functions = new LocalFunctions([Command("upper")], new LocalSettings(), TimeProvider.System, log))
        {
            await InvokeAsync(functions, "upper", "x");
        }

        Assert.Contains("Function upper: function upper waits", log.Lines);
    }

    private static LocalFunctions Start(params string[] modes) => Start(new LocalSettings(), modes);

    private static LocalFunctions Start(LocalSettings settings, params string[] modes) => Start(settings, TimeProvider.System, modes);

    private static LocalFunctions Start(LocalSettings settings, TimeProvider time, params string[] modes) =>
        new(modes.Select(Command), settings, time, NullLogger<LocalFunctions>.Instance);

    // "pid=200": the mode, and its argument.
    private static FunctionCommand Command(string mode)
    {
        var parts = mode.Split('=');
        return FunctionCommand.Parse($"{parts[0]}=node '{Script}' {string.Join(' ', parts)}", out _)!;
    }

    private static ReadOnlyMemory<byte> Event(params string[] texts) => TransformEvent.Write(TransformSamples.Plan, Guid.NewGuid(), TransformSamples.Records(texts));

    private static async Task<string[]> InvokeAsync(LocalFunctions functions, string name, params string[] texts)
    {
        var answer = await functions.InvokeAsync(ArnHead + name, Event(texts), CancellationToken.None);
        var verdict = TransformAnswer.Judge(TransformSamples.Records(texts), answer);
        return [.. verdict.Records.Select(record => record.Result switch
        {
            RecordResult.Ok => $"Ok:{TransformSamples.Text(record.Data)}",
            RecordResult.Dropped => "Dropped",
            RecordResult.Failed => $"{record.ErrorCode}: {record.ErrorMessage}{(verdict.IsRetried ? " (retried)" : "")}",
        })];
    }

    private static bool Runs(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private sealed class KeptLog : ILogger<LocalFunctions>
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
