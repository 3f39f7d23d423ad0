using System.Text;
using Cistern.Delivery;
using Cistern.Delivery.Transform;
using Cistern.Delivery.Transform.Local;
using Cistern.Tests.Delivery.Transform;
using Microsoft.Extensions.Logging.Abstractions;

namespace Cistern.Tests.Transform;

/// <summary>The program itself, run as the local Firehose runs it.</summary>
public sealed class FunctionProcessTests
{
    private const string Arn = "arn:aws:lambda:eu-west-2:111122223333:function:own";

    private static string Program => Path.Combine(AppContext.BaseDirectory, "bootstrap.dll");

    [Fact]
    public async Task The_program_answers_every_record_of_an_event_once_and_goes_on()
    {
        await using var functions = Start("CISTERN_FIELDS=timestamp,sc-status,cs-uri-stem", "CISTERN_KEEP=success", "CISTERN_DROP_PATHS=/health,static");
        string[] records =
        [
            LambdaEvents.Line("200", "/a"), LambdaEvents.Line("404", "/a"), LambdaEvents.Line("200", "/health"), LambdaEvents.Line("200", "/app.css"), "1760000000.123\tcut", "something else",
        ];
        for (var round = 0; round < 2; round++)
        {
            var verdict = await InvokeAsync(functions, records);

            Assert.False(verdict.IsRetried);
            Assert.Equal(
                [$"Ok {records[0]}", "Dropped", "Dropped", "Dropped", "Lambda.ProcessingFailedStatus", "Ok something else"],
                verdict.Records.Select(record => record.Result switch
                {
                    RecordResult.Ok => $"Ok {Encoding.UTF8.GetString(record.Data.Span)}",
                    RecordResult.Dropped => "Dropped",
                    RecordResult.Failed => record.ErrorCode,
                }));
        }

        Assert.Equal(1, functions.ProcessCount);
    }

    [Fact]
    public async Task Settings_that_are_wrong_are_the_functions_error()
    {
        await using var functions = Start("CISTERN_KEEP=failures");
        var verdict = await InvokeAsync(functions, ["x"]);

        Assert.True(verdict.IsRetried);
        Assert.Equal("Lambda.FunctionError", verdict.Records[0].ErrorCode);
        Assert.Contains("CISTERN_KEEP: cannot use 'failures'; write success, errors or all", verdict.Records[0].ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_that_is_not_Firehoses_is_the_functions_error_and_it_goes_on()
    {
        await using var functions = Start();
        var answer = await functions.InvokeAsync(Arn, "{\"Records\":[]}"u8.ToArray(), CancellationToken.None);

        Assert.Equal("Lambda.FunctionError", answer.ErrorCode);
        Assert.Contains("no array of records", answer.Message, StringComparison.Ordinal);
        Assert.Equal(RecordResult.Ok, (await InvokeAsync(functions, ["x"])).Records[0].Result);
        Assert.Equal(1, functions.ProcessCount);
    }

    private static LocalFunctions Start(params string[] variables)
    {
        var command = FunctionCommand.Parse($"own=env {string.Join(' ', variables.Select(variable => $"'{variable}'"))} dotnet '{Program}'", out _)!;
        return new LocalFunctions([command], new LocalSettings(), TimeProvider.System, NullLogger<LocalFunctions>.Instance);
    }

    private static async Task<TransformVerdict> InvokeAsync(LocalFunctions functions, string[] texts)
    {
        IReadOnlyList<StreamRecord> records = TransformSamples.Records(texts);
        return TransformAnswer.Judge(records, await functions.InvokeAsync(Arn, TransformEvent.Write(TransformSamples.Plan, Guid.NewGuid(), records), CancellationToken.None));
    }
}
