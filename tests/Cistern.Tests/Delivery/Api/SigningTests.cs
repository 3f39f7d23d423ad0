using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cistern.Delivery.Api.Signing;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Delivery.Api;

public sealed class SigningTests
{
    private const string Id = "AKIDEXAMPLE";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static readonly JsonElement Suite = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fixtures", "aws-sigv4", "testsuite.json"))).RootElement;

    // In these two the suite contradicts itself: the headers that it signs are not those of its own canonical request, or its hash is not of it.
    private static readonly string[] Contradictory = ["post-x-www-form-urlencoded", "post-x-www-form-urlencoded-parameters"];

    public static TheoryData<string> Vectors() => [.. Suite.GetProperty("tests").EnumerateArray().Select(test => test.GetProperty("name").GetString()!).Except(Contradictory)];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Each_case_of_awss_own_suite_is_signed_as_it_says(string name)
    {
        var test = Suite.GetProperty("tests").EnumerateArray().Single(test => test.GetProperty("name").GetString() == name);
        string Text(string part) => test.GetProperty(part).GetString()!;
        var header = AuthorizationHeader.TryParse(Text("authz"), out var problem);
        Assert.True(header is not null, problem);
        var (method, target, headers, body) = Parse(Text("req"));

        var canonical = new CanonicalRequest(method, target, wanted => headers.Where(one => one.Name == wanted).Select(one => one.Value).ToArray(), header.SignedHeaders, Hash(body));
        var toSign = canonical.StringToSign("20150830T123600Z", header.Scope);

        Assert.Equal(Text("creq"), canonical.Text());
        Assert.Equal(Text("sts"), toSign);
        Assert.Equal(header.Signature, CanonicalRequest.Sign(Suite.GetProperty("secretKey").GetString()!, header.Date, header.Region, header.Service, toSign));
    }

    [Fact]
    public async Task A_signed_request_is_taken_and_its_region_counts()
    {
        await using var rig = await StartAsync();

        var answer = await SendAsync(rig, region: "eu-west-1", body: Requests.Create("a", "S3DestinationConfiguration", Requests.Bucket()).ToJsonString(), operation: "CreateDeliveryStream");

        Assert.Equal("arn:aws:firehose:eu-west-1:000000000000:deliverystream/a", answer.Expect(200).GetProperty("DeliveryStreamARN").GetString());
    }

    [Fact]
    public async Task Each_way_of_not_being_signed_has_its_error()
    {
        await using var rig = await StartAsync();

        using var unsigned = FirehoseRig.Request("ListDeliveryStreams", "{}");
        Assert.Equal("Missing Authentication Token", (await ApiAnswer.ReadAsync(await rig.Http.SendAsync(unsigned))).ExpectError("MissingAuthenticationTokenException"));
        Assert.StartsWith("Unsupported AWS 'algorithm'", (await SendAsync(rig, authorization: "Bearer x")).ExpectError("IncompleteSignatureException"), StringComparison.Ordinal);
        Assert.StartsWith(
            "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
            (await SendAsync(rig, authorization: "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request")).ExpectError("IncompleteSignatureException"), StringComparison.Ordinal);
        Assert.StartsWith(
            "Credential must have exactly 5 slash-delimited elements",
            (await SendAsync(rig, authorization: "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, Signature=00")).ExpectError("IncompleteSignatureException"), StringComparison.Ordinal);
        Assert.Equal("The security token included in the request is invalid.", (await SendAsync(rig, id: "AKIDOTHER")).ExpectError("UnrecognizedClientException"));
        Assert.StartsWith("The request signature we calculated does not match", (await SendAsync(rig, secret: "wrong")).ExpectError("InvalidSignatureException"), StringComparison.Ordinal);
        Assert.Equal("Credential should be scoped to correct service: 'firehose'.", (await SendAsync(rig, service: "kinesis")).ExpectError("InvalidSignatureException"));
        Assert.Equal("'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.", (await SendAsync(rig, signedHeaders: "host;x-amz-date")).ExpectError("InvalidSignatureException"));
        Assert.Equal("'host' must be a 'SignedHeader' in the AWS Authorization.", (await SendAsync(rig, signedHeaders: "x-amz-date;x-amz-target")).ExpectError("InvalidSignatureException"));
        Assert.StartsWith("Date must be in ISO-8601 'basic format'. Got 'yesterday'", (await SendAsync(rig, date: "yesterday")).ExpectError("IncompleteSignatureException"), StringComparison.Ordinal);
        (await SendAsync(rig)).Expect(200);
    }

    [Fact]
    public async Task A_body_or_operation_that_was_changed_does_not_fit()
    {
        await using var rig = await StartAsync();

        (await SendAsync(rig, sentBody: """{"Limit":1}""")).ExpectError("InvalidSignatureException");
        (await SendAsync(rig, sentOperation: "DeleteDeliveryStream")).ExpectError("InvalidSignatureException");
    }

    [Theory]
    [InlineData(-14, null)]
    [InlineData(14, null)]
    [InlineData(-16, "Signature expired: ")]
    [InlineData(16, "Signature not yet current: ")]
    public async Task A_signature_holds_for_15_minutes(int minutes, string? message)
    {
        await using var rig = await StartAsync();
        var signed = DateTimeOffset.UtcNow.AddMinutes(minutes);

        var answer = await SendAsync(rig, date: signed.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture));

        if (message is null)
        {
            answer.Expect(200);
        }
        else
        {
            var text = answer.ExpectError("InvalidSignatureException");
            Assert.StartsWith(message, text, StringComparison.Ordinal);
            Assert.EndsWith(minutes < 0 ? "- 15 min.)" : "+ 15 min.)", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Credentials_are_read_from_a_file_of_profiles()
    {
        using var folder = new ScratchFolder();
        var path = Path.Combine(folder, "credentials");
        File.WriteAllText(path, "# mine\n[default]\naws_access_key_id = A\naws_secret_access_key = s=1\n\n[half]\naws_access_key_id=B\n[ci]\nregion=x\naws_secret_access_key=t\naws_access_key_id=C\n");

        Assert.Equal([new FirehoseCredential("A", "s=1"), new FirehoseCredential("C", "t")], CredentialsFile.Read(path));
        File.WriteAllText(path, "[default]\n");
        Assert.Contains("aws_access_key_id", Assert.Throws<IOException>(() => CredentialsFile.Read(path)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s=1", new FirehoseCredential("A", "s=1").ToString(), StringComparison.Ordinal);
    }

    private static Task<FirehoseRig> StartAsync() => FirehoseRig.StartAsync(options => options with { Credentials = [new FirehoseCredential(Id, Secret)] });

    private static async Task<ApiAnswer> SendAsync(
        FirehoseRig rig, string operation = "ListDeliveryStreams", string body = "{}", string id = Id, string secret = Secret, string region = "us-east-1", string service = "firehose", string? date = null,
        string signedHeaders = "content-type;host;x-amz-date;x-amz-target", string? authorization = null, string? sentBody = null, string? sentOperation = null)
    {
        var time = date ?? DateTimeOffset.UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string>
        {
            ["content-type"] = "application/x-amz-json-1.1",
            ["host"] = rig.Http.BaseAddress!.Authority,
            ["x-amz-date"] = time,
            ["x-amz-target"] = $"Firehose_20150804.{operation}",
        };
        var canonical = new CanonicalRequest("POST", "/", name => [headers[name]], signedHeaders.Split(';'), Hash(body));
        var scope = $"{time[..Math.Min(8, time.Length)]}/{region}/{service}/aws4_request";
        var signature = CanonicalRequest.Sign(secret, scope.Split('/')[0], region, service, canonical.StringToSign(time, scope));
        using var request = FirehoseRig.Request(sentOperation ?? operation, sentBody ?? body);
        request.Headers.Add("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation("Authorization", authorization ?? $"AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders={signedHeaders}, Signature={signature}");
        return await ApiAnswer.ReadAsync(await rig.Http.SendAsync(request));
    }

    private static (string Method, string Target, (string Name, string Value)[] Headers, string Body) Parse(string request)
    {
        var parts = request.Split("\n\n", 2);
        var lines = parts[0].Split('\n');
        var line = lines[0];
        var headers = lines[1..].Select(header => header.Split(':', 2)).Select(pair => (pair[0].ToLowerInvariant(), pair[1])).ToArray();
        return (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..line.LastIndexOf(' ')], headers, parts.Length > 1 ? parts[1] : "");
    }

    private static string Hash(string body) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
}
