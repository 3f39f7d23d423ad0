using System.Text;

namespace Cistern.Demo;

/// <summary>Answers requests as CloudFront would, from <see cref="EdgeCache"/> and an origin with moods, and fills in what is logged.</summary>
internal sealed class DemoEdge(DemoSite site, Random random, OriginTrouble trouble)
{
    private const double AbortedShare = 0.002;
    private const int HeaderBytes = 420;

    private static readonly byte[] _get = "GET"u8.ToArray();
    private static readonly byte[] _https = "https"u8.ToArray();
    private static readonly byte[] _http = "http"u8.ToArray();
    private static readonly byte[] _hit = "Hit"u8.ToArray();
    private static readonly byte[] _refreshHit = "RefreshHit"u8.ToArray();
    private static readonly byte[] _miss = "Miss"u8.ToArray();
    private static readonly byte[] _error = "Error"u8.ToArray();
    private static readonly byte[] _redirect = "Redirect"u8.ToArray();
    private static readonly byte[] _clientError = "ClientCommError"u8.ToArray();
    private static readonly byte[] _everything = "*"u8.ToArray();
    private static readonly byte[] _html = LogEncoding.Encode("text/html; charset=utf-8");
    private static readonly byte[] _json = Encoding.ASCII.GetBytes("application/json");

    private static readonly (int Status, byte[] Detail)[] _originFailures =
        [(502, "OriginCommError"u8.ToArray()), (503, "OriginError"u8.ToArray()), (504, "OriginConnectError"u8.ToArray())];

    private readonly EdgeCache _cache = new(site, random, trouble);

    /// <summary>A request for something that the site has.</summary>
    public void Answer(LoggedRequest request, Visitor visitor, SiteResource resource, long time, ReadOnlyMemory<byte> query = default, ReadOnlyMemory<byte> referer = default)
    {
        Begin(request, visitor, time, resource.EncodedPath, query, referer);
        request.Pattern = resource.Pattern;
        request.ContentType = resource.ContentType;
        if (random.NextDouble() < AbortedShare)
        {
            Abort(request);
            return;
        }

        var found = resource.Kind == ResourceKind.Moved ? EdgeCache.Lookup.Miss : _cache.Find(resource, visitor.Edge, time);
        if (found != EdgeCache.Lookup.Hit && _cache.OriginFails(time))
        {
            FailAtOrigin(request, resource);
            return;
        }

        request.OriginMilliseconds = found == EdgeCache.Lookup.Hit ? null : OriginTime(resource);
        request.ResultType = found switch { EdgeCache.Lookup.Hit => _hit, EdgeCache.Lookup.Refreshed => _refreshHit, EdgeCache.Lookup.Miss => _miss };
        request.DetailedResultType = request.ResultType;
        request.Status = resource.Kind == ResourceKind.Moved ? 301 : 200;
        Deliver(request, resource.Bytes);
    }

    /// <summary>The browser has it, and asks whether it changed.</summary>
    public void AnswerNotModified(LoggedRequest request, Visitor visitor, SiteResource resource, long time, ReadOnlyMemory<byte> referer)
    {
        Answer(request, visitor, resource, time, default, referer);
        if (request.Status == 200)
        {
            request.Status = 304;
            request.ContentType = default;
            Deliver(request, 0);
            request.ContentLength = null;
        }
    }

    /// <summary>A part of a big file.</summary>
    public void AnswerRange(LoggedRequest request, Visitor visitor, SiteResource resource, long time, long start, ReadOnlyMemory<byte> referer)
    {
        Answer(request, visitor, resource, time, default, referer);
        if (request.Status == 200)
        {
            request.Status = 206;
            request.Range = (start, resource.Bytes - 1);
            Deliver(request, resource.Bytes - start);
        }
    }

    /// <summary>A request for something that the site does not have, or does not give away.</summary>
    public void Refuse(LoggedRequest request, Visitor visitor, long time, ReadOnlyMemory<byte> path, int status, ReadOnlyMemory<byte> query = default)
    {
        Begin(request, visitor, time, path, query, default);
        request.ContentType = status == 429 ? _json : _html;
        request.ResultType = _error;
        request.DetailedResultType = _error;
        request.Status = status;
        request.OriginMilliseconds = status == 403 ? null : (20 + Tail(15), 22 + Tail(18));
        Deliver(request, status == 404 ? 3_180 : 512);
    }

    /// <summary>Someone came without TLS and is sent on.</summary>
    public void RedirectToHttps(LoggedRequest request, Visitor visitor, SiteResource resource, long time)
    {
        Begin(request, visitor, time, resource.EncodedPath, default, default);
        request.Scheme = _http;
        request.ContentType = "text/html"u8.ToArray();
        request.ResultType = _redirect;
        request.DetailedResultType = _redirect;
        request.Status = 301;
        Deliver(request, 167);
    }

    private static void Begin(LoggedRequest request, Visitor visitor, long time, ReadOnlyMemory<byte> path, ReadOnlyMemory<byte> query, ReadOnlyMemory<byte> referer)
    {
        request.Visitor = visitor;
        request.Time = time;
        request.Method = _get;
        request.Scheme = _https;
        request.Path = path;
        request.Query = query;
        request.Referer = referer;
        request.Range = null;
        request.OriginMilliseconds = null;
        request.Pattern = _everything;
    }

    private static void Abort(LoggedRequest request)
    {
        request.Status = 0;
        request.BytesSent = 0;
        request.ContentType = default;
        request.ContentLength = null;
        request.FirstByteMilliseconds = 0;
        request.TakenMilliseconds = 12;
        request.ResultType = _error;
        request.DetailedResultType = _clientError;
    }

    private void FailAtOrigin(LoggedRequest request, SiteResource resource)
    {
        var (status, detail) = _originFailures[random.Next(_originFailures.Length)];
        request.Status = status;
        request.ResultType = _error;
        request.DetailedResultType = detail;
        request.ContentType = _html;
        request.OriginMilliseconds = status == 504 ? (30_000, 30_000) : OriginTime(resource);
        Deliver(request, 1_033);
    }

    // The status stays; sizes and times follow from the body and the connection.
    private void Deliver(LoggedRequest request, long bytes)
    {
        var wait = request.OriginMilliseconds?.First ?? 0;
        var transfer = bytes / request.Visitor.BytesPerMillisecond;
        request.ContentLength = bytes;
        request.BytesSent = bytes + HeaderBytes + random.Next(60);
        request.FirstByteMilliseconds = 1 + wait + Tail(3);
        request.TakenMilliseconds = request.FirstByteMilliseconds + transfer;
    }

    private (double First, double Last) OriginTime(SiteResource resource)
    {
        var first = resource.OriginMilliseconds * (0.6 + Tail(0.5));
        return (first, first + 2 + (resource.Bytes / 9_000.0));
    }

    // Most are near the mean, few are far above: how times in networks are spread.
    private double Tail(double mean) => -Math.Log(1 - random.NextDouble()) * mean;
}
