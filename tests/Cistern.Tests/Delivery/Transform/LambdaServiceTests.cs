using System.Text;
using System.Text.RegularExpressions;
using Cistern.Delivery.Aws;
using Cistern.Delivery.Transform;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Delivery.Transform;

public sealed partial class LambdaServiceTests
{
    private const string Arn = "arn:aws:lambda:eu-west-2:111122223333:function:own-fn:$LATEST";
    private static readonly AwsCredentials Credentials = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token");

    [Fact]
    public async Task An_invocation_is_one_signed_request()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, """{"records":[]}"""));
        using var service = Service(peer);

        var answer = await service.InvokeAsync(Arn, "{\"a\":1}"u8.ToArray(), CancellationToken.None);

        Assert.Null(answer.ErrorCode);
        Assert.Equal("""{"records":[]}""", Encoding.UTF8.GetString(answer.Payload.Span));
        var request = Assert.Single(peer.Requests);
        Assert.Equal("POST /firehose/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-2%3A111122223333%3Afunction%3Aown-fn%3A%24LATEST/invocations HTTP/1.1", request.RequestLine);
        Assert.Equal("RequestResponse", request["X-Amz-Invocation-Type"]);
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(request.WireBody));
        Assert.Equal(request["Authorization"], Resigned(request));
        Assert.DoesNotContain(Credentials.SecretKey, Credentials.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"errorType":"TypeError","errorMessage":"no such field"}""", "Lambda.FunctionError", "returned an error result. TypeError: no such field")]
    [InlineData("""{"errorMessage":"2026-10-01T00:00:00Z 1f Task timed out after 3.00 seconds"}""", "Lambda.FunctionTimedOut", "Task timed out after 3.00 seconds")]
    [InlineData("not json", "Lambda.FunctionError", "not json")]
    [InlineData("", "Lambda.FunctionError", "returned an error result.")]
    public async Task An_error_of_the_function_is_told_by_its_header(string body, string code, string text)
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, body, "X-Amz-Function-Error: Unhandled\r\n"));
        using var service = Service(peer);

        var answer = await service.InvokeAsync(Arn, "{}"u8.ToArray(), CancellationToken.None);

        Assert.Equal(code, answer.ErrorCode);
        Assert.Contains(text, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "ResourceNotFoundException", "Lambda.ResourceNotFound")]
    [InlineData(429, "TooManyRequestsException", "Lambda.InvokeLimitExceeded")]
    [InlineData(403, "AccessDeniedException", "Lambda.InvokeAccessDenied")]
    [InlineData(403, "UnrecognizedClientException", "Lambda.InvalidSecurityToken")]
    [InlineData(403, "", "Lambda.InvokeAccessDenied")]
    [InlineData(500, "ServiceException", "Lambda.InternalServerError")]
    [InlineData(503, "", "Lambda.ServiceUnavailable")]
    [InlineData(502, "InvalidZipFileException", "Lambda.InvalidZipFileException")]
    [InlineData(502, "ENILimitReachedException:http://internal/", "Lambda.ENILimitReachedException")]
    [InlineData(502, "SubnetIPAddressLimitReachedException", "Lambda.SubnetIPAddressLimitReachedException")]
    [InlineData(502, "InvalidSubnetIDException", "Lambda.InvalidSubnetIDException")]
    [InlineData(502, "InvalidSecurityGroupIDException", "Lambda.InvalidSecurityGroupIDException")]
    [InlineData(413, "RequestTooLargeException", "Lambda.InvocationFailure")]
    [InlineData(302, "", "Lambda.InvocationFailure")]
    public async Task An_error_of_the_service_is_named_as_Firehose_names_it(int status, string type, string code)
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(status, """{"Message":"because"}""", type.Length == 0 ? "" : $"x-amzn-ErrorType: {type}\r\n"));
        using var service = Service(peer);

        var answer = await service.InvokeAsync(Arn, "{}"u8.ToArray(), CancellationToken.None);

        Assert.Equal(code, answer.ErrorCode);
        Assert.EndsWith("because", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_response_over_six_megabytes_is_an_error_of_the_function()
    {
        await using var peer = new ScriptedPeer(_ => ScriptedPeer.Json(200, new string('x', TransformBatch.BytesMax + 1)));
        using var service = Service(peer);

        Assert.Equal("Lambda.FunctionError", (await service.InvokeAsync(Arn, "{}"u8.ToArray(), CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task A_service_that_hangs_resets_or_is_not_there_is_an_error_and_no_exception()
    {
        await using var hanging = new ScriptedPeer(ScriptedPeer.Hang);
        using var patient = Service(hanging, TimeSpan.FromMilliseconds(300));
        Assert.Equal("Lambda.InvocationFailure", (await patient.InvokeAsync(Arn, "{}"u8.ToArray(), CancellationToken.None)).ErrorCode);

        await using var resetting = new ScriptedPeer(ScriptedPeer.Reset);
        using var reset = Service(resetting);
        Assert.Equal("Lambda.TargetServerFailedToRespond", (await reset.InvokeAsync(Arn, "{}"u8.ToArray(), CancellationToken.None)).ErrorCode);

        var gone = new ScriptedPeer(ScriptedPeer.Hang);
        await gone.DisposeAsync();
        using var nobody = Service(gone);
        Assert.Equal("Lambda.FunctionRequestTimedOut", (await nobody.InvokeAsync(Arn, "{}"u8.ToArray(), CancellationToken.None)).ErrorCode);
    }

    [Fact]
    public async Task Who_cancels_sees_the_cancellation()
    {
        await using var peer = new ScriptedPeer(ScriptedPeer.Hang);
        using var service = Service(peer);
        using var cancel = new CancellationTokenSource();
        var invoked = service.InvokeAsync(Arn, "{}"u8.ToArray(), cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => invoked);
    }

    private static LambdaService Service(ScriptedPeer peer, TimeSpan? timeout = null) =>
        new(new Uri(peer.Url, "/firehose"), Credentials, "us-east-1", TimeProvider.System, timeout);

    // As a service checks it: from what came over the wire and the secret that it knows.
    private static string Resigned(ReceivedRequest request)
    {
        var head = Authorization().Match(request["Authorization"]!);
        var names = head.Groups["names"].Value.Split(';');
        var headers = names.Select(name => KeyValuePair.Create(name, request[name]!)).ToList();
        Assert.Equal("eu-west-2/lambda", head.Groups["scope"].Value);
        Assert.Superset(new HashSet<string> { "host", "x-amz-date", "x-amz-security-token" }, names.ToHashSet());
        var path = SigV4.EscapeAgain(request.RequestLine.Split(' ')[1]);
        var signature = SigV4.Sign(Credentials.SecretKey, request["X-Amz-Date"]!, "eu-west-2", "lambda", "POST", path, "", headers, SigV4.Hash(request.WireBody));
        return request["Authorization"]!.Split("Signature=")[0] + $"Signature={signature}";
    }

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/[0-9]{8}/(?<scope>[^ ]*)/aws4_request, SignedHeaders=(?<names>[^ ]*), Signature=[0-9a-f]{64}$")]
    private static partial Regex Authorization();
}
