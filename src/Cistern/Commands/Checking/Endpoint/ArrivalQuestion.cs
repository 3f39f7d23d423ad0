using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cistern.Commands.Asking;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Whether the endpoint's server can be asked what it stored.</summary>
internal enum ArrivalAccess
{
    Allowed = 1,

    /// <summary>It is a Cistern, and the key may not read.</summary>
    KeyMayNotRead = 2,

    /// <summary>It is none, or its API is not to be reached by this address.</summary>
    NoCistern = 3,
}

/// <summary>Asks a Cistern what became of a delivery. Nothing that it answers makes this throw, but a cancellation.</summary>
internal sealed class ArrivalQuestion : IDisposable
{
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _http;
    private readonly ApiClient _api;
    private readonly CheckPlan _plan;
    private readonly Uri _server;

    public ArrivalQuestion(CheckPlan plan, IPAddress address, TimeProvider time)
    {
        _plan = plan;
        _server = new Uri(plan.Url, "/");
        var judge = new CertificateJudge(plan.Host, plan.Roots, time);
        _handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false, ConnectTimeout = plan.Limits.Connect };
        _handler.ConnectCallback = (context, cancel) => ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancel);
        _handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
            certificate is not null && CertificateJudge.Accepts(judge.Judge(new SentCertificates(new(certificate), chain is null ? [] : [.. chain.ChainPolicy.ExtraStore])));
        _http = new HttpClient(_handler) { Timeout = plan.Limits.Answer, MaxResponseContentBufferSize = 16 << 20 };
        _api = new ApiClient(_http, _server, plan.Key);
    }

    public async Task<ArrivalAccess> FindAccessAsync(CancellationToken cancel)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_server, "/api/status"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _plan.Key);
            using var response = await _http.SendAsync(request, cancel);
            var body = await response.Content.ReadAsByteArrayAsync(cancel);
            return response.IsSuccessStatusCode && IsStatus(body) ? ArrivalAccess.Allowed
                : Encoding.UTF8.GetString(body).Contains("urn:cistern:problem:", StringComparison.Ordinal) ? ArrivalAccess.KeyMayNotRead
                : ArrivalAccess.NoCistern;
        }
        catch (Exception failure) when (!cancel.IsCancellationRequested && failure is HttpRequestException or OperationCanceledException or FormatException)
        {
            return ArrivalAccess.NoCistern;
        }
    }

    /// <summary>How many rows of the delivery can be read, and why one was rejected if it was.</summary>
    /// <exception cref="CommandFailedException">The server does not answer.</exception>
    public async Task<(long Rows, string? Rejected)> AskAsync(TestRecord record, CancellationToken cancel)
    {
        var id = record.Delivery.RequestId;
        var counted = await SqlAsync($"SELECT count(*) FROM {record.Signal} WHERE delivery_id = '{id}'", cancel);
        if (counted.Rows is not [[{ ValueKind: JsonValueKind.Number } cell]] || !cell.TryGetInt64(out var rows))
        {
            throw new CommandFailedException("the answer is none of a Cistern's");
        }

        var rejected = rows > 0 ? [] : (await SqlAsync($"SELECT reason FROM rejects WHERE delivery_id = '{id}' LIMIT 1", cancel)).Rows;
        return (rows, rejected is [[{ ValueKind: JsonValueKind.String } reason]] ? reason.GetString() : null);
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    // The same machine that took the record, if several stand behind the name.
    private static async ValueTask<Stream> ConnectAsync(IPEndPoint end, CancellationToken cancel)
    {
        var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(end, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Answer> SqlAsync(string sql, CancellationToken cancel)
    {
        try
        {
            return await _api.SqlAsync(sql, cancel);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CommandFailedException($"no answer within {Units.Seconds(_plan.Limits.Answer.TotalSeconds)}");
        }
    }

    private static bool IsStatus(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("store", out _) && root.TryGetProperty("answers", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
