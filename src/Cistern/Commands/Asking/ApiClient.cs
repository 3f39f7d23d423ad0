using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Cistern.Commands.Asking;

/// <param name="Type">As the server names it: time, integer, double, text, ….</param>
/// <param name="Unit">What the numbers are, if the server says so: bytes, seconds, ratio, ….</param>
internal sealed record AnswerColumn(string Name, string Type, string Unit)
{
    public bool IsNumber => Type is "integer" or "double" or "decimal" or "number";
}

/// <summary>The answer to a query, read whole.</summary>
/// <param name="Json">As the server wrote it.</param>
internal sealed record Answer(IReadOnlyList<AnswerColumn> Columns, IReadOnlyList<JsonElement[]> Rows, JsonElement Meta, ReadOnlyMemory<byte> Json);

/// <summary>Asks a server through <c>/api/query</c> and <c>/api/sql</c>. What it refuses becomes a <see cref="CommandFailedException"/>.</summary>
internal sealed class ApiClient(HttpClient http, Uri server, string key)
{
    public Task<Answer> QueryAsync(ReadOnlyMemory<byte> json, CancellationToken cancel) => PostAsync("/api/query", "application/json", json, cancel);

    public Task<Answer> SqlAsync(string sql, CancellationToken cancel) => PostAsync("/api/sql", "text/plain", Encoding.UTF8.GetBytes(sql), cancel);

    /// <summary>Calls an address without a body and gives what it answers.</summary>
    public async Task<JsonElement> SendAsync(HttpMethod method, string path, CancellationToken cancel) =>
        await SendAsync(method, path, body: null, ReadAny, cancel);

    /// <summary>A page of <c>/api/rows</c>.</summary>
    public async Task<TailRows> RowsAsync(string path, CancellationToken cancel)
    {
        var answer = await SendAsync(HttpMethod.Get, path, cancel);
        return new([.. answer.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString()!)], [.. answer.GetProperty("rows").EnumerateArray()], 0);
    }

    private async Task<Answer> PostAsync(string path, string type, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        using var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await SendAsync(HttpMethod.Post, path, content, Read, cancel);
    }

    private async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? body, Func<byte[], T> read, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, new Uri(server, path)) { Content = body };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        try
        {
            using var response = await http.SendAsync(request, cancel);
            var answer = await response.Content.ReadAsByteArrayAsync(cancel);
            return response.IsSuccessStatusCode ? read(answer) : throw new CommandFailedException(ProblemOf(response, answer));
        }
        catch (HttpRequestException exception)
        {
            throw new CommandFailedException($"cannot reach {server}: {exception.Message}");
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new CommandFailedException($"cannot read the answer of {new Uri(server, path)}, which may be no Cistern: {exception.Message}");
        }
    }

    private static Answer Read(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var columns = root.GetProperty("columns").EnumerateArray().Select(ReadColumn).ToArray();
        var rows = root.GetProperty("rows").EnumerateArray().Select(row => row.EnumerateArray().Select(cell => cell.Clone()).ToArray()).ToArray();
        return new Answer(columns, rows, root.TryGetProperty("meta", out var meta) ? meta.Clone() : default, json);
    }

    private static JsonElement ReadAny(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static AnswerColumn ReadColumn(JsonElement column) => new(
        column.GetProperty("name").GetString()!,
        column.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "",
        column.TryGetProperty("unit", out var unit) ? unit.GetString() ?? "" : "");

    // Problem details if the server sent them; what answers in its place (a proxy) may send anything.
    public static string ProblemOf(HttpResponseMessage response, byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var title = Text(document.RootElement, "title");
            var detail = Text(document.RootElement, "detail");
            var message = Text(document.RootElement, "errorMessage"); // In the shape of Firehose: what failed before the API was reached.
            return detail.Length > 0 ? detail
                : title.Length > 0 ? title
                : $"the server answered {(int)response.StatusCode}{(message.Length > 0 ? $": {message}" : "")}";
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}";
        }
    }

    private static string Text(JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
