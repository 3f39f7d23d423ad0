using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace Cistern.Store.ClickHouse.Http;

/// <summary>Speaks ClickHouse's HTTP interface to one server (ClickHouse documentation, "HTTP Interface").</summary>
/// <remarks>
/// Values travel as parameters (<c>{p1:String}</c> with <c>param_p1</c>) and never become text of a statement. Answers are held back by the server until they are whole (<c>wait_end_of_query</c>): once an answer
/// has begun with 200, ClickHouse could tell of an error only in the middle of the data. An answer that is cut is an error of the connection, because it has a length or an end of its own.
/// </remarks>
internal sealed partial class ClickHouseClient(HttpMessageInvoker http, Uri host, ClickHouseAddress address)
{
    private const int ErrorTextMax = 16 << 10;

    // An idle connection that the server closed just when we used it ends at once; a server that dies of a query has worked on it first.
    private static readonly TimeSpan StaleWithin = TimeSpan.FromSeconds(1);

    private readonly AuthenticationHeaderValue _credentials = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{address.User}:{address.Password}")));

    public Uri Host { get; } = host;

    /// <summary>The same with another database.</summary>
    public ClickHouseClient With(string database) => new(http, Host, address with { Database = database });

    /// <summary>Connections for it: no redirects, no cookies; compressed answers are inflated.</summary>
    public static SocketsHttpHandler CreateHandler(TimeSpan connectTimeout) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        ConnectTimeout = connectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2), // ClickHouse closes an idle connection after three (keep_alive_timeout of old versions).
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    /// <summary>Runs a statement that gives no rows.</summary>
    /// <exception cref="ClickHouseException"/>
    public async Task RunAsync(string sql, IReadOnlyDictionary<string, string> settings, CancellationToken cancel)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["wait_end_of_query"] = "1" };
        using var answer = await SendAsync(all, new StringContent(sql, Encoding.UTF8), cancel);
        await FinishAsync(answer, cancel);
    }

    /// <summary>Runs a SELECT, which may be run twice; the answer is read from the stream.</summary>
    /// <param name="parameters">By name, as ClickHouse writes values (<see cref="ClickHouseValues"/>).</param>
    /// <exception cref="ClickHouseException"/>
    public async Task<HttpResponseMessage> SelectAsync(string sql, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> settings, CancellationToken cancel)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["wait_end_of_query"] = "1", ["enable_http_compression"] = "1" };
        foreach (var (name, value) in parameters)
        {
            all[$"param_{name}"] = value;
        }

        var started = Stopwatch.GetTimestamp();
        try
        {
            return await SendAsync(all, new StringContent(sql, Encoding.UTF8), cancel);
        }
        catch (ClickHouseException error) when (IsStale(error) && Stopwatch.GetElapsedTime(started) < StaleWithin)
        {
            return await SendAsync(all, new StringContent(sql, Encoding.UTF8), cancel);
        }
    }

    /// <summary>Inserts data that is written while it is sent.</summary>
    /// <param name="sql"><c>INSERT INTO … FORMAT …</c>, without data.</param>
    /// <exception cref="ClickHouseException"/>
    public async Task InsertAsync(string sql, HttpContent data, IReadOnlyDictionary<string, string> settings, CancellationToken cancel)
    {
        var all = new Dictionary<string, string>(settings, StringComparer.Ordinal) { ["query"] = sql, ["wait_end_of_query"] = "1" };
        using var answer = await SendAsync(all, data, cancel);
        await FinishAsync(answer, cancel);
    }

    private async Task<HttpResponseMessage> SendAsync(IReadOnlyDictionary<string, string> query, HttpContent content, CancellationToken cancel)
    {
        var text = string.Join('&', query.Prepend(KeyValuePair.Create("database", address.Database)).Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Host, $"/?{text}")) { Content = content };
        request.Headers.Authorization = _credentials;
        HttpResponseMessage? answer = null;
        try
        {
            answer = await http.SendAsync(request, cancel);
            if (answer.StatusCode == HttpStatusCode.OK && !answer.Headers.Contains("X-ClickHouse-Exception-Code") && answer.Headers.Any(IsClickHouse))
            {
                return answer;
            }

            throw await ErrorOfAsync(answer, cancel);
        }
        catch (Exception error)
        {
            answer?.Dispose();
            if (error is HttpRequestException or IOException)
            {
                throw Lost(error);
            }

            throw;
        }
    }

    // Only a connection whose answer was read to its end can be used again, and only then it is known that there was no error.
    private async Task FinishAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        try
        {
            await answer.Content.CopyToAsync(Stream.Null, cancel);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Lost(error);
        }
    }

    private ClickHouseException Lost(Exception error) => new(0, $"{Host.Authority} does not answer: {Innermost(error)}", error);

    // There was a connection, and it ended before the first byte of an answer.
    private static bool IsStale(ClickHouseException error) => error is { IsLost: true, InnerException: HttpRequestException { InnerException: IOException } };

    private async Task<ClickHouseException> ErrorOfAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[ErrorTextMax];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        var text = Encoding.UTF8.GetString(buffer, 0, length).Trim();

        // Old servers have no header and other words; behind a proxy the text may be none of ClickHouse's.
        var written = CodeInText().Match(text);
        var code = answer.Headers.TryGetValues("X-ClickHouse-Exception-Code", out var values) ? values.First() : written.Success ? written.Groups["code"].Value : "";
        return int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new ClickHouseException(number, written.Success ? written.Groups["text"].Value : text)
            : new ClickHouseException(0, $"{Host.Authority} answered {(int)answer.StatusCode}: {text[..Math.Min(text.Length, 300)]}");
    }

    // A proxy may say 200 too, of a page of its own.
    private static bool IsClickHouse(KeyValuePair<string, IEnumerable<string>> header) => header.Key.StartsWith("X-ClickHouse-", StringComparison.OrdinalIgnoreCase);

    private static string Innermost(Exception error) => (error.InnerException ?? error).Message;

    // "Code: 60. DB::Exception: text (version 24.8)"; before 2020 "Code: 60, e.displayText() = DB::Exception: text, e.what() = DB::Exception"; of a library "Poco::Exception. Code: 1000, e.code() = 111, e.displayText() = text".
    [GeneratedRegex(@"^(?:[\w:]+\. )?Code: (?<code>\d+)[.,] (?:e\.code\(\) = -?\d+, )?(?:e\.displayText\(\) = )?(?:[\w:]*Exception: )?(?<text>.*?)(?:, e\.what\(\) = .*)?(?: \(version [^)]*\)+)?\s*$", RegexOptions.Singleline)]
    private static partial Regex CodeInText();
}
