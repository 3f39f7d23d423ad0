using System.Globalization;
using System.Text;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Commands;

/// <summary>Stands in for a server: remembers deliveries by stream and id like the store, and answers the SQL that <c>import</c> asks.</summary>
internal sealed class StandInServer : IAsyncDisposable
{
    private readonly Dictionary<(string Stream, string Id), (ReceivedRequest Request, DateTimeOffset Received, int Rows)> _stored = [];
    private readonly ScriptedPeer _peer;

    public StandInServer() => _peer = new ScriptedPeer(Answer);

    public Uri Url => new(_peer.Url.GetLeftPart(UriPartial.Authority));

    /// <summary>Deliveries that were stored, in the order of their arrival.</summary>
    public IReadOnlyList<ReceivedRequest> Stored => [.. _stored.Values.Select(stored => stored.Request)];

    public IReadOnlyList<ReceivedRequest> Requests => _peer.Requests;

    /// <summary>The status of the next answers to deliveries.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The status of deliveries once a number of them was stored.</summary>
    public (int Stored, int Status)? StatusAfter { get; set; }

    public ValueTask DisposeAsync() => _peer.DisposeAsync();

    private byte[]? Answer(ReceivedRequest request)
    {
        lock (_stored)
        {
            return request.RequestLine.StartsWith("POST /api/sql ", StringComparison.Ordinal) ? AnswerSql(Encoding.UTF8.GetString(request.Body))
                : StatusAfter is { } after && _stored.Count >= after.Stored ? ScriptedPeer.Status(after.Status)(request)
                : Status != 200 ? ScriptedPeer.Status(Status)(request)
                : Store(request);
        }
    }

    private byte[] Store(ReceivedRequest request)
    {
        var rows = request.Records().Sum(record => record.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line[0] != '#'));
        _stored.TryAdd((request["X-Amz-Firehose-Source-Arn"]!, request.RequestId), (request, DateTimeOffset.UtcNow, rows));
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        return ScriptedPeer.Json(200, $$"""{"requestId":"{{request.RequestId}}","timestamp":{{now}} }""");
    }

    private byte[] AnswerSql(string sql)
    {
        Assert.StartsWith("SELECT stream, delivery_id, received, rows, rejected, repeats FROM deliveries WHERE delivery_id IN (", sql, StringComparison.Ordinal);
        var rows = _stored.Where(pair => sql.Contains($"'{pair.Key.Id}'", StringComparison.Ordinal)).Select(pair => string.Create(
            CultureInfo.InvariantCulture, $"""["{pair.Key.Stream}","{pair.Key.Id}","{pair.Value.Received:yyyy-MM-ddTHH:mm:ss.fffZ}",{pair.Value.Rows},0,0]"""));
        return ScriptedPeer.Json(200, $$"""{"columns":[{"name":"stream","type":"text"}],"rows":[{{string.Join(',', rows)}}],"meta":{} }""");
    }
}
