using System.Diagnostics;
using Cistern.Query.Catalogue;
using Cistern.Query.Model;
using Cistern.Query.Sql;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary><c>GET /api/rows</c>: raw rows by time, page by page.</summary>
internal sealed class RowsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    private static readonly DuckDbDialect Dialect = new();

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        if (RowsQuestion.Read(context.Request.Query, time.GetUtcNow(), out var question) is { } problem)
        {
            return Answer.Refused(problem);
        }

        using var result = await store.QueryAsync(question.ToSql(Dialect, settings), context.RequestAborted);
        return Write(question, result, () => Stopwatch.GetElapsedTime(started));
    }

    private static Answer Write(RowsQuestion question, IQueryResult result, Func<TimeSpan> elapsed)
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.WriteColumns(question.Columns.Select((field, place) => new AnswerColumn(field.Name, CatalogueNames.Of(field.Kind), null, place)));
        var cursor = WriteRows(body, question, result);
        body.BeginMeta(result.SnapshotRows, elapsed(), question.Period);
        body.Writer.WriteString("cursor"u8, cursor?.ToText(question.Descending));
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    // Gives the cursor of the next page, or null if this is the last.
    private static RowsCursor? WriteRows(AnswerBody body, RowsQuestion question, IQueryResult result)
    {
        body.Writer.WriteStartArray("rows"u8);
        var (rows, last, more) = (0, question.Cursor, false);
        while (!body.IsTooLarge && result.Read())
        {
            more = rows == question.Limit;
            if (more)
            {
                break;
            }

            rows++;
            last = Follow(last, question, result);
            WriteRow(body, question.Columns.Count, result);
        }

        body.Writer.WriteEndArray();
        return more ? last : null;
    }

    private static void WriteRow(AnswerBody body, int columns, IQueryResult result)
    {
        body.Writer.WriteStartArray();
        for (var column = 0; column < columns; column++)
        {
            JsonValues.Write(body.Writer, result[column]);
        }

        body.Writer.WriteEndArray();
    }

    private static RowsCursor Follow(RowsCursor? last, RowsQuestion question, IQueryResult result)
    {
        var place = question.Columns.Count;
        var time = Moments.Microseconds((DateTimeOffset)result[place]!);
        var received = result[place + 1] is DateTimeOffset moment ? Moments.Microseconds(moment) : 0;
        var delivery = question.HasColumn(RowsQuestion.Key[2]) ? (string?)result[place + 2] ?? "" : "";
        return last is not null && last.Time == time && last.Received == received && last.DeliveryId == delivery
            ? last with { Given = last.Given + 1 }
            : new(time, received, delivery, 1);
    }
}
