using Cistern.Enrich.Proof;

namespace Cistern.Commands;

/// <summary>Fetches a published list. Only when an operator asks for it: a server by itself asks nobody.</summary>
internal sealed class ListFetch : IDisposable
{
    // A hundred times the longest list that is published.
    private const long BytesMax = 16 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { Timeout = s_patience, MaxResponseContentBufferSize = BytesMax };

    public ListFetch() => _http.DefaultRequestHeaders.UserAgent.ParseAdd("cistern");

    /// <exception cref="CommandFailedException">It cannot be fetched; the message says why.</exception>
    public async Task<string> GetAsync(ListSource source, CancellationToken cancel)
    {
        if (!Uri.TryCreate(source.Url, UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback)))
        {
            throw new CommandFailedException($"'{source.Url}' is no https address; import the list from a file");
        }

        try
        {
            using var answer = await _http.GetAsync(url, cancel);
            return answer.IsSuccessStatusCode
                ? await answer.Content.ReadAsStringAsync(cancel)
                : throw new CommandFailedException($"{url} answered {(int)answer.StatusCode}");
        }
        catch (HttpRequestException failure)
        {
            throw new CommandFailedException($"cannot fetch {url}: {failure.Message}");
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandFailedException($"{url} did not answer within {s_patience.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();
}
