using System.Diagnostics;
using Cistern.Query.Api;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Gaps;

/// <summary><c>GET /api/gaps</c>: minutes in which a stream brought nothing although rows were to be expected.</summary>
internal sealed class GapsAddress(IStore store, TimeProvider time, QuestionLimits settings)
{
    private static readonly string[] Names = ["from", "to"];

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, AnswerAsync);

    private async Task<Answer> AnswerAsync(HttpContext context)
    {
        var (started, now) = (Stopwatch.GetTimestamp(), time.GetUtcNow());
        if (Read(context.Request.Query, now, out var period) is { } problem)
        {
            return Answer.Refused(problem);
        }

        var (from, to) = (Minute(period.From), Minute(period.To.AddTicks(TimeSpan.TicksPerMinute - 1)));
        var reader = new GapReader(store, settings);
        var streams = await reader.ReadAsync(new(Moment(from), Moment(to)), context.RequestAborted);
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("gaps"u8);
        foreach (var (stream, minutes) in streams.OrderBy(stream => stream.Key, StringComparer.Ordinal))
        {
            Write(body, stream, GapJudge.Find(minutes, from, to, Minute(now)));
        }

        body.Writer.WriteEndArray();
        body.BeginMeta(store.Traits, reader.SnapshotRows, Stopwatch.GetElapsedTime(started), period);
        body.Writer.WriteEndObject();
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static QueryProblem? Read(IQueryCollection query, DateTimeOffset now, out Period period)
    {
        var given = new QueryParameters(query);
        period = null!;
        return QueryParameters.Check(query, Names, [])
            ?? PeriodReader.Read(given["from"], given["to"], tz: null, now, out period)
            ?? (period.Length.TotalDays <= QueryBounds.GapDaysMax
                ? null
                : new(QueryFault.LimitExceeded, $"cannot look for gaps in {period.Length.TotalDays:0.#} days: the limit is {QueryBounds.GapDaysMax} days; ask for less"));
    }

    private static void Write(AnswerBody body, string stream, IReadOnlyList<Gap> gaps)
    {
        foreach (var gap in gaps)
        {
            body.Writer.WriteStartObject();
            body.Writer.WriteString("stream"u8, stream);
            body.Writer.WriteString("from"u8, JsonValues.Time(Moment(gap.From)));
            body.Writer.WriteString("to"u8, JsonValues.Time(Moment(gap.To)));
            body.Writer.WriteNumber("minutes"u8, gap.To - gap.From);
            body.Writer.WriteNumber("expected"u8, Math.Round(gap.Expected, 1));
            body.Writer.WriteString("basis"u8, gap.Basis switch { GapBasis.Weeks => "weeks", GapBasis.Hour => "hour" });
            body.Writer.WriteEndObject();
        }
    }

    private static long Minute(DateTimeOffset moment) => (moment.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMinute;

    private static DateTimeOffset Moment(long minute) => DateTimeOffset.UnixEpoch.AddTicks(minute * TimeSpan.TicksPerMinute);
}
