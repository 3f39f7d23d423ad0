using System.Collections;
using System.Net;
using System.Text.Json;
using Cistern.Delivery;
using Cistern.Delivery.Aws;
using Cistern.Delivery.Watching;
using Cistern.Operations.Settings;
using Cistern.Query.Api;

namespace Cistern.Dashboard;

/// <summary>By which requests to the local Firehose are signed; null leaves them unsigned.</summary>
internal sealed record FirehoseAccess(AwsCredentials? Credentials, string Region)
{
    public static FirehoseAccess Of(IDictionary environment) =>
        new(AwsCredentials.Of(environment), (environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]) as string ?? FirehoseOptions.DefaultRegion);
}

/// <summary>Asks the Firehose of the setting <c>firehose</c>.</summary>
internal sealed class LocalFirehose : IDisposable
{
    private const int BodyBytesMax = 32 << 20;
    private const string Service = "firehose";

    // A look at what lies in a bucket reads objects; the Firehose itself bounds how long.
    private static readonly TimeSpan _answerTimeout = TimeSpan.FromSeconds(60);

    private static readonly byte[] _nothing = "{}"u8.ToArray();

    private readonly HttpMessageInvoker _http;
    private readonly FirehoseAccess _access;
    private readonly TimeProvider _time;

    public LocalFirehose(CisternSettings settings, FirehoseAccess access, TimeProvider time)
    {
        (_access, _time) = (access, time);
        Url = settings.Firehose.Length > 0 ? new Uri(settings.Firehose) : null;
        _http = new HttpMessageInvoker(AwsHttp.CreateHandler(Url ?? new Uri("http://127.0.0.1/")));
    }

    /// <summary>Null if none is set.</summary>
    public Uri? Url { get; }

    /// <summary>Its address for people: without user and password, if it has them.</summary>
    public string Name => Url?.GetLeftPart(UriPartial.Authority).Replace(Url.UserInfo + "@", "", StringComparison.Ordinal) ?? "";

    /// <summary>An answer of the Firehose as it came, a JSON object; or why there is none.</summary>
    /// <param name="path">What follows <see cref="WatchAddress.Path"/>, escaped.</param>
    public async Task<(ReadOnlyMemory<byte> Body, ProblemDetails? Problem)> AskAsync(HttpMethod method, string path, CancellationToken cancel)
    {
        if (Url is null)
        {
            return (default, new ProblemDetails(StatusCodes.Status404NotFound, "firehose-not-set", "There is no local Firehose", "no local Firehose is set; start the server with --firehose URL"));
        }

        using var timeout = new CancellationTokenSource(_answerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            using var request = CreateRequest(method, new Uri(Url, WatchAddress.Path + path));
            using var response = await _http.SendAsync(request, either.Token);
            var body = await AwsHttp.ReadBodyAsync(response, BodyBytesMax, either.Token);
            return body is null ? (default, Unusable($"answers with over {BodyBytesMax} bytes"))
                : response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Accepted ? Check(body.Value)
                : (default, Refusal(response, body.Value.Span));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (default, Unreachable($"it did not answer within {_answerTimeout.TotalSeconds:0} s"));
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return (default, Unreachable(error.GetBaseException().Message));
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage CreateRequest(HttpMethod method, Uri url)
    {
        var request = new HttpRequestMessage(method, url);
        var body = method == HttpMethod.Post ? _nothing : [];
        if (method == HttpMethod.Post)
        {
            request.Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/json" } } };
        }

        if (_access.Credentials is { } credentials)
        {
            SigV4.Sign(request, body, credentials, _access.Region, Service, _time.GetUtcNow());
        }

        return request;
    }

    // It becomes part of an answer of ours.
    private (ReadOnlyMemory<byte> Body, ProblemDetails? Problem) Check(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? (body, null) : (default, Unusable("answers with something else than a JSON object"));
        }
        catch (JsonException)
        {
            return (default, Unusable("answers with something else than JSON"));
        }
    }

    private ProblemDetails Refusal(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var type = AwsHttp.ErrorTypeOf(response, body, out var message);
        var said = message.Length > 0 ? message : $"status {(int)response.StatusCode}";
        return type switch
        {
            "ResourceNotFoundException" => new ProblemDetails(StatusCodes.Status404NotFound, "stream-unknown", "There is no such stream", said),
            "ResourceInUseException" => new ProblemDetails(StatusCodes.Status409Conflict, "replay-running", "It is being replayed", said),
            "InvalidArgumentException" => new ProblemDetails(StatusCodes.Status409Conflict, "replay-impossible", "It cannot be replayed", said),
            _ => Unusable($"refuses: {said}{(type is "" ? "" : $" ({type})")}{(_access.Credentials is null && type.Contains("Token", StringComparison.Ordinal) ? "; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY for this server" : "")}"),
        };
    }

    private ProblemDetails Unusable(string what) => new(StatusCodes.Status502BadGateway, "firehose-refused", "The local Firehose cannot be asked", $"the local Firehose at {Name} {what}");

    private ProblemDetails Unreachable(string why) => new(
        StatusCodes.Status502BadGateway, "firehose-unreachable", "The local Firehose does not answer", $"the local Firehose at {Name} does not answer: {why}", RetryAfterSeconds: 2);
}
