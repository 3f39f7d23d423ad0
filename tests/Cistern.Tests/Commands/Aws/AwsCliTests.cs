using Cistern.Commands;
using Cistern.Commands.Aws;

namespace Cistern.Tests.Commands.Aws;

/// <summary>The AWS CLI as scripts that answer as it does.</summary>
public sealed class AwsCliTests
{
    [Fact]
    public async Task An_answer_is_json_and_arguments_arrive_as_they_are()
    {
        using var cli = new ScriptedCli("""printf '{"arguments":"%s","last":"%s"}' "$#" "$4" """);

        var answer = await cli.Place(region: "eu-central-1").CallAsync("logs", "describe-log-groups", "--prefix", "a b$(touch x)'");

        Assert.False(answer.Refused);
        Assert.Equal("8", answer.Json.GetProperty("arguments").GetString());
        Assert.Equal("a b$(touch x)'", answer.Json.GetProperty("last").GetString());
    }

    [Fact]
    public async Task An_operation_without_an_answer_is_an_empty_object()
    {
        using var cli = new ScriptedCli("exit 0");

        Assert.Empty((await cli.Place().CallAsync("firehose", "tag-delivery-stream")).Json.EnumerateObject());
    }

    [Theory]
    [InlineData("An error occurred (AccessDeniedException) when calling the DescribeDeliveryStream operation: User: arn:x is not authorized", 254, "AccessDeniedException", "User: arn:x is not authorized")]
    [InlineData("An error occurred (Throttling) when calling the GetRole operation (reached max retries: 4): Rate exceeded", 254, "Throttling", "Rate exceeded")]
    [InlineData("Unable to locate credentials. You can configure credentials by running \"aws configure\".", 253, "NoCredentials", "Unable to locate credentials. You can configure credentials by running \"aws configure\".")]
    [InlineData("Could not connect to the endpoint URL: \"http://127.0.0.1:1/\"", 255, "Failed", "Could not connect to the endpoint URL: \"http://127.0.0.1:1/\"")]
    public async Task A_refusal_has_its_code_and_sentence(string said, int exitCode, string code, string sentence)
    {
        using var cli = new ScriptedCli($"printf '\\n%s\\n' '{said}' >&2; exit {exitCode}");

        var answer = await cli.Place().CallAsync("firehose", "describe-delivery-stream");

        Assert.Equal((code, sentence), (answer.ErrorCode, answer.Error));
    }

    [Fact]
    public async Task Without_a_cli_the_command_says_what_to_install()
    {
        var cli = new AwsCli(new AwsCliPlace("/nowhere/aws", null, null, null));

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => cli.CallAsync(["sts", "get-caller-identity"], TestContext.Current.CancellationToken));

        Assert.Contains("needs the AWS CLI", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_json_is_said()
    {
        using var cli = new ScriptedCli("echo 'usage: aws'");

        var failure = await Assert.ThrowsAsync<CommandFailedException>(() => cli.Place().CallAsync("sts", "get-caller-identity"));

        Assert.Contains("'usage: aws'", failure.Message, StringComparison.Ordinal);
    }
}
