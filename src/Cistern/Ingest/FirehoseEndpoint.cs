using System.Text;
using Cistern.Formats.Deliveries;
using Cistern.Ingest.Keys;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Store;
using Microsoft.AspNetCore.Connections;

namespace Cistern.Ingest;

/// <summary>The addresses that a delivery stream sends to.</summary>
/// <remarks>
/// The path of a delivery: (1) check the key, (2) read the headers, (3) read the body, (4) decode and (5) commit its records, (6) answer. A 200 is a promise: the
/// sender forgets the data, so it is given only after step 5 has made the delivery durable. Steps 3 to 5 are in <see cref="DeliveryIngester"/>.
/// </remarks>
internal sealed partial class FirehoseEndpoint
{
    private readonly AccessKeys _keys;
    private readonly DeliveryAdmission _admission;
    private readonly DeliveryIngester _ingester;
    private readonly InFlight _flight;
    private readonly IStore _store;
    private readonly ServerMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly RefusalLog _log;

    private static IngestResult Failure => IngestResult.Refused(
        IngestFault.InternalError, "the server failed at this request, and nothing of it is promised; its log says why", TimeSpan.FromSeconds(30));

    public FirehoseEndpoint(
        CisternSettings settings, AccessKeys keys, DeliveryIngester ingester, InFlight flight, IStore store, ServerMetrics metrics, TimeProvider time, ILogger<FirehoseEndpoint> logger)
    {
        (_keys, _ingester, _flight, _store, _metrics, _time) = (keys, ingester, flight, store, metrics, time);
        _admission = new DeliveryAdmission(settings, logger);
        _log = new RefusalLog(logger, time);
    }

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var address in IngestAddress.All)
        {
            routes.Map(address.Path, context => HandleAsync(context, address));
        }
    }

    /// <summary>What is left when no address takes a request: the answer that a wrongly typed address gets.</summary>
    public Task HandleUnknownAsync(HttpContext context) => RefuseAsync(context, RequestHeaders.ReadRequestId(context.Request), "", "", IngestResult.Refused(
        IngestFault.AddressUnknown, $"there is nothing at this address; deliveries go to {string.Join(" or ", IngestAddress.All.Select(address => address.Path))}"));

    /// <summary>Stands around everything: Firehose understands no other answer than ours, whatever went wrong.</summary>
    public async Task AnswerFailuresAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception error) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            var id = RequestHeaders.ReadRequestId(context.Request);
            Log.Failed(_log.Logger, id, error);
            context.Response.Clear();
            await RefuseAsync(context, id, "", "", Failure);
        }
    }

    private async Task HandleAsync(HttpContext context, IngestAddress address)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            await TakeAsync(context, address);
        }
        else if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            await DescribeAsync(context, address);
        }
        else
        {
            context.Response.Headers.Allow = "GET, HEAD, POST";
            await RefuseAsync(context, RequestHeaders.ReadRequestId(context.Request), "", "", IngestResult.Refused(
                IngestFault.MethodNotAllowed, $"{context.Request.Method} is not for this address; deliveries are sent with POST"));
        }
    }

    private async Task TakeAsync(HttpContext context, IngestAddress address)
    {
        var arrival = (Now: _time.GetUtcNow(), Started: _time.GetTimestamp());
        var headers = RequestHeaders.Read(context.Request);
        if (!_flight.TryEnter())
        {
            await RefuseAsync(context, headers.RequestId, "", "", IngestResult.Refused(
                IngestFault.ShuttingDown, "the server is stopping; it comes again by itself", TimeSpan.FromSeconds(5)));
            return;
        }

        try
        {
            await TakeAsync(context, address, headers, arrival.Now, arrival.Started);
        }
        finally
        {
            _flight.Leave();
        }
    }

    private async Task TakeAsync(HttpContext context, IngestAddress address, RequestHeaders headers, DateTimeOffset now, long started)
    {
        // (1) First, so that a caller without a key cannot make us read anything.
        var check = await _keys.CheckAsync(RequestHeaders.ReadKey(context.Request), context.Connection.RemoteIpAddress);
        if (check is not { Verdict: KeyVerdict.Accepted, Key: { } key })
        {
            await RefuseAsync(context, headers.RequestId, "", check.Key?.Key.Name ?? "", KeyRefusals.Of(check));
            return;
        }

        // (2)
        var (delivery, refusal) = _admission.Admit(context.Request, address, headers, key, now, started);

        // (3), (4), (5)
        var result = refusal ?? await IngestAsync(delivery!, context.RequestAborted);
        if (result is null)
        {
            _metrics.ClientsGone.Add(1);
            return;
        }

        // (6) One exit, one shape.
        await (result.Commit is { } commit
            ? AcceptAsync(context, delivery!, result, commit)
            : RefuseAsync(context, delivery?.DeliveryId ?? headers.RequestId, delivery?.Stream ?? headers.SourceArn, key.Key.Name, result, delivery is { BodyRead: true }));
    }

    // Null if the client is gone, so that nobody is there to answer.
    private async Task<IngestResult?> IngestAsync(IncomingDelivery delivery, CancellationToken clientGone)
    {
        try
        {
            return await _ingester.IngestAsync(delivery, clientGone);
        }
        catch (Exception error) when (error is ConnectionResetException || (clientGone.IsCancellationRequested && error is OperationCanceledException or IOException))
        {
            return null;
        }
    }

    private async Task AcceptAsync(HttpContext context, IncomingDelivery delivery, IngestResult result, CommitResult commit)
    {
        (commit.Status == CommitStatus.Stored ? _metrics.Stored : _metrics.Repeated).Add(1);
        _metrics.Rows.Add(commit.Rows);
        _metrics.Rejected.Add(commit.Rejected);
        _metrics.RepeatedRows.Add(commit.Repeats);
        if (commit.Status == CommitStatus.Repeated)
        {
            _store.Count("repeat", "delivery", delivery.Stream, delivery.KeyName);
        }

        if (result.Controls > 0 && commit.Status == CommitStatus.Stored)
        {
            _store.Count("control", "message", delivery.Stream, delivery.KeyName, result.Controls);
        }

        if (delivery.Context.Framing == DeliveryFraming.Entries)
        {
            _store.Count("entry", "request", delivery.Stream, delivery.KeyName);
        }

        await FirehoseReply.SendAsync(context, result, delivery.DeliveryId, _time.GetUtcNow());
        _metrics.Durations.Record(_time.GetElapsedTime(delivery.Started));
    }

    private async Task RefuseAsync(HttpContext context, string id, string stream, string key, IngestResult result, bool bodyRead = false)
    {
        var fault = result.Fault!.Value;
        _metrics.Refused(fault).Add(1);
        _log.Write(fault, id, stream, key, result.Detail);
        if (fault is not (IngestFault.AddressUnknown or IngestFault.MethodNotAllowed))
        {
            _store.Count("refused", IngestFaults.NameOf(fault), stream, key);
        }

        // A body that nobody reads would have to be read before the next request of the connection.
        if (!bodyRead && (context.Request.ContentLength is not (null or 0) || context.Request.Headers.TransferEncoding.Count > 0))
        {
            context.Response.Headers.Connection = HttpProtocol.IsHttp11(context.Request.Protocol) ? "close" : default;
        }

        await FirehoseReply.SendAsync(context, result, id, _time.GetUtcNow());
    }

    private static async Task DescribeAsync(HttpContext context, IngestAddress address)
    {
        var line = Encoding.UTF8.GetBytes(address.Purpose + "\n");
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = line.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(line, context.RequestAborted);
        }
    }

    // Nested in the class that logs. Ids 1000-1099 belong to Ingest.
    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Error, "Failed at request '{RequestId}'")]
        public static partial void Failed(ILogger logger, string requestId, Exception error);
    }
}
