using System.Buffers;
using System.Globalization;
using Cistern.Query.Api;
using Cistern.Store;
using Microsoft.AspNetCore.Http.Features;

namespace Cistern.Query.Export;

/// <summary><c>GET /api/export</c>: all rows that <c>/api/rows</c> would page through, as one file.</summary>
/// <remarks>
/// A page at a time is read and sent before the next one is asked for: a slow client holds one page in memory and nothing of the store, and
/// one that leaves ends the export. What fails before the first page has a status; after it the connection is cut, so that no part of a file
/// can be taken for the whole.
/// </remarks>
internal sealed class ExportAddress(IStore store, TimeProvider time, QuestionLimits settings, IHostApplicationLifetime lifetime)
{
    private const int PageRows = 5_000;

    private static readonly string[] Names = ["format", "signal", "from", "to", "tz", "where", "order", "columns", "limit"];

    public async Task HandleAsync(HttpContext context)
    {
        if (Read(context.Request.Query, out var question, out var format) is { } problem)
        {
            await Answer.SendAsync(context, _ => Task.FromResult(Answer.Refused(problem)));
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await SendAsync(context.Response, question, format, end.Token);
        }
        catch (StoreQueryException failed) when (!context.Response.HasStarted && !end.IsCancellationRequested)
        {
            await Answer.SendAsync(context, _ => Task.FromResult(Answer.Refused(Problems.Of(failed))));
        }
        catch (Exception failed) when (failed is StoreQueryException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    private QueryProblem? Read(IQueryCollection query, out RowsQuestion question, out ExportFormat format)
    {
        format = ExportFormat.Csv;
        return RowsQuestion.Read(query, time.GetUtcNow(), Names, settings.ExportRows, settings.ExportRows, out question)
            ?? ExportFormat.Find(new QueryParameters(query)["format"], out format)
            ?? CheckColumns(question, format);
    }

    // An object cannot hold two members of one name.
    private static QueryProblem? CheckColumns(RowsQuestion question, ExportFormat format) =>
        format == ExportFormat.NdJson && question.Columns.CountBy(column => column.Name).FirstOrDefault(named => named.Value > 1).Key is { } twice
            ? new(QueryFault.ParameterInvalid, $"cannot export column '{twice}' twice in one object; name it once")
            : null;

    private async Task SendAsync(HttpResponse response, RowsQuestion question, ExportFormat format, CancellationToken end)
    {
        var pages = new RowsPages(store, settings);
        var buffer = new ArrayBufferWriter<byte>(64 << 10);
        format.Begin(buffer, question.Columns);
        var (left, cursor) = (question.Limit, default(RowsCursor));
        do
        {
            var page = await pages.ReadAsync(question with { Limit = Math.Min(PageRows, left), Cursor = cursor }, row =>
            {
                format.Write(buffer, question.Columns, row);
                return buffer.WrittenCount < QueryBounds.ExportPageBytes;
            }, end);
            Start(response, question, format);
            await response.Body.WriteAsync(buffer.WrittenMemory, end);
            await response.Body.FlushAsync(end);
            buffer.ResetWrittenCount();
            (left, cursor) = (left - page.Rows, page.Next);
        }
        while (cursor is not null && left > 0);
    }

    private static void Start(HttpResponse response, RowsQuestion question, ExportFormat format)
    {
        if (response.HasStarted)
        {
            return;
        }

        response.ContentType = format.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentDisposition = $"attachment; filename=\"{question.Signal.Name}-{Stamp(question.Period.From)}-{Stamp(question.Period.To)}.{format.Name}\"";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static string Stamp(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
