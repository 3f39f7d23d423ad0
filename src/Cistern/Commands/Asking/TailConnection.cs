using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Cistern.Commands.Asking;

/// <summary>Rows of one event of <c>/api/tail</c>; of the first event the columns alone.</summary>
internal sealed record TailRows(IReadOnlyList<string> Columns, IReadOnlyList<JsonElement> Rows, long Skipped);

/// <summary>Follows <c>/api/tail</c>: comes again behind the last event after a lost connection, and ends at what a retry cannot mend.</summary>
internal sealed class TailConnection(HttpClient http, Uri server, string key, string query, TextWriter error)
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    // The server says something every 15 seconds; what is silent for longer is no connection any more.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    private string? _lastId;

    public async IAsyncEnumerable<TailRows> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        for (var wait = TimeSpan.Zero; ; wait = wait < WaitMax ? (wait * 2) + TimeSpan.FromSeconds(1) : WaitMax)
        {
            await Task.Delay(wait, cancel);
            await using var events = EventsAsync(cancel).GetAsyncEnumerator(cancel);
            while (await NextAsync(events, cancel))
            {
                wait = TimeSpan.Zero;
                yield return events.Current;
            }
        }
    }

    // False if the connection is lost; what never worked is a failure at once.
    private async Task<bool> NextAsync(IAsyncEnumerator<TailRows> events, CancellationToken cancel)
    {
        try
        {
            if (await events.MoveNextAsync())
            {
                return true;
            }

            error.WriteLine("the connection ended; connecting again");
            return false;
        }
        catch (Exception lost) when (_lastId is not null && !cancel.IsCancellationRequested && lost is HttpRequestException or IOException or TimeoutException)
        {
            error.WriteLine($"the connection was lost ({lost.Message}); connecting again");
            return false;
        }
        catch (HttpRequestException failed)
        {
            throw new CommandFailedException($"cannot reach {server}: {failed.Message}");
        }
        catch (JsonException wrong)
        {
            throw new CommandFailedException($"cannot read what {server} sends, which may be no Cistern: {wrong.Message}");
        }
    }

    private async IAsyncEnumerable<TailRows> EventsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, $"/api/tail?{query}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (_lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", _lastId);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        await CheckAsync(response, cancel);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        IReadOnlyList<string> columns = [];
        string name = "", id = "";
        while (await reader.ReadLineAsync(cancel).AsTask().WaitAsync(Silence, cancel) is { } line)
        {
            switch (line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var colon ? line[..colon] : "")
            {
                case "event":
                    name = line[7..];
                    break;
                case "id":
                    id = line[4..];
                    break;
                case "data" when name == "problem":
                    error.WriteLine(ProblemOf(line[6..]));
                    break;
                case "data":
                    var rows = Read(name, line[6..], ref columns);
                    yield return rows;
                    _lastId = id; // Behind the yield: what was not shown is asked for again.
                    break;
                default:
                    _lastId = line.Length == 0 && id.Length > 0 ? id : _lastId;
                    break;
            }
        }
    }

    private static TailRows Read(string name, string data, ref IReadOnlyList<string> columns)
    {
        using var document = JsonDocument.Parse(data);
        if (name == "columns")
        {
            columns = [.. document.RootElement.EnumerateArray().Select(column => column.GetProperty("name").GetString()!)];
            return new(columns, [], 0);
        }

        return new(columns, [.. document.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.Clone())], document.RootElement.GetProperty("skipped").GetInt64());
    }

    private async Task CheckAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        // A server that starts, or has too many tails, may answer later.
        var problem = ApiClient.ProblemOf(response, await response.Content.ReadAsByteArrayAsync(cancel));
        throw _lastId is not null && (response.StatusCode == HttpStatusCode.TooManyRequests || (int)response.StatusCode >= 500)
            ? new HttpRequestException(problem)
            : new CommandFailedException(problem);
    }

    private static string ProblemOf(string data)
    {
        using var document = JsonDocument.Parse(data);
        return document.RootElement.TryGetProperty("detail", out var detail) ? TailText.Visible(detail.ToString(), keepLines: false) : "the server ended the tail";
    }
}
