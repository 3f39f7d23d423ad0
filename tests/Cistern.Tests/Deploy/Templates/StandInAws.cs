using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>Stands before moto's server, and answers what moto does not know: real-time log configurations, metric streams, account policies.</summary>
/// <remarks>
/// They are kept and given back as they were sent, so that a plan after an apply compares with what the provider itself wrote. Tags of a new Kinesis stream,
/// which moto forgets, are set by a second call. Everything else passes through.
/// </remarks>
internal sealed partial class StandInAws : IAsyncDisposable
{
    private static readonly XNamespace CloudFront = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
    private static readonly XNamespace CloudWatch = "http://monitoring.amazonaws.com/doc/2010-08-01/";
    private static readonly string[] HopHeaders = ["Host", "Connection", "Transfer-Encoding", "Content-Length"];

    private readonly WebApplication _web;
    private readonly HttpClient _moto;

    private StandInAws(Uri moto)
    {
        _moto = new HttpClient { BaseAddress = moto };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    public string Url => _web.Urls.Single();

    /// <summary>What CloudFront was told to log, by name.</summary>
    public ConcurrentDictionary<string, XElement> LogConfigs { get; } = new();

    /// <summary>Policies of the account, by name.</summary>
    public ConcurrentDictionary<string, JsonObject> AccountPolicies { get; } = new();

    /// <summary>Metric streams by name: the form that made them.</summary>
    public ConcurrentDictionary<string, IFormCollection> MetricStreams { get; } = new();

    public static async Task<StandInAws> StartAsync(Uri moto)
    {
        var server = new StandInAws(moto);
        await server._web.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _moto.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        http.Request.EnableBuffering();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        http.Request.Body.Position = 0;
        var target = http.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1];
        var text = Encoding.UTF8.GetString(body.ToArray());
        if (http.Request.Path.StartsWithSegments("/2020-05-31", out var rest) && rest.Value!.Contains("realtime-log-config", StringComparison.Ordinal))
        {
            await AnswerCloudFrontAsync(http, rest.Value, XElement.Parse(text));
        }
        else if (target.EndsWith("AccountPolicy", StringComparison.Ordinal) || target == "DescribeAccountPolicies")
        {
            await AnswerJsonAsync(http, target, JsonNode.Parse(text)!.AsObject());
        }
        else if (http.Request.HasFormContentType && await http.Request.ReadFormAsync() is var form && IsOfMetricStreams(form))
        {
            await AnswerCloudWatchAsync(http, form);
        }
        else
        {
            await PassAsync(http, http.Request.Headers["X-Amz-Target"], body.ToArray());
            await TagKinesisStreamAsync(http, target, text);
        }
    }

    private async Task AnswerCloudFrontAsync(HttpContext http, string path, XElement request)
    {
        string? Value(string name) => (string?)request.Element(CloudFront + name);
        switch (http.Request.Method, path)
        {
            case ("POST", "/realtime-log-config"):
                LogConfigs[Value("Name")!] = new XElement(CloudFront + "RealtimeLogConfig", new XElement(CloudFront + "ARN", ArnOf(Value("Name")!)), request.Elements());
                await WriteXmlAsync(http, 201, new XElement(CloudFront + "CreateRealtimeLogConfigResult", LogConfigs[Value("Name")!]));
                break;
            case ("POST", "/get-realtime-log-config"):
                await WriteXmlAsync(http, 200, new XElement(CloudFront + "GetRealtimeLogConfigResult", LogConfigs[Value("Name") ?? Value("ARN")!.Split('/')[^1]]));
                break;
            default:
                http.Response.StatusCode = 501;
                break;
        }
    }

    private static string ArnOf(string logConfig) => $"arn:aws:cloudfront::{TemplateVariants.Account}:realtime-log-config/{logConfig}";

    private async Task AnswerJsonAsync(HttpContext http, string target, JsonObject request)
    {
        var name = (string)request["policyName"]!;
        switch (target)
        {
            case "PutAccountPolicy":
                request["accountId"] = TemplateVariants.Account;
                AccountPolicies[name] = request;
                await WriteJsonAsync(http, new JsonObject { ["accountPolicy"] = request.DeepClone() });
                break;
            case "DeleteAccountPolicy":
                AccountPolicies.TryRemove(name, out _);
                await WriteJsonAsync(http, []);
                break;
            default:
                await WriteJsonAsync(http, new JsonObject { ["accountPolicies"] = new JsonArray([.. AccountPolicies.Where(pair => pair.Key == name).Select(pair => pair.Value.DeepClone())]) });
                break;
        }
    }

    private static bool IsOfMetricStreams(IFormCollection form) =>
        form["Action"].ToString().EndsWith("MetricStream", StringComparison.Ordinal) || form["ResourceARN"].ToString().Contains(":metric-stream/", StringComparison.Ordinal);

    private async Task AnswerCloudWatchAsync(HttpContext http, IFormCollection form)
    {
        var action = form["Action"].ToString();
        if (action == "PutMetricStream")
        {
            MetricStreams[form["Name"].ToString()] = form;
        }

        var stream = MetricStreams[form["Name"] is [{ } name] ? name : form["ResourceARN"].ToString().Split('/')[^1]];
        XElement[] result = action switch
        {
            "PutMetricStream" => [Element("Arn", MetricArnOf(stream))],
            "ListTagsForResource" => [new XElement(CloudWatch + "Tags", Members(stream, "Tags").Select(tag => new XElement(CloudWatch + "member", Element("Key", tag["Key"]), Element("Value", tag["Value"]))))],
            _ => [.. Describe(stream)],
        };
        await WriteXmlAsync(http, 200, new XElement(CloudWatch + $"{action}Response", new XElement(CloudWatch + $"{action}Result", result)));
    }

    private static IEnumerable<XElement> Describe(IFormCollection stream) =>
    [
        Element("Arn", MetricArnOf(stream)), Element("State", "running"), Element("CreationDate", "2026-11-28T00:00:00Z"), Element("LastUpdateDate", "2026-11-28T00:00:00Z"),
        .. ((string[])["Name", "FirehoseArn", "RoleArn", "OutputFormat"]).Select(name => Element(name, stream[name].ToString())),
        .. ((string[])["IncludeFilters", "ExcludeFilters"]).Select(name => new XElement(CloudWatch + name, Members(stream, name).Select(filter => new XElement(CloudWatch + "member", Element("Namespace", filter["Namespace"]))))),
    ];

    private static string MetricArnOf(IFormCollection stream) => $"arn:aws:cloudwatch:us-east-1:{TemplateVariants.Account}:metric-stream/{stream["Name"]}";

    // Tags.member.1.Key=pipeline&Tags.member.1.Value=cistern
    private static IEnumerable<Dictionary<string, string>> Members(IFormCollection form, string list) =>
        form.Select(pair => (Match: Member().Match(pair.Key), Value: pair.Value.ToString())).Where(pair => pair.Match.Success && pair.Match.Groups["list"].Value == list)
            .GroupBy(pair => pair.Match.Groups["number"].Value, (_, pairs) => pairs.ToDictionary(pair => pair.Match.Groups["name"].Value, pair => pair.Value));

    private static XElement Element(string name, string value) => new(CloudWatch + name, value);

    private async Task TagKinesisStreamAsync(HttpContext http, string target, string text)
    {
        if (target == "CreateStream" && JsonNode.Parse(text)!["Tags"] is { } tags)
        {
            var call = new JsonObject { ["StreamName"] = JsonNode.Parse(text)!["StreamName"]!.DeepClone(), ["Tags"] = tags.DeepClone() };
            using var request = Copy(http, "Kinesis_20131202.AddTagsToStream", Encoding.UTF8.GetBytes(call.ToJsonString()));
            using var answer = await _moto.SendAsync(request);
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task PassAsync(HttpContext http, string? target, byte[] body)
    {
        using var request = Copy(http, target, body);
        using var answer = await _moto.SendAsync(request, HttpCompletionOption.ResponseContentRead);
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !HopHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            http.Response.Headers[name] = values.ToArray();
        }

        if (answer.StatusCode != System.Net.HttpStatusCode.NoContent)
        {
            await http.Response.Body.WriteAsync(await answer.Content.ReadAsByteArrayAsync());
        }
    }

    private static HttpRequestMessage Copy(HttpContext http, string? target, byte[] body)
    {
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path + http.Request.QueryString) { Content = new ByteArrayContent(body) };
        foreach (var (name, values) in http.Request.Headers.Where(header => !HopHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            string? value = name.Equals("X-Amz-Target", StringComparison.OrdinalIgnoreCase) ? target : values.ToString();
            _ = request.Headers.TryAddWithoutValidation(name, value) || request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static async Task WriteXmlAsync(HttpContext http, int status, XElement answer)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/xml";
        await http.Response.WriteAsync(answer.ToString(SaveOptions.DisableFormatting));
    }

    private static async Task WriteJsonAsync(HttpContext http, JsonObject answer)
    {
        http.Response.ContentType = "application/x-amz-json-1.1";
        await http.Response.WriteAsync(answer.ToJsonString());
    }

    [GeneratedRegex(@"^(?<list>\w+)\.member\.(?<number>\d+)\.(?<name>\w+)$")]
    private static partial Regex Member();
}
