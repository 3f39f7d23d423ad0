using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Cistern.Store.ClickHouse.Http;
using Cistern.Store.ClickHouse.Insert;

namespace Cistern.Tests.Store.ClickHouse.Servers;

/// <summary>Cuts what production says down to what a ClickHouse of 2018 knows, and gives its answers the form of today's; so the code of production runs against real replicas.</summary>
/// <remarks>
/// Left out: settings that it does not have (tokens among them: it recognises the same block), codecs, indexes, TTL, settings of tables, low cardinality, maps, views. Replaced by what has the same bytes: DateTime64 by Int64,
/// UInt128 by FixedString(16), Bool by UInt8. Parameters become literals. RowBinary has no names and types there: they are asked for first.
/// </remarks>
internal sealed partial class OldSyntaxHandler() : DelegatingHandler(ClickHouseClient.CreateHandler(TimeSpan.FromSeconds(10)))
{
    private const string NamedFormat = "RowBinaryWithNamesAndTypes";

    private static readonly string[] ForTheInterface = ["database", "query", "query_id", "default_format", "wait_end_of_query", "enable_http_compression"];

    private HashSet<string>? _known;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var query = request.RequestUri!.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);
        _known ??= await SettingsAsync(request, cancellationToken);
        var kept = query.Where(one => ForTheInterface.Contains(one.Key) || _known.Contains(one.Key)).ToDictionary(StringComparer.Ordinal);
        if (query.ContainsKey("query"))
        {
            return await base.SendAsync(Request(request, kept, await TranslateAsync(request.Content!, cancellationToken)), cancellationToken);
        }

        var sql = OldStatement.Of(await request.Content!.ReadAsStringAsync(cancellationToken), query);
        if (kept.GetValueOrDefault("default_format") == NamedFormat)
        {
            return await SelectAsync(request, kept, sql, cancellationToken);
        }

        return sql.Length == 0 ? Answer(new ByteArrayContent([])) : await base.SendAsync(Request(request, kept, new StringContent(sql)), cancellationToken);
    }

    private async Task<HttpResponseMessage> SelectAsync(HttpRequestMessage request, Dictionary<string, string> query, string sql, CancellationToken cancel)
    {
        var head = await base.SendAsync(Request(request, query, new StringContent($"DESCRIBE TABLE ({sql}) FORMAT TabSeparated")), cancel);
        if (head.StatusCode != HttpStatusCode.OK)
        {
            return head;
        }

        query["default_format"] = "RowBinary";
        var answer = await base.SendAsync(Request(request, query, new StringContent(sql)), cancel);
        return answer.StatusCode == HttpStatusCode.OK ? Answer(new StreamContent(new JoinedStream(Head(await head.Content.ReadAsStringAsync(cancel)), answer))) : answer;
    }

    private static HttpRequestMessage Request(HttpRequestMessage from, Dictionary<string, string> query, HttpContent content)
    {
        var text = string.Join('&', query.Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}"));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(from.RequestUri!, $"/?{text}")) { Content = content };
        request.Headers.Authorization = from.Headers.Authorization;
        return request;
    }

    private static HttpResponseMessage Answer(HttpContent content)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        answer.Headers.Add("X-ClickHouse-Server-Display-Name", "translated");
        return answer;
    }

    private static async Task<HttpContent> TranslateAsync(HttpContent content, CancellationToken cancel)
    {
        await using var gzip = new GZipStream(await content.ReadAsStreamAsync(cancel), CompressionMode.Decompress);
        using var block = new MemoryStream();
        await gzip.CopyToAsync(block, cancel);
        return new ByteArrayContent(new OldBlock(block.ToArray()).Translate());
    }

    private async Task<HashSet<string>> SettingsAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var answer = await base.SendAsync(Request(request, [], new StringContent("SELECT name FROM system.settings FORMAT TabSeparated")), cancel);
        return answer.StatusCode == HttpStatusCode.OK ? [.. (await answer.Content.ReadAsStringAsync(cancel)).Split('\n')] : [];
    }

    // The head of RowBinaryWithNamesAndTypes from what DESCRIBE says.
    private static MemoryStream Head(string described)
    {
        var columns = described.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToArray();
        var names = columns.Select(column => column[0]).ToArray();
        var types = columns.Select(column => OldStatement.TypeNow(Escaped().Replace(column[1], "$1"), column[0]));
        var bytes = new MemoryStream();
        using (var writer = new NativeWriter(bytes))
        {
            writer.VarInt((ulong)names.Length);
            foreach (var text in names.Concat(types))
            {
                writer.Text(text);
            }

            writer.Flush();
        }

        bytes.Position = 0;
        return bytes;
    }

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();

    /// <summary>The head that we made, and then what the server sends.</summary>
    private sealed class JoinedStream(Stream head, HttpResponseMessage answer) : Stream
    {
        private readonly Stream _rest = answer.Content.ReadAsStream();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => head.Read(buffer, offset, count) is > 0 and var read ? read : _rest.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                answer.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
