using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Checking.Endpoint;

/// <summary>Delivers to one address of the endpoint with Firehose's headers, each time over a connection of its own.</summary>
internal sealed class EndpointClient(CheckPlan plan, IPAddress address, TimeProvider time)
{
    private readonly CertificateJudge _judge = new(plan.Host, plan.Roots, time);

    /// <summary>The address that everything is sent to, one of the name's.</summary>
    public IPAddress Address => address;

    /// <param name="key">The access key; empty sends none.</param>
    public async Task<ExchangeResult> SendAsync(OutgoingDelivery delivery, string key, CancellationToken cancel)
    {
        try
        {
            await using var connection = await EndpointConnection.ConnectAsync(address, plan.Url.Port, plan.Limits.Connect, cancel);
            if (plan.Url.Scheme == Uri.UriSchemeHttps)
            {
                // Another machine behind the same name may have another certificate, and the key is not for everybody.
                await connection.HandshakeAsync(plan.Host, sent => CertificateJudge.Accepts(_judge.Judge(sent)), plan.Limits.Connect, cancel);
            }

            return await new Exchange(plan.Limits.Answer, time).RunAsync(connection.Stream, HeadOf(delivery, key), delivery.Body, cancel);
        }
        catch (TimeoutException)
        {
            return Failed(FindingKinds.ConnectTimeout, $"a further connection, within {Units.Seconds(plan.Limits.Connect.TotalSeconds)}");
        }
        catch (SocketException failure)
        {
            return Failed(FindingKinds.ConnectRefused, $"a further connection, {failure.Message}");
        }
        catch (Exception failure) when (failure is AuthenticationException or IOException)
        {
            return Failed(FindingKinds.TlsFailed, $"a further connection, {failure.GetBaseException().Message}");
        }
    }

    private static ExchangeResult Failed(FindingKind kind, string detail) => new(null, kind, detail, TimeSpan.Zero);

    private byte[] HeadOf(OutgoingDelivery delivery, string key)
    {
        var destination = new HttpDestination { Url = plan.Url, SourceArn = plan.SourceArn, AccessKey = key, CommonAttributes = plan.CommonAttributes };
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"POST {plan.Url.PathAndQuery} HTTP/1.1\r\nHost: {plan.Authority}\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Type: application/json\r\nContent-Length: {delivery.Body.Length}\r\n");
        head.Append(delivery.Gzip ? "Content-Encoding: gzip\r\n" : "");
        head.Append("User-Agent: Amazon Kinesis Data Firehose Agent/1.0\r\nX-Amz-Firehose-Protocol-Version: 1.0\r\n");
        head.Append(CultureInfo.InvariantCulture, $"X-Amz-Firehose-Request-Id: {delivery.RequestId}\r\nX-Amz-Firehose-Source-Arn: {plan.SourceArn}\r\n");
        Append(head, "X-Amz-Firehose-Access-Key", key);
        Append(head, "X-Amz-Firehose-Common-Attributes", destination.CommonAttributesHeader() ?? "");
        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }

    private static void Append(StringBuilder head, string name, string value)
    {
        if (value.Length > 0)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }
    }
}
