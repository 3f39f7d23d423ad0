using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary>The JSON of an answer while it is written, bounded in bytes.</summary>
internal sealed class AnswerBody : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);

    public AnswerBody() =>
        // The body is application/json and never part of a page, so only what JSON itself needs is escaped.
        Writer = new(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = false });

    public Utf8JsonWriter Writer { get; }

    public bool IsTooLarge => Writer.BytesCommitted + Writer.BytesPending > QueryBounds.AnswerBytesMax;

    /// <summary>A page of rows is as large as it should be.</summary>
    public bool IsFullPage => Writer.BytesCommitted + Writer.BytesPending > QueryBounds.PageBytes;

    public static QueryProblem TooLarge { get; } = new(
        QueryFault.AnswerTooLarge, $"cannot answer in more than {QueryBounds.AnswerBytesMax} bytes; ask for fewer rows or columns");

    public void WriteColumns(IEnumerable<AnswerColumn> columns)
    {
        Writer.WriteStartArray("columns"u8);
        foreach (var column in columns)
        {
            Writer.WriteStartObject();
            Writer.WriteString("name"u8, column.Name);
            Writer.WriteString("type"u8, column.Type);
            if (column.Unit is { } unit)
            {
                Writer.WriteString("unit"u8, unit);
            }

            Writer.WriteEndObject();
        }

        Writer.WriteEndArray();
    }

    /// <summary>Writes what every answer's <c>meta</c> begins with; the caller closes the object.</summary>
    /// <param name="classified">The rows of <c>requests</c> behind the answer.</param>
    public void BeginMeta(StoreTraits traits, long rowsRead, TimeSpan elapsed, Period? period, Classified classified = default)
    {
        Writer.WriteStartObject("meta"u8);
        Writer.WriteNumber("rowsRead"u8, rowsRead);
        Writer.WriteNumber("elapsedMs"u8, Math.Round(elapsed.TotalMilliseconds, 1));
        if (traits.Shards > 1)
        {
            Writer.WriteNumber("shards"u8, traits.Shards);
        }

        if (classified.Share is { } share)
        {
            Writer.WriteNumber("rules"u8, share);
        }

        if (period is null)
        {
            return;
        }

        Writer.WriteString("from"u8, JsonValues.Time(period.From));
        Writer.WriteString("to"u8, JsonValues.Time(period.To));
        Writer.WriteString("tz"u8, period.ZoneName);
    }

    public Answer ToAnswer()
    {
        Writer.Flush();
        return IsTooLarge ? Answer.Refused(TooLarge) : Answer.Json(_buffer.WrittenMemory);
    }

    public void Dispose() => Writer.Dispose();
}
