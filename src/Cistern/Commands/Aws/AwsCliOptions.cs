using System.CommandLine;

namespace Cistern.Commands.Aws;

/// <summary>Options that every command has that runs the AWS CLI.</summary>
internal sealed class AwsCliOptions
{
    private readonly Option<string> _command = new("--aws-command") { Description = "The AWS CLI to run.", HelpName = "PROGRAM", DefaultValueFactory = _ => "aws" };
    private readonly Option<string?> _region = new("--region") { Description = "The region, for the AWS CLI. Default: the CLI's own.", HelpName = "REGION" };
    private readonly Option<string?> _profile = new("--profile") { Description = "The profile, for the AWS CLI.", HelpName = "NAME" };
    private readonly Option<Uri?> _endpoint = new("--aws-endpoint") { Description = "Another service than Amazon's, for the AWS CLI.", HelpName = "URL", CustomParser = SharedOptions.ParseUrl };

    public void AddTo(Command command)
    {
        command.Add(_command);
        command.Add(_region);
        command.Add(_profile);
        command.Add(_endpoint);
    }

    public AwsCliPlace Read(ParseResult parsed) => new(parsed.GetValue(_command)!, parsed.GetValue(_region), parsed.GetValue(_profile), parsed.GetValue(_endpoint));
}
