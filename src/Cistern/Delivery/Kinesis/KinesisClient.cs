using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Cistern.Delivery.Aws;

namespace Cistern.Delivery.Kinesis;

/// <summary>The calls of Kinesis Data Streams that a reader needs, over AWS JSON 1.1.</summary>
/// <remarks>Streams are named, not given by ARN, because services that only resemble Kinesis know no other way. Every failure is a <see cref="KinesisException"/>.</remarks>
internal sealed class KinesisClient : IDisposable
{
    private const string TargetHead = "Kinesis_20131202.";

    // GetRecords gives 10 MiB at most; base64 and names add a half.
    private const int AnswerBytesMax = 32 << 20;
    private const int PagesMax = 100;
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);
    private static readonly MediaTypeHeaderValue _json = new("application/x-amz-json-1.1");

    private readonly HttpMessageInvoker _http;
    private readonly Uri _endpoint;
    private readonly AwsCredentials _credentials;
    private readonly KinesisArn _stream;
    private readonly TimeProvider _time;

    public KinesisClient(Uri endpoint, AwsCredentials credentials, KinesisArn stream, TimeProvider time)
    {
        (_endpoint, _credentials, _stream, _time) = (endpoint, credentials, stream, time);
        _http = new HttpMessageInvoker(AwsHttp.CreateHandler(endpoint));
    }

    /// <summary>All shards that hold records, closed ones too.</summary>
    public async Task<IReadOnlyList<KinesisShard>> ListShardsAsync(CancellationToken cancel)
    {
        var shards = new List<KinesisShard>();
        string? next = null;
        for (var page = 0; page < PagesMax; page++)
        {
            var body = Body(json =>
            {
                // The token stands for the stream too.
                json.WriteString(next is null ? "StreamName"u8 : "NextToken"u8, next ?? _stream.Name);
            });
            next = await CallAsync("ListShards", body, answer => KinesisAnswers.ReadShards(answer, shards), cancel);
            if (next is null)
            {
                return shards;
            }
        }

        throw new KinesisException(KinesisFault.Unavailable, $"the list of shards of {_stream.Name} does not end after {PagesMax} pages");
    }

    /// <summary>An iterator behind a record, or at the oldest record that there is.</summary>
    /// <param name="after">A sequence number; null for the oldest record.</param>
    public Task<string> GetIteratorAsync(string shardId, string? after, CancellationToken cancel)
    {
        var body = Body(json =>
        {
            json.WriteString("StreamName"u8, _stream.Name);
            json.WriteString("ShardId"u8, shardId);
            json.WriteString("ShardIteratorType"u8, after is null ? "TRIM_HORIZON"u8 : "AFTER_SEQUENCE_NUMBER"u8);
            if (after is not null)
            {
                json.WriteString("StartingSequenceNumber"u8, after);
            }
        });
        return CallAsync("GetShardIterator", body, KinesisAnswers.ReadIterator, cancel);
    }

    public Task<KinesisBatch> GetRecordsAsync(string shardId, string iterator, int recordsMax, CancellationToken cancel)
    {
        var body = Body(json =>
        {
            json.WriteString("ShardIterator"u8, iterator);
            json.WriteNumber("Limit"u8, recordsMax);
        });
        return CallAsync("GetRecords", body, answer => KinesisAnswers.ReadRecords(answer, shardId), cancel);
    }

    public void Dispose() => _http.Dispose();

    private static ReadOnlyMemory<byte> Body(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private async Task<T> CallAsync<T>(string operation, ReadOnlyMemory<byte> body, Func<JsonElement, T> read, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            using var request = CreateRequest(operation, body);
            using var response = await _http.SendAsync(request, either.Token);
            var answer = await AwsHttp.ReadBodyAsync(response, AnswerBytesMax, either.Token)
                ?? throw new KinesisException(KinesisFault.Unavailable, $"the answer to {operation} is over {AnswerBytesMax} bytes");
            return response.IsSuccessStatusCode ? Read(operation, answer, read) : throw Failure(operation, response, answer.Span);
        }
        catch (OperationCanceledException exception) when (!cancel.IsCancellationRequested)
        {
            throw new KinesisException(KinesisFault.Unavailable, $"{operation} was not answered within {AnswerTimeout.TotalSeconds:0} s", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new KinesisException(KinesisFault.Unavailable, $"{operation}: {exception.GetBaseException().Message}", exception);
        }
    }

    private HttpRequestMessage CreateRequest(string operation, ReadOnlyMemory<byte> body)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = _json;
        content.Headers.ContentLength = body.Length;
        var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = content };
        request.Headers.Add("X-Amz-Target", TargetHead + operation);
        SigV4.Sign(request, body.Span, _credentials, _stream.Region, "kinesis", _time.GetUtcNow());
        return request;
    }

    private static T Read<T>(string operation, ReadOnlyMemory<byte> answer, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new KinesisException(KinesisFault.Unavailable, $"the answer to {operation} is none of Kinesis's: {exception.Message}", exception);
        }
    }

    private static KinesisException Failure(string operation, HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var type = AwsHttp.ErrorTypeOf(response, body, out var message);
        var fault = type switch
        {
            "ProvisionedThroughputExceededException" or "LimitExceededException" or "KMSThrottlingException" => KinesisFault.Throttled,
            "ExpiredIteratorException" => KinesisFault.IteratorExpired,
            "ResourceNotFoundException" => KinesisFault.NotFound,
            "InvalidArgumentException" or "ValidationException" => KinesisFault.InvalidArgument,
            _ when (int)response.StatusCode is 401 or 403 => KinesisFault.Denied,
            "AccessDeniedException" or "UnrecognizedClientException" or "InvalidSignatureException" or "MissingAuthenticationTokenException" or "IncompleteSignatureException" => KinesisFault.Denied,
            _ => KinesisFault.Unavailable,
        };
        return new KinesisException(fault, $"{operation} was answered {(int)response.StatusCode} {type}: {message}");
    }
}
