using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Commands.Checking;

/// <summary>Findings as one JSON document, for programs.</summary>
internal static class CheckJson
{
    private static readonly JsonWriterOptions _readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(string url, CheckReport report)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, _readable))
        {
            json.WriteStartObject();
            json.WriteString("url"u8, url);
            json.WriteBoolean("ok"u8, !report.Failed);
            json.WriteStartArray("findings"u8);
            foreach (var finding in report.Findings)
            {
                Write(json, finding);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("step"u8, finding.Step);
        json.WriteString("code"u8, finding.Kind.Code);
        json.WriteString("level"u8, NameOf(finding.Kind.Level));
        json.WriteString("sentence"u8, finding.Kind.Sentence);
        json.WriteString("detail"u8, finding.Detail);
        json.WriteString("remedy"u8, finding.Kind.Remedy);
        json.WriteEndObject();
    }

    private static string NameOf(FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok",
        FindingLevel.Note => "note",
        FindingLevel.Warning => "warning",
        FindingLevel.Failure => "failure",
    };
}
