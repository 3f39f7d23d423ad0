using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Signing;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>Answers the calls of CloudWatch that read the Firehose's metrics, in the protocol they came in.</summary>
internal sealed partial class CloudWatchAddress(CloudWatchOperations operations, RequestVerifier verifier, ILogger<CloudWatchAddress> logger)
{
    private const string Service = "monitoring";

    public async Task AnswerAsync(HttpContext context, CloudWatchRequest request, ReadOnlyMemory<byte> body)
    {
        JsonObject output;
        try
        {
            if (body.Length > CloudWatchRequest.BodyBytesMax)
            {
                throw new ApiException(ApiErrors.BodyTooLarge(CloudWatchRequest.BodyBytesMax));
            }

            var caller = verifier.Verify(context.Request, Service, body.Span);
            output = operations.Run(request, caller, body);
        }
        catch (ApiException refusal)
        {
            await CloudWatchAnswer.WriteErrorAsync(context, request.Protocol, refusal.Error);
            return;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Log.Failed(logger, request.Operation, error);
            await CloudWatchAnswer.WriteErrorAsync(context, request.Protocol, ApiErrors.Internal());
            return;
        }

        await CloudWatchAnswer.WriteAsync(context, request, output);
    }

    private static partial class Log
    {
        [LoggerMessage(2241, LogLevel.Error, "{Operation} failed")]
        public static partial void Failed(ILogger logger, string operation, Exception error);
    }
}
