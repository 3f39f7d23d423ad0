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

    // A type as inserts and statements name it, and what stands for it.
    private static readonly (string Now, string Then)[] Types =
    [
        ("Nullable(DateTime64(6, 'UTC'))", "Nullable(Int64)"),
        ("DateTime64(6, 'UTC')", "Int64"),
        ("Nullable(Bool)", "Nullable(UInt8)"),
        ("LowCardinality(String)", "String"),
        ("UInt128", "FixedString(16)"),
    ];

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

        var sql = Statement(await request.Content!.ReadAsStringAsync(cancellationToken), query);
        if (kept.GetValueOrDefault("default_format") != NamedFormat)
        {
            return sql.Length == 0 ? new HttpResponseMessage(HttpStatusCode.OK) : await base.SendAsync(Request(request, kept, new StringContent(sql)), cancellationToken);
        }

        var head = await base.SendAsync(Request(request, kept, new StringContent($"DESCRIBE TABLE ({sql}) FORMAT TabSeparated")), cancellationToken);
        if (head.StatusCode != HttpStatusCode.OK)
        {
            return head;
        }

        kept["default_format"] = "RowBinary";
        var answer = await base.SendAsync(Request(request, kept, new StringContent(sql)), cancellationToken);
        return answer.StatusCode == HttpStatusCode.OK ? Named(await head.Content.ReadAsStringAsync(cancellationToken), answer) : answer;
    }

    /// <summary>A statement as an old server takes it; empty if there is nothing that it could do.</summary>
    private static string Statement(string sql, Dictionary<string, string> query)
    {
        // Columns are there from the beginning, and the views show maps.
        if (sql.StartsWith("CREATE OR REPLACE VIEW", StringComparison.Ordinal) || (sql.StartsWith("ALTER TABLE", StringComparison.Ordinal) && sql.Contains(" ADD COLUMN IF NOT EXISTS ", StringComparison.Ordinal)))
        {
            return "";
        }

        var text = Parameter().Replace(sql, match => Literal(match.Groups["type"].Value, query[$"param_{match.Groups["name"].Value}"]));
        text = Wide().Replace(text, match => $"toFixedString(unhex('{Convert.ToHexString(BytesOf(UInt128.Parse(match.Groups["digits"].Value, System.Globalization.CultureInfo.InvariantCulture)))}'), 16)");
        text = OfATime().Replace(text, match => $"{match.Groups["function"].Value}(toDateTime(intDiv({match.Groups["column"].Value}, 1000000)))");
        if (text.StartsWith("CREATE TABLE", StringComparison.Ordinal))
        {
            text = TableSettings().Replace(Map().Replace(Index().Replace(Codec().Replace(text, ""), ""), ""), "");
            text = Unnamed().Replace(text, match => $"ENGINE = ReplicatedMergeTree('/clickhouse/tables/{{shard}}/{Table().Match(text).Groups["name"].Value}', '{{replica}}')");
        }

        return Types.Aggregate(text, (changed, type) => changed.Replace(type.Now, type.Then, StringComparison.Ordinal));
    }

    // What travels as a parameter is escaped as TSV is, which a literal is too, but for the quote.
    private static string Literal(string type, string value) => type switch
    {
        "String" => $"'{value.Replace("'", "\\'", StringComparison.Ordinal)}'",
        _ when type.StartsWith("DateTime64", StringComparison.Ordinal) => ((DateTimeOffset.Parse($"{value}Z", System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch).Ticks / 10).ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => value,
    };

    private static byte[] BytesOf(UInt128 value)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        return bytes;
    }

    private static HttpRequestMessage Request(HttpRequestMessage from, Dictionary<string, string> query, HttpContent content)
    {
        var text = string.Join('&', query.Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}"));
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(from.RequestUri!, $"/?{text}")) { Content = content };
        request.Headers.Authorization = from.Headers.Authorization;
        return request;
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

    private static HttpResponseMessage Named(string head, HttpResponseMessage answer)
    {
        var lines = head.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToArray();
        var (names, types) = (lines.Select(line => line[0]).ToArray(), lines.Select(line => Escaped().Replace(line[1], "$1")));
        var bytes = new MemoryStream();
        using (var writer = new NativeWriter(bytes))
        {
            writer.VarInt((ulong)names.Length);
            foreach (var text in names.Concat(types.Zip(names, TypeNow)))
            {
                writer.Text(text);
            }

            writer.Flush();
        }

        bytes.Position = 0;
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new JoinedStream(bytes, answer)) };
    }

    /// <summary>The type that has the same bytes; null if there is none.</summary>
    public static string? TypeThen(string type) => type.StartsWith("Map(", StringComparison.Ordinal) ? null : Types.Aggregate(type, (changed, pair) => changed.Replace(pair.Now, pair.Then, StringComparison.Ordinal));

    private static string TypeNow(string type, string name) => (type, name) switch
    {
        ("Int64", "time" or "received" or "since") => "DateTime64(6, 'UTC')",
        ("FixedString(16)", "identity" or "row_identity") => "UInt128",
        _ => type,
    };

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();

    [GeneratedRegex(@"\{(?<name>\w+):(?<type>(?:[^{}'()]|\([^)]*\))+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"toUInt128\('(?<digits>\d+)'\)")]
    private static partial Regex Wide();

    [GeneratedRegex(@"\b(?<function>toStartOfHour|toDate)\((?<column>time|received)\)")]
    private static partial Regex OfATime();

    [GeneratedRegex(@" CODEC\((?:[^()]|\([^()]*\))*\)")]
    private static partial Regex Codec();

    [GeneratedRegex(@"\n[^\n]* Map\([^\n]*")]
    private static partial Regex Map();

    [GeneratedRegex(@",\s*INDEX [^\n]*(?=\n)")]
    private static partial Regex Index();

    [GeneratedRegex(@"(?:\nTTL [^\n]*)?\nSETTINGS .*$", RegexOptions.Singleline)]
    private static partial Regex TableSettings();

    [GeneratedRegex(@"ENGINE = ReplicatedMergeTree(?!\()")]
    private static partial Regex Unnamed();

    [GeneratedRegex(@"^CREATE TABLE IF NOT EXISTS `?(?<name>\w+)")]
    private static partial Regex Table();

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
