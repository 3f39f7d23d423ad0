using System.Diagnostics;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>POST /api/query</c>: one question of measures by dimensions.</summary>
/// <remarks>The way of a question: (1) read the body, (2) check every name and bound, (3) write one SELECT, (4) run it, (5) write the answer.</remarks>
internal sealed class QueryAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    /// <summary>Answers a question that is already in memory: for the command line and the demo.</summary>
    public async Task<Answer> AskAsync(QueryModel model, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        if (QuestionReader.Read(model, time.GetUtcNow(), out var question) is { } problem) // (2)
        {
            return Answer.Refused(problem);
        }

        var query = QueryWriter.Write(question, store.Dialect, settings); // (3)
        using var result = await store.QueryAsync(query, cancel); // (4)
        return new AnswerWriter(question, result, store.Traits).Write(() => Stopwatch.GetElapsedTime(started)); // (5)
    }

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        var (body, problem) = await RequestBody.ReadAsync(context.Request, "application/json", QueryBounds.ModelBytesMax, context.RequestAborted); // (1)
        if (problem is not null || (problem = QueryModel.Read(body, out var model)) is not null)
        {
            return Answer.Refused(problem);
        }

        return await AskAsync(model, context.RequestAborted);
    }
}
