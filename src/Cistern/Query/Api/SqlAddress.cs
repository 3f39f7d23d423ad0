using System.Diagnostics;
using System.Text;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>POST /api/sql</c>: one SELECT that a user wrote.</summary>
/// <remarks>The way of a statement: (1) what may be answered, (2) read the text, (3) the store's guard, (4) run it in the pool for statements, (5) write.</remarks>
internal sealed class SqlAddress(IStore store, QuestionLimits settings)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        if (SqlFormats.Choose(context.Request.Headers.Accept, out var format) is { } unacceptable) // (1)
        {
            return Answer.Refused(unacceptable);
        }

        var (body, problem) = await RequestBody.ReadAsync(context.Request, "text/plain", QueryBounds.SqlBytesMax, context.RequestAborted); // (2)
        if (problem is not null || (problem = Decode(body, out var sql)) is not null)
        {
            return Answer.Refused(problem);
        }

        var verdict = await store.CheckAsync(sql, context.RequestAborted); // (3)
        if (verdict.Fault is { } fault)
        {
            return Answer.Refused(new QueryProblem(FaultOf(fault), verdict.Detail, verdict.Position));
        }

        var query = new StoreQuery(verdict.Sql, [], verdict.Tables, Range: null, QueryPool.Sql, new(settings.SqlTime, settings.SqlRows)) { Texts = verdict.Texts };
        using var result = await store.QueryAsync(query, context.RequestAborted); // (4)
        return SqlFormats.Write(result, store.Traits, format, () => Stopwatch.GetElapsedTime(started)); // (5)
    }

    private static QueryFault FaultOf(SqlFault fault) => fault switch
    {
        SqlFault.Malformed => QueryFault.BodyMalformed,
        SqlFault.TooLong => QueryFault.LimitExceeded,
        SqlFault.Refused => QueryFault.SqlRefused,
    };

    private static QueryProblem? Decode(byte[] body, out string sql)
    {
        sql = "";
        try
        {
            sql = Strict.GetString(body);
            return string.IsNullOrWhiteSpace(sql) ? new(QueryFault.BodyMalformed, "cannot run an empty statement; send one SELECT as the body") : null;
        }
        catch (DecoderFallbackException)
        {
            return new(QueryFault.BodyMalformed, "cannot read the statement: it is not UTF-8");
        }
    }
}
