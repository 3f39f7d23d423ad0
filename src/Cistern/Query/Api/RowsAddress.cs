using System.Diagnostics;
using Cistern.Query.Catalogue;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>GET /api/rows</c>: raw rows by time, page by page.</summary>
internal sealed class RowsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        if (RowsQuestion.Read(context.Request.Query, time.GetUtcNow(), out var question) is { } problem)
        {
            return Answer.Refused(problem);
        }

        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.WriteColumns(question.Columns.Select((field, place) => new AnswerColumn(field.Name, CatalogueNames.Of(field.Kind), null, place)));
        body.Writer.WriteStartArray("rows"u8);
        var page = await new RowsPages(store, settings).ReadAsync(question, row => WriteRow(body, question.Columns.Count, row), context.RequestAborted);
        body.Writer.WriteEndArray();
        body.BeginMeta(store.Traits, page.SnapshotRows, Stopwatch.GetElapsedTime(started), question.Period, page.Classified);
        body.Writer.WriteString("cursor"u8, page.Next?.ToText(question.Descending));
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static bool WriteRow(AnswerBody body, int columns, IQueryResult row)
    {
        body.Writer.WriteStartArray();
        for (var column = 0; column < columns; column++)
        {
            JsonValues.Write(body.Writer, row[column]);
        }

        body.Writer.WriteEndArray();
        return !body.IsFullPage;
    }
}
