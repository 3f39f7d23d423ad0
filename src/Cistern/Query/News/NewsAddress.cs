using System.Diagnostics;
using Cistern.Query.Api;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.News;

/// <summary><c>GET /api/news</c>: who came for the first time, who stayed away, who came much more often, and who was imitated.</summary>
internal sealed class NewsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    private static readonly string[] Names = ["from", "to", "tz", "where"];

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        if (Read(context.Request.Query, time.GetUtcNow(), out var period, out var filter) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var reader = new NewsReader(store, settings, period, filter);
        var news = await reader.ReadAsync(context.RequestAborted);
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("news"u8);
        foreach (var item in news)
        {
            Write(body, item, item.Hour is { } hour ? reader.MomentOf(hour) : item.Time);
        }

        body.Writer.WriteEndArray();
        body.BeginMeta(store.Traits, reader.SnapshotRows, Stopwatch.GetElapsedTime(started), period);
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static QueryProblem? Read(IQueryCollection query, DateTimeOffset now, out Period period, out FilterNode filter)
    {
        var given = new QueryParameters(query);
        (period, filter) = (null!, null!);
        return QueryParameters.Check(query, Names, [])
            ?? PeriodReader.Read(given["from"], given["to"], given["tz"], now, out period)
            ?? FilterParser.Parse(given["where"], RequestSignal.Signal, now, out filter);
    }

    private static void Write(AnswerBody body, NewsItem item, DateTimeOffset? moment)
    {
        var writer = body.Writer;
        writer.WriteStartObject();
        writer.WriteString("kind"u8, NewsText.NameOf(item.Kind));
        writer.WriteString("name"u8, item.Reader.Name);
        writer.WriteString("operator"u8, item.Reader.Operator);
        writer.WriteString("class"u8, item.Reader.Class);
        writer.WritePropertyName("time"u8);
        JsonValues.Write(writer, moment);
        writer.WriteNumber("requests"u8, (long)Math.Round(item.Requests));
        writer.WritePropertyName("before"u8);
        JsonValues.Write(writer, item.Before is { } before ? Math.Round(before, 1) : null);
        writer.WriteString("text"u8, NewsText.SentenceOf(item));
        writer.WriteString("filter"u8, NewsText.FilterOf(item));
        writer.WriteEndObject();
    }
}
