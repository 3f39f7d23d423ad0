using Cistern.Query.Api;
using Cistern.Query.Catalogue;
using Cistern.Store;

namespace Cistern.Query.Live;

/// <summary><c>GET /api/tail</c>: rows as they become visible, as server-sent events.</summary>
/// <remarks>
/// Each tail asks the store once a second. While a client does not take what was written its tail does not ask, so that nothing piles
/// up: the next look covers a longer time, and what is beyond its rows is counted as skipped.
/// </remarks>
internal sealed class TailAddress(IStore store, TimeProvider time, QuestionLimits settings, StreamAccess access, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan AccessInterval = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(15);

    private int _open;

    public async Task HandleAsync(HttpContext context)
    {
        if (Interlocked.Increment(ref _open) > settings.MaxTails)
        {
            Interlocked.Decrement(ref _open);
            await Answer.SendAsync(context, _ => Task.FromResult(Answer.Refused(new QueryProblem(
                QueryFault.TooManyTails, $"cannot open another tail: {settings.MaxTails} are open; close one, or raise the setting query:maxTails"))));
            return;
        }

        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await RunAsync(context, end.Token);
        }
        catch (OperationCanceledException)
        {
            // The client went away or the server stops; a browser comes again with the id of its last event.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task RunAsync(HttpContext context, CancellationToken end)
    {
        var request = context.Request;
        TailReader reader;
        TailCursor cursor;
        TailBatch batch;
        if (TailQuestion.Read(request.Query, request.Headers["Last-Event-ID"], time.GetUtcNow(), out var question) is { } problem)
        {
            await Answer.SendAsync(context, _ => Task.FromResult(Answer.Refused(problem)));
            return;
        }

        // The first look comes before the first byte, so that what fails at once has its status.
        try
        {
            reader = new TailReader(store, question, time, settings);
            cursor = question.After ?? await reader.FindEndAsync(end);
            batch = await reader.NextAsync(cursor, end);
        }
        catch (StoreQueryException failed)
        {
            end.ThrowIfCancellationRequested();
            await Answer.SendAsync(context, _ => Task.FromResult(Answer.Refused(Problems.Of(failed))));
            return;
        }

        var stream = new EventStream(context.Response);
        await stream.StartAsync(end);
        await SendColumnsAsync(stream, question, cursor, end);
        await GoOnAsync(context, stream, question, reader, batch, end);
    }

    private async Task GoOnAsync(HttpContext context, EventStream stream, TailQuestion question, TailReader reader, TailBatch batch, CancellationToken end)
    {
        var (wrote, checkedAt) = (time.GetTimestamp(), time.GetTimestamp());
        try
        {
            while (true)
            {
                if (batch.Rows.Count > 0)
                {
                    await SendRowsAsync(stream, question, batch, end);
                    wrote = time.GetTimestamp();
                }
                else if (time.GetElapsedTime(wrote) >= KeepAliveInterval)
                {
                    await stream.KeepAliveAsync(batch.Cursor.ToText(question.OfEvents), end);
                    wrote = time.GetTimestamp();
                }

                // A tail that has far to go does not wait over deliveries in which nothing matched.
                if (!batch.More || batch.Rows.Count > 0)
                {
                    await Task.Delay(Interval, time, end);
                }

                if (time.GetElapsedTime(checkedAt) >= AccessInterval)
                {
                    checkedAt = time.GetTimestamp();
                    if (!access.StillAllowed(context))
                    {
                        return;
                    }
                }

                batch = await reader.NextAsync(batch.Cursor, end);
            }
        }
        catch (StoreQueryException failed)
        {
            end.ThrowIfCancellationRequested();
            await stream.SendAsync("problem", id: null, writer => writer.WriteRawValue(Problems.Of(failed).ToJson().Span), end);
        }
    }

    private static Task SendColumnsAsync(EventStream stream, TailQuestion question, TailCursor cursor, CancellationToken cancel) =>
        stream.SendAsync("columns", cursor.ToText(question.OfEvents), writer =>
        {
            writer.WriteStartArray();
            foreach (var field in question.Columns)
            {
                writer.WriteStartObject();
                writer.WriteString("name"u8, field.Name);
                writer.WriteString("type"u8, CatalogueNames.Of(field.Kind));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }, cancel);

    private static Task SendRowsAsync(EventStream stream, TailQuestion question, TailBatch batch, CancellationToken cancel) =>
        stream.SendAsync("rows", batch.Cursor.ToText(question.OfEvents), writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("rows"u8);
            foreach (var row in batch.Rows)
            {
                writer.WriteStartArray();
                foreach (var value in row)
                {
                    JsonValues.Write(writer, value);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndArray();
            writer.WriteNumber("skipped"u8, batch.Skipped);
            writer.WriteEndObject();
        }, cancel);
}
