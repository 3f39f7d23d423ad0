using Cistern.Tests.Commands;

namespace Cistern.Tests.Deploy.Templates;

/// <summary>Every choice of signals, and every option once.</summary>
internal static class TemplateVariants
{
    public const string Url = "https://logs.example.com";
    public const string Account = "123456789012";
    public const string SecretArn = $"arn:aws:secretsmanager:us-east-1:{Account}:secret:shop-key-AbCdEf";
    public const string FunctionArn = $"arn:aws:lambda:us-east-1:{Account}:function:shop-transform";

    private static readonly string[] Signals = ["realtime", "standard", "logs", "metrics"];

    /// <summary>What stands between <c>--form FORM</c> and <c>--url URL</c>; options apply to the signals that they are for.</summary>
    public static IReadOnlyList<string> All =>
    [
        .. Enumerable.Range(1, 15).Select(SignalsOf),
        "--signal realtime,logs --function " + FunctionArn,
        "--signal realtime --fields asn,timestamp,c-ip --sampling 5 --name shop --secret " + SecretArn,
        "--signal standard --distribution E2EXAMPLE1ABCD --topic arn:aws:sns:us-east-1:123456789012:alarms",
        "--signal logs --log-group /aws/lambda/shop --log-group ecs",
        "--signal logs,realtime --exclude-log-group /aws/lambda/other --exclude-log-group b --function " + FunctionArn,
        "--signal metrics --namespace AWS/CloudFront --namespace AWS/Lambda --metrics-format json",
        "--signal metrics --exclude-namespace AWS/Usage",
    ];

    public static string Everything => SignalsOf(15);

    public static async Task<string> MakeAsync(string form, string variant)
    {
        var run = await CommandRun.RunAsync($"aws template --form {form} {variant} --url {Url}");
        Assert.Equal(0, run.ExitCode);
        return run.Out;
    }

    private static string SignalsOf(int bits) => "--signal " + string.Join(',', Signals.Where((_, place) => (bits & (1 << place)) != 0));
}
