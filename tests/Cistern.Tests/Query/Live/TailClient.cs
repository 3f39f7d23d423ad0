using System.Text.Json;
using Cistern.Dashboard;

namespace Cistern.Tests.Query.Live;

/// <summary>One event as a browser would see it.</summary>
internal sealed record TailEvent(string Name, string? Id, JsonElement Data);

/// <summary>A client of <c>/api/tail</c> that reads events one by one.</summary>
internal sealed class TailClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private TailClient(HttpClient http, HttpResponseMessage response, StreamReader reader) => (_http, _response, _reader) = (http, response, reader);

    public int Status => (int)_response.StatusCode;

    public string? ContentType => _response.Content.Headers.ContentType?.ToString();

    /// <summary>The id of the last event: what a browser sends to go on.</summary>
    public string? LastId { get; private set; }

    public static Task<TailClient> OpenAsync(Uri server, string key, string query = "", string? lastEventId = null) => OpenAsync(server, ("X-API-Key", key), query, lastEventId);

    /// <summary>As a browser that is signed in.</summary>
    public static Task<TailClient> OpenSignedInAsync(Uri server, string session) => OpenAsync(server, ("Cookie", $"{SessionCookie.Name}={session}"), "", lastEventId: null);

    private static async Task<TailClient> OpenAsync(Uri server, (string Name, string Value) access, string query, string? lastEventId)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/tail?{query}");
        request.Headers.Add(access.Name, access.Value);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        return new TailClient(http, response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public Task<string> ReadAllAsync() => _reader.ReadToEndAsync().WaitAsync(Patience);

    /// <summary>The next event; null if the stream ended.</summary>
    public async Task<TailEvent?> NextAsync()
    {
        var (name, data) = ("", "");
        while (await _reader.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0 && data.Length > 0)
            {
                return new TailEvent(name, LastId, JsonDocument.Parse(data).RootElement);
            }

            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            var value = colon > 0 ? line[(colon + 2)..] : "";
            switch (colon > 0 ? line[..colon] : "")
            {
                case "event": name = value; break;
                case "id": LastId = value; break;
                case "data": data = value; break;
                default: break;
            }
        }

        return null;
    }

    /// <summary>Reads events until so many rows have come; the first value of each.</summary>
    public Task<List<string>> RowsAsync(int count) => RowsAsync(rows => rows.Count >= count);

    /// <summary>Reads events until that row has come.</summary>
    public Task<List<string>> RowsUntilAsync(string last) => RowsAsync(rows => rows.Contains(last));

    private async Task<List<string>> RowsAsync(Predicate<List<string>> enough)
    {
        List<string> rows = [];
        while (!enough(rows) && await NextAsync() is { } next)
        {
            Assert.Equal("rows", next.Name);
            Assert.Equal(0, next.Data.GetProperty("skipped").GetInt64());
            rows.AddRange(next.Data.GetProperty("rows").EnumerateArray().Select(row => row[0].ToString()));
        }

        return rows;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _response.Dispose();
        _http.Dispose();
    }
}
