using System.Buffers;
using System.Text.Json;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Api.Operations;
using Cistern.Delivery.Api.Signing;
using Cistern.Delivery.Metrics;

namespace Cistern.Delivery.Api;

/// <summary>Answers the operations of Firehose: AWS JSON 1.1 over <c>POST /</c>, told apart by <c>X-Amz-Target</c>.</summary>
internal sealed partial class FirehoseAddress(
    ControlOperations control, PutOperations puts, RequestVerifier verifier, StreamMetrics metrics, TimeProvider time, ILogger<FirehoseAddress> logger)
{
    public const string Service = "firehose";
    public const string TargetPrefix = "Firehose_20150804.";

    private const string ContentType = "application/x-amz-json-1.1";

    // An answer to the largest batch has 100 KB.
    private const int AnswerBytes = 4 << 10;

    // What is not a put is made a tree of, and is small: the longest parameter has 5 KB.
    private const int ControlBytesMax = 1 << 20;

    /// <summary>Answers a request whose body was read.</summary>
    public async Task AnswerAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        var answer = new ArrayBufferWriter<byte>(AnswerBytes);
        try
        {
            await RunAsync(context, body, answer);
            await WriteAsync(context, 200, answer.WrittenMemory);
        }
        catch (ApiException refusal)
        {
            await WriteErrorAsync(context, refusal.Error);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.Failed(logger, context.Request.Headers["X-Amz-Target"].ToString(), error);
            await WriteErrorAsync(context, ApiErrors.Internal());
        }
    }

    public static async Task WriteErrorAsync(HttpContext context, ApiError error)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("__type", error.Type);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        context.Response.Headers["x-amzn-ErrorType"] = error.Type;
        await WriteAsync(context, error.Status, body.WrittenMemory);
    }

    private async ValueTask RunAsync(HttpContext context, ReadOnlyMemory<byte> body, ArrayBufferWriter<byte> answer)
    {
        var operation = OperationOf(context.Request);
        var caller = verifier.Verify(context.Request, Service, body.Span);
        if (PutOperations.Has(operation))
        {
            await puts.RunAsync(operation == "PutRecordBatch", caller, body, answer, context.RequestAborted);
        }
        else if (body.Length > ControlBytesMax)
        {
            throw new ApiException(ApiErrors.BodyTooLarge(ControlBytesMax));
        }
        else
        {
            RunControl(operation, caller, body, answer);
        }
    }

    private string OperationOf(HttpRequest request)
    {
        var target = request.Headers["X-Amz-Target"].ToString();
        var operation = target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : "";
        if (PutOperations.Has(operation) || control.Has(operation))
        {
            return operation;
        }

        var isJson = request.ContentType?.StartsWith("application/x-amz-json", StringComparison.OrdinalIgnoreCase) ?? false;
        throw new ApiException(ApiErrors.UnknownOperation(target.Length <= 200 ? target : target[..200], isJson));
    }

    private void RunControl(string operation, Caller caller, ReadOnlyMemory<byte> body, ArrayBufferWriter<byte> answer)
    {
        var started = time.GetTimestamp();
        StreamId? stream = null;
        try
        {
            var output = control.Run(operation, caller, body.Span, out stream);
            using var json = new Utf8JsonWriter(answer);
            output.WriteTo(json);
        }
        finally
        {
            Count(operation, caller, stream, started);
        }
    }

    private void Count(string operation, Caller caller, StreamId? stream, long started)
    {
        (StreamMetric Requests, StreamMetric Latency)? counted = operation switch
        {
            "DescribeDeliveryStream" => (StreamMetric.DescribeRequests, StreamMetric.DescribeLatency),
            "ListDeliveryStreams" => (StreamMetric.ListRequests, StreamMetric.ListLatency),
            "UpdateDestination" => (StreamMetric.UpdateRequests, StreamMetric.UpdateLatency),
            _ => null,
        };
        var isList = operation == "ListDeliveryStreams";
        if (counted is { } pair && (isList || stream is not null))
        {
            var arn = isList ? StreamMetrics.AccountArn(caller.Region, caller.Account) : stream!.Arn;
            metrics.Add(arn, pair.Requests, 1);
            metrics.Add(arn, pair.Latency, time.GetElapsedTime(started).TotalMilliseconds);
        }
    }

    private static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(2211, LogLevel.Error, "{Target} failed")]
        public static partial void Failed(ILogger logger, string target, Exception error);
    }
}
