using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Cistern.Delivery.Http;

/// <summary>Delivers batches to an HTTP endpoint as Firehose does: its headers, its judgement of answers, its retries.</summary>
/// <remarks>
/// <see cref="AttemptAsync"/> is one step without any waiting of its own, for those who keep the schedule themselves;
/// <see cref="SendAsync"/> goes on until the batch is delivered or given up. Safe for several deliveries at a time.
/// </remarks>
internal sealed class FirehoseSender
{
    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly HttpDestination _destination;
    private readonly TimeProvider _time;
    private readonly RetrySchedule _retries;
    private readonly string? _attributes;

    /// <param name="http">Must neither follow redirects nor inflate answers: see <see cref="CreateHandler"/>.</param>
    public FirehoseSender(HttpMessageInvoker http, HttpDestination destination, TimeProvider time, Random random)
    {
        (_http, _destination, _time) = (http, destination, time);
        _retries = new RetrySchedule(destination.RetryWindow, random);
        _attributes = destination.CommonAttributesHeader();
    }

    /// <summary>Told of each failed attempt that will be tried again, and the pause before it.</summary>
    public event Action<OutgoingDelivery, DeliveryAttempt, TimeSpan>? Retrying;

    /// <summary>Connections as Firehose makes them: no redirects, no cookies, nothing inflated.</summary>
    public static SocketsHttpHandler CreateHandler(Uri destination) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !destination.IsLoopback,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };

    public async Task<DeliveryOutcome> SendAsync(OutgoingDelivery delivery, CancellationToken cancel)
    {
        var started = _time.GetTimestamp();
        long? firstFailure = null;
        for (var attempts = 1; ; attempts++)
        {
            var attempt = await AttemptAsync(delivery, cancel);
            firstFailure ??= _time.GetTimestamp();
            if (attempt.Error is null || IsFinal(attempt) || _retries.NextPause(attempts, _time.GetElapsedTime(firstFailure.Value)) is not { } pause)
            {
                return new DeliveryOutcome(attempt, attempts, _time.GetElapsedTime(started), _time.GetUtcNow());
            }

            Retrying?.Invoke(delivery, attempt, pause);
            await Task.Delay(pause, _time, cancel);
        }
    }

    /// <summary>Sends the batch once and judges the answer. Throws only when cancelled.</summary>
    public async Task<DeliveryAttempt> AttemptAsync(OutgoingDelivery delivery, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(_destination.AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            using var request = CreateRequest(delivery);
            using var response = await _http.SendAsync(request, either.Token);
            var body = await ReadBodyAsync(response, either.Token);
            return body is null
                ? DestinationAnswer.Failed(DeliveryError.ResponseTooLarge, $"the answer's body is over {DestinationAnswer.BodyBytesMax} bytes")
                : DestinationAnswer.Judge(delivery.RequestId, response, body.Value.Span);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return DestinationAnswer.Failed(DeliveryError.RequestTimeout, $"no answer within {_destination.AnswerTimeout.TotalSeconds:0.###} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException)
        {
            return DestinationAnswer.Failed(ConnectionErrorOf(exception), Reason(exception));
        }
        catch (FormatException exception)
        {
            return DestinationAnswer.Failed(DeliveryError.IllegalCharacterInHeaderValue, exception.Message);
        }
    }

    private bool IsFinal(DeliveryAttempt attempt) =>
        attempt.Permanent || (_destination.GiveUpWhenRefused && attempt.Status is >= 400 and < 500 and not 408 and not 429);

    private HttpRequestMessage CreateRequest(OutgoingDelivery delivery)
    {
        var content = new ReadOnlyMemoryContent(delivery.Body);
        content.Headers.ContentType = _json;
        content.Headers.ContentLength = delivery.Body.Length;
        if (delivery.Gzip)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        var request = new HttpRequestMessage(HttpMethod.Post, _destination.Url) { Content = content };
        request.Headers.Add("X-Amz-Firehose-Protocol-Version", "1.0");
        request.Headers.Add("X-Amz-Firehose-Request-Id", delivery.RequestId);
        request.Headers.Add("X-Amz-Firehose-Source-Arn", _destination.SourceArn);
        request.Headers.TryAddWithoutValidation("User-Agent", "Amazon Kinesis Data Firehose Agent/1.0");
        AddOptional(request, "X-Amz-Firehose-Access-Key", _destination.AccessKey);
        AddOptional(request, "X-Amz-Firehose-Common-Attributes", _attributes);
        foreach (var (name, value) in _destination.ExtraHeaders)
        {
            AddOptional(request, name, value);
        }

        return request;
    }

    private static void AddOptional(HttpRequestMessage request, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            request.Headers.Add(name, value);
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[4096];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancel) is > 0 and var read)
        {
            length += read;
            if (length > DestinationAnswer.BodyBytesMax)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return buffer.AsMemory(0, length);
    }

    private static DeliveryError ConnectionErrorOf(Exception exception) => exception switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } when CertificateRefused(exception) => DeliveryError.SslCertificatePathFailure,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => DeliveryError.SslHandshakeFailure,
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => DeliveryError.IllegalMessageStart,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } => DeliveryError.ConnectionFailed,
        _ => DeliveryError.ConnectionReset,
    };

    private static bool CertificateRefused(Exception exception) =>
        exception.InnerException is System.Security.Authentication.AuthenticationException { InnerException: null };

    private static string Reason(Exception exception)
    {
        var root = exception.GetBaseException().Message;
        return exception.Message.Contains(root, StringComparison.Ordinal) ? exception.Message : $"{exception.Message} ({root})";
    }
}
