using Cistern.Delivery.Api.CloudWatch;
using Cistern.Delivery.Watching;

namespace Cistern.Delivery.Api;

/// <summary>What stands before the services: health, the request id, the body, and which service is meant.</summary>
internal sealed class ApiFront(FirehoseAddress firehose, CloudWatchAddress cloudWatch, WatchAddress watch, RequestReader bodies)
{
    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Path == "/healthz")
        {
            await context.Response.WriteAsync("ok\n", context.RequestAborted);
            return;
        }

        if (WatchAddress.Has(context.Request))
        {
            await watch.AnswerAsync(context);
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await FirehoseAddress.WriteErrorAsync(context, new ApiError("AccessDeniedException", "Unable to determine service/operation name to be authorized", 403));
            return;
        }

        await AnswerPostAsync(context);
    }

    private async Task AnswerPostAsync(HttpContext context)
    {
        PooledBody body;
        try
        {
            body = await bodies.ReadAsync(context.Request, context.RequestAborted);
        }
        catch (ApiException refusal)
        {
            await FirehoseAddress.WriteErrorAsync(context, refusal.Error);
            return;
        }
        catch (BadHttpRequestException)
        {
            context.Abort();
            return;
        }

        using (body)
        {
            await (CloudWatchRequest.TryRead(context.Request, body.Bytes.Span) is { } request
                ? cloudWatch.AnswerAsync(context, request, body.Bytes)
                : firehose.AnswerAsync(context, body.Bytes));
        }
    }
}
