using Cistern.Query.Catalogue;
using Cistern.Query.Model;

namespace Cistern.Query.Api;

/// <summary><c>GET /api/catalogue</c>: what can be asked.</summary>
internal sealed class CatalogueAddress
{
    private readonly Answer _answer = Write();

    public Task HandleAsync(HttpContext context) => Answer.SendAsync(context, _ => Task.FromResult(_answer));

    private static Answer Write()
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.Writer.WriteStartArray("signals"u8);
        foreach (var signal in Signals.All)
        {
            Write(body, signal);
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteString("intervals"u8, Interval.Forms);
        body.Writer.WriteString("times"u8, Moments.Forms);
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private static void Write(AnswerBody body, Signal signal)
    {
        body.Writer.WriteStartObject();
        body.Writer.WriteString("name"u8, signal.Name);
        body.Writer.WriteStartArray("measures"u8);
        foreach (var measure in signal.Measures)
        {
            Write(body, measure);
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteStartArray("keyed"u8);
        foreach (var measure in signal.Keyed)
        {
            Write(body, measure);
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteString("elsewhere"u8, signal.Elsewhere);
        body.Writer.WriteStartArray("fields"u8);
        foreach (var field in signal.Fields)
        {
            Write(body, field);
        }

        body.Writer.WriteEndArray();
        body.Writer.WriteEndObject();
    }

    private static void Write(AnswerBody body, Measure measure)
    {
        body.Writer.WriteStartObject();
        body.Writer.WriteString("name"u8, measure.Name);
        body.Writer.WriteString("unit"u8, CatalogueNames.Of(measure.Unit));
        body.Writer.WriteString("description"u8, measure.Description);
        body.Writer.WriteEndObject();
    }

    private static void Write(AnswerBody body, QueryField field)
    {
        body.Writer.WriteStartObject();
        body.Writer.WriteString("name"u8, field.Name);
        body.Writer.WriteString("type"u8, CatalogueNames.Of(field.Kind));
        body.Writer.WriteBoolean("dimension"u8, field.IsDimension || field.IsMap || field.Name == "time");
        body.Writer.WriteBoolean("column"u8, !field.Computed);
        body.Writer.WriteString("description"u8, field.Description);
        body.Writer.WriteEndObject();
    }
}
