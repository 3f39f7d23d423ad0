using System.Net;
using System.Net.Http.Headers;
using Cistern.Delivery.Aws;

namespace Cistern.Delivery.Transform;

/// <summary>Functions at a service that speaks the Lambda API: each invocation is one signed request, <c>RequestResponse</c>.</summary>
/// <remarks>AWS, API "Invoke". Errors are named as Firehose names them.</remarks>
internal sealed class LambdaService : IFunctionService, IDisposable
{
    /// <summary>Firehose waits no longer.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);

    // What other errors there are keep their own names.
    private static readonly string[] _knownErrors =
    [
        "InvalidZipFileException", "ENILimitReachedException", "SubnetIPAddressLimitReachedException", "InvalidSubnetIDException", "InvalidSecurityGroupIDException",
    ];

    private static readonly MediaTypeHeaderValue _json = new("application/json");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _endpoint;
    private readonly AwsCredentials _credentials;
    private readonly string _region;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    /// <param name="region">Of functions that are named without one.</param>
    public LambdaService(Uri endpoint, AwsCredentials credentials, string region, TimeProvider time, TimeSpan? timeout = null)
    {
        (_endpoint, _credentials, _region, _time, _timeout) = (endpoint, credentials, region, time, timeout ?? DefaultTimeout);
        _http = new HttpMessageInvoker(AwsHttp.CreateHandler(endpoint));
    }

    public async Task<FunctionAnswer> InvokeAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            using var request = CreateRequest(functionArn, payload);
            using var response = await _http.SendAsync(request, either.Token);
            var body = await AwsHttp.ReadBodyAsync(response, TransformBatch.BytesMax, either.Token);
            return body is { } whole ? Judge(response, whole) : TransformErrors.FunctionFailed($"Its response is over {TransformBatch.BytesMax} bytes.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return TransformErrors.Failed(TransformErrors.InvocationFailure, $"The Lambda function did not answer within {_timeout.TotalSeconds:0.##} s.");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            var code = exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
                ? TransformErrors.FunctionRequestTimedOut : TransformErrors.TargetServerFailedToRespond;
            return TransformErrors.Failed(code, $"The Lambda service at {_endpoint.Authority} cannot be reached:", exception.GetBaseException().Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage CreateRequest(string functionArn, ReadOnlyMemory<byte> payload)
    {
        var path = $"{_endpoint.AbsolutePath.TrimEnd('/')}/2015-03-31/functions/{Uri.EscapeDataString(functionArn)}/invocations";
        var content = new ReadOnlyMemoryContent(payload);
        content.Headers.ContentType = _json;
        content.Headers.ContentLength = payload.Length;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_endpoint, path)) { Content = content };
        request.Headers.Add("X-Amz-Invocation-Type", "RequestResponse");
        request.Headers.Add("X-Amz-Log-Type", "None");
        var region = FunctionArn.RegionOf(functionArn) is { Length: > 0 } named ? named : _region;
        SigV4.Sign(request, payload.Span, _credentials, region, "lambda", _time.GetUtcNow());
        return request;
    }

    private static FunctionAnswer Judge(HttpResponseMessage response, ReadOnlyMemory<byte> body)
    {
        if (!response.IsSuccessStatusCode)
        {
            var type = AwsHttp.ErrorTypeOf(response, body.Span, out var message);
            return TransformErrors.Failed(CodeOf(response.StatusCode, type), $"The Lambda service answered {(int)response.StatusCode} {type}:", message);
        }

        if (!response.Headers.Contains("X-Amz-Function-Error"))
        {
            return new FunctionAnswer(ErrorCode: null, body, "");
        }

        // Lambda reports its own timeout as an error of the function, with this text.
        var text = FunctionErrorText.Read(body.Span);
        return text.Contains("Task timed out after", StringComparison.Ordinal)
            ? TransformErrors.Failed(TransformErrors.FunctionTimedOut, text)
            : TransformErrors.FunctionFailed(text);
    }

    private static string CodeOf(HttpStatusCode status, string type) => type switch
    {
        "ResourceNotFoundException" => TransformErrors.ResourceNotFound,
        "TooManyRequestsException" => TransformErrors.InvokeLimitExceeded,
        "AccessDeniedException" => TransformErrors.InvokeAccessDenied,
        "UnrecognizedClientException" or "InvalidSecurityTokenException" or "InvalidClientTokenId" or "ExpiredTokenException" => TransformErrors.InvalidSecurityToken,
        "ServiceException" => TransformErrors.InternalServerError,
        _ when Array.IndexOf(_knownErrors, type) >= 0 => $"Lambda.{type}",
        _ => CodeOf(status),
    };

    private static string CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => TransformErrors.ResourceNotFound,
        HttpStatusCode.TooManyRequests => TransformErrors.InvokeLimitExceeded,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => TransformErrors.InvokeAccessDenied,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => TransformErrors.ServiceUnavailable,
        >= HttpStatusCode.InternalServerError => TransformErrors.InternalServerError,
        _ => TransformErrors.InvocationFailure,
    };
}
