using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cistern.Demo;
using Cistern.Demo.Origin;

namespace Cistern.Tests.Demo.Logs;

/// <summary>What the origin's programs write, against the shapes of real log events.</summary>
public sealed class LogSourceTests
{
    private const string Uuid = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    private const string Iso = @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z";

    private static readonly DateTimeOffset Now = DemoRuns.Told;

    // Long enough for new environments of functions, and for the origin's trouble: one in every six hours. A low rate, because what matters is the kinds of lines.
    private static readonly List<LogRecord> Day = LogRecord.All(Now, Now.AddHours(12), rate: 0.25);

    private static List<LogRecord> Functions => [.. Day.Where(one => one.Group.StartsWith("/aws/lambda/", StringComparison.Ordinal))];

    private static List<LogRecord> Web => [.. Day.Where(one => one.Group == WebService.LogGroup)];

    [Fact]
    public void Streams_are_named_as_their_platforms_name_them()
    {
        Assert.All(Web, one => Assert.Matches("^ecs/web/[0-9a-f]{32}$", one.Stream));
        Assert.All(Functions, one => Assert.Matches(@"^\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}$", one.Stream));
        Assert.InRange(Web.Select(one => one.Stream).Distinct().Count(), WebService.Tasks, WebService.Tasks * 2);
        Assert.Equal([(DemoAccounts.Main, WebService.LogGroup), (DemoAccounts.Linked, LambdaFunction.Pictures.LogGroup), (DemoAccounts.Main, LambdaFunction.Orders.LogGroup)], Day.Select(one => (one.Owner, one.Group)).Distinct().OrderBy(pair => pair.Group == WebService.LogGroup ? 0 : pair.Owner == DemoAccounts.Linked ? 1 : 2));
    }

    [Fact]
    public void Lines_of_the_Lambda_platform_have_their_tabs_and_newlines()
    {
        var platform = Functions.Where(one => Regex.IsMatch(one.Message, "^(INIT_START|START|END|REPORT) ")).ToList();
        var report = $@"^REPORT RequestId: {Uuid}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: (256|512) MB\tMax Memory Used: \d+ MB\t(Init Duration: \d+\.\d\d ms\t)?(Status: timeout\t)?\n\z";
        foreach (var one in platform)
        {
            Assert.Matches(
                one.Message[0] switch
                {
                    'I' => @"^INIT_START Runtime Version: [a-z]+:[0-9.]+\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n\z",
                    'S' => $@"^START RequestId: {Uuid} Version: \$LATEST\n\z",
                    'E' => $@"^END RequestId: {Uuid}\n\z",
                    _ => report,
                },
                one.Message);
        }

        Assert.Contains(platform, one => one.Message.Contains("Init Duration", StringComparison.Ordinal));
        Assert.Contains(platform, one => one.Message.Contains("Status: timeout", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_invocation_starts_ends_and_reports_once_in_this_order()
    {
        var byRequest = Functions.Select(one => (one, Match: Regex.Match(one.Message, $"^(START|END|REPORT) RequestId: ({Uuid})"))).Where(pair => pair.Match.Success)
            .GroupBy(pair => pair.Match.Groups[2].Value).Select(group => string.Join(' ', group.OrderBy(pair => pair.one.Id, StringComparer.Ordinal).Select(pair => pair.Match.Groups[1].Value))).ToList();

        // At both ends of the hours some are cut.
        Assert.True(byRequest.Count > 1_000);
        Assert.InRange(byRequest.Count(order => order != "START END REPORT"), 0, 4);
    }

    [Fact]
    public void What_is_billed_is_the_time_rounded_up_with_the_start_of_the_environment()
    {
        foreach (var report in Functions.Where(one => one.Message.StartsWith("REPORT", StringComparison.Ordinal)))
        {
            double Value(string name) => Regex.Match(report.Message, $@"\t{name}: ([\d.]+) ") is { Success: true } match ? double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
            Assert.Equal(Math.Ceiling(Value("Duration") + Value("Init Duration")), Value("Billed Duration"));
            Assert.InRange(Value("Max Memory Used"), 1, Value("Memory Size"));
        }
    }

    [Fact]
    public void Functions_log_structured_lines_python_lines_time_outs_and_uncaught_errors()
    {
        var orders = Functions.Where(one => one.Group == LambdaFunction.Orders.LogGroup).ToList();
        var json = orders.Where(one => one.Message[0] == '{').Select(one => JsonDocument.Parse(one.Message).RootElement).ToList();

        Assert.All(json, line => Assert.Equal(["timestamp", "level", "requestId", "message"], line.EnumerateObject().Take(4).Select(member => member.Name)));
        Assert.Contains(json, line => line.GetProperty("message").GetString() == "order placed" && line.GetProperty("order").GetProperty("value").GetDouble() > 0 && line.GetProperty("order").GetProperty("customer").GetProperty("country").GetString()!.Length == 2);
        Assert.Contains(orders, one => Regex.IsMatch(one.Message, $@"^{Iso}\t{Uuid}\tERROR\tInvoke Error \t\{{""errorType"":""PaymentError"".*\}}\n\z"));
        Assert.Contains(Functions, one => Regex.IsMatch(one.Message, $@"^{Iso} {Uuid} Task timed out after \d\.00 seconds\n\n\z"));
        Assert.Contains(Functions, one => one.Group == LambdaFunction.Pictures.LogGroup && Regex.IsMatch(one.Message, $@"^\[INFO\]\t{Iso}\t{Uuid}\tresizing "));
        Assert.Contains(Functions, one => one.Message.StartsWith("[ERROR] OSError", StringComparison.Ordinal) && one.Message.Contains("\nTraceback", StringComparison.Ordinal));
    }

    [Fact]
    public void The_web_service_logs_each_level_nested_json_and_traces_of_several_lines()
    {
        var text = Web.Where(one => one.Message[0] != '{').ToList();
        var json = Web.Where(one => one.Message[0] == '{').Select(one => JsonDocument.Parse(one.Message).RootElement).ToList();

        Assert.All(text, one => Assert.Matches(@"\A\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (FATAL|ERROR|WARN |INFO |DEBUG) \[web\.[a-z]+\] ", one.Message));
        foreach (var level in new[] { "FATAL", "ERROR", "WARN ", "INFO ", "DEBUG" })
        {
            Assert.Contains(text, one => one.Message.Contains($" {level} [", StringComparison.Ordinal));
        }

        Assert.Contains(text, one => one.Message.Contains("\nTraceback (most recent call last):\n  File ", StringComparison.Ordinal));
        Assert.All(json, line =>
        {
            Assert.Matches($"^{Uuid}$", line.GetProperty("requestId").GetString()!);
            Assert.StartsWith("/", line.GetProperty("http").GetProperty("route").GetString(), StringComparison.Ordinal);
            Assert.InRange(line.GetProperty("http").GetProperty("status").GetInt32(), 200, 599);
            Assert.True(line.GetProperty("durationMs").GetDouble() > 0);
        });
        Assert.Contains(json, line => line.GetProperty("http").GetProperty("userAgent").GetString()!.StartsWith("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", StringComparison.Ordinal));
    }

    [Fact]
    public void Errors_are_logged_in_the_minutes_in_which_the_origin_is_in_trouble()
    {
        var trouble = new OriginTrouble(DemoRuns.Seed);
        var requests = Web.Where(one => one.Message[0] == '{').Select(one => (one.Time, Status: JsonDocument.Parse(one.Message).RootElement.GetProperty("http").GetProperty("status").GetInt32())).ToList();
        double FailedShare(bool inTrouble) => requests.Where(one => trouble.IsAt(one.Time) == inTrouble).Average(one => one.Status >= 500 ? 1.0 : 0);

        Assert.InRange(FailedShare(inTrouble: true), 0.5, 0.9);
        Assert.InRange(FailedShare(inTrouble: false), 0.0001, 0.01);
        Assert.All(Web.Where(one => one.Message.Contains(" FATAL ", StringComparison.Ordinal)), one => Assert.True(trouble.IsAt(one.Time - 1_200)));
    }
}
