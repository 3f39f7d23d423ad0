using Cistern.Formats.CloudFront;
using Cistern.Ingest;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary><c>GET /api/setup</c>: what is needed to set a stream up: where it delivers to, and which fields there are to log.</summary>
internal sealed class SetupAddress
{
    private readonly Answer _answer = Write();

    public void Map(RouteGroupBuilder api) => api.MapMethods("/setup", [HttpMethods.Get], HandleAsync);

    private Task HandleAsync(HttpContext context) => Answer.SendAsync(context, _ => Task.FromResult(_answer));

    private static Answer Write()
    {
        using var body = new AnswerBody();
        var json = body.Writer;
        json.WriteStartObject();
        json.WriteStartArray("endpoints"u8);
        foreach (var address in IngestAddress.All)
        {
            json.WriteStartObject();
            json.WriteString("path"u8, address.Path);
            json.WriteString("for"u8, address.Purpose);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("fields"u8);
        foreach (var field in CloudFrontFields.Describe())
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, field.Number);
            json.WriteString("name"u8, field.Name);
            json.WriteString("column"u8, field.Column);
            json.WriteString("description"u8, field.Description);
            json.WriteString("use"u8, field.Use);
            json.WriteBoolean("recommended"u8, field.Recommended);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("recommended"u8, CloudFrontFields.RecommendedList);
        json.WriteEndObject();
        return body.ToAnswer();
    }
}
