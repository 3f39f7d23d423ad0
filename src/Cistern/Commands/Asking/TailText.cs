using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Commands.Asking;

/// <summary>Rows of a tail as lines for people. What strangers wrote reaches the terminal without control characters.</summary>
internal sealed class TailText(string signal, bool color, bool utc)
{
    private const int StreamCharacters = 8;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The columns that the lines of each signal need.</summary>
    public static IReadOnlyDictionary<string, string> Columns { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["logs"] = "time,received,delivery_id,level,log_group,log_stream,event_id,message",
        ["requests"] = "time,received,delivery_id,request_id,status,method,host,path,agent,user_agent",
        ["metrics"] = "time,received,delivery_id,namespace,metric,series,sum,count,unit",
    };

    public string Line(IReadOnlyDictionary<string, JsonElement> row) => signal switch
    {
        "logs" => Log(row),
        "requests" => Request(row),
        _ => Metric(row),
    };

    /// <summary>A row as one object; JSON escapes control characters itself.</summary>
    public static string Json(IReadOnlyList<string> columns, JsonElement row)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            foreach (var (name, value) in columns.Zip(row.EnumerateArray()))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>A text in which control characters, and those that turn the direction of writing, are signs and codes.</summary>
    /// <param name="keepLines">Line ends stay, and what follows them is indented.</param>
    public static string Visible(string text, bool keepLines)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var sign in keepLines ? text.Replace("\r\n", "\n", StringComparison.Ordinal) : text)
        {
            _ = sign switch
            {
                '\n' when keepLines => visible.Append("\n    "),
                '\t' => visible.Append(sign),
                < ' ' => visible.Append((char)('\u2400' + sign)),
                '\u007f' => visible.Append('\u2421'),
                (>= '\u0080' and <= '\u009f') or '\u061c' or '\u200e' or '\u200f' or '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') =>
                    visible.Append(CultureInfo.InvariantCulture, $"\\u{(int)sign:x4}"),
                _ => visible.Append(sign),
            };
        }

        return visible.ToString();
    }

    private string Log(IReadOnlyDictionary<string, JsonElement> row)
    {
        var level = Text(row, "level");
        var source = $"{Last(Text(row, "log_group"), '/')} {Short(Last(Last(Text(row, "log_stream"), '/'), ']'))}".Trim();
        return string.Join(' ', new[] { Dim(Time(row)), Colored($"{(level.Length == 0 ? "-" : level.ToUpperInvariant()),-5}", LevelColor(level)), Dim(source), Visible(Raw(row, "message"), keepLines: true) }
            .Where(part => part.Length > 0));
    }

    private string Request(IReadOnlyDictionary<string, JsonElement> row)
    {
        var (status, agent) = (Text(row, "status"), Text(row, "agent"));
        var code = status.Length == 0 ? "-" : status;
        return $"{Dim(Time(row))} {Colored($"{code,3}", StatusColor(status))} {Text(row, "method")} {Text(row, "host")} {Text(row, "path")} {Dim(agent.Length > 0 ? agent : Text(row, "user_agent"))}".TrimEnd();
    }

    private string Metric(IReadOnlyDictionary<string, JsonElement> row)
    {
        var (sum, count, series) = (Number(row, "sum"), Number(row, "count"), Text(row, "series"));
        var average = count is > 0 ? sum / count : null;
        return $"{Dim(Time(row))} {Text(row, "namespace")} {Colored(Text(row, "metric"), "1")}{(series.Length > 0 ? $" {{{series}}}" : "")} sum={Shown(sum)} avg={Shown(average)} {Dim(Text(row, "unit"))}".TrimEnd();
    }

    private string Time(IReadOnlyDictionary<string, JsonElement> row)
    {
        if (!row.TryGetValue("time", out var value) || value.ValueKind != JsonValueKind.String || !value.TryGetDateTimeOffset(out var moment))
        {
            return "-";
        }

        return utc
            ? moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    private static string Raw(IReadOnlyDictionary<string, JsonElement> row, string name) =>
        row.TryGetValue(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value.ToString() : "";

    private static string Text(IReadOnlyDictionary<string, JsonElement> row, string name) => Visible(Raw(row, name), keepLines: false);

    private static double? Number(IReadOnlyDictionary<string, JsonElement> row, string name) =>
        row.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string Shown(double? number) => number?.ToString("0.######", CultureInfo.InvariantCulture) ?? "-";

    private static string Last(string text, char separator) => text[(text.LastIndexOf(separator) + 1)..];

    private static string Short(string text) => text.Length <= StreamCharacters ? text : text[..StreamCharacters];

    private static string LevelColor(string level) => level switch { "fatal" or "error" => "31", "warn" => "33", "info" => "32", "debug" or "trace" => "2", _ => "" };

    private static string StatusColor(string status) => status switch { ['2', ..] => "32", ['3', ..] => "36", ['4', ..] => "33", ['5', ..] or "0" => "31", _ => "" };

    private string Dim(string text) => Colored(text, "2");

    private string Colored(string text, string code) => color && code.Length > 0 && text.Length > 0 ? $"\u001b[{code}m{text}\u001b[0m" : text;
}
