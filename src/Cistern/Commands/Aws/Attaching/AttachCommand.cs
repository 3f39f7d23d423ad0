using System.CommandLine;

namespace Cistern.Commands.Aws.Attaching;

/// <summary><c>cistern aws attach</c>: sets the real-time log configuration of a distribution that is there already, which no template can.</summary>
internal sealed class AttachCommand : CisternCommand
{
    private readonly CommandContext _context;
    private readonly AwsCliOptions _aws = new();
    private readonly Option<string?> _distribution = new("--distribution") { Description = "The distribution's id.", HelpName = "ID" };
    private readonly Option<string?> _config = new("--config") { Description = "The real-time log configuration, by its name or its ARN.", HelpName = "NAME" };
    private readonly Option<string[]> _paths = new("--path") { Description = "Only the cache behaviour with this path pattern; several times for several. Default: the default behaviour, '*'.", HelpName = "PATTERN", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "The default behaviour and every other one." };
    private readonly Option<bool> _detach = new("--detach") { Description = "Take the configuration away; without --config whichever is attached." };
    private readonly Option<string?> _undo = new("--undo") { Description = "Take an update back: the file that it wrote.", HelpName = "FILE" };
    private readonly Option<bool> _replace = new("--replace") { Description = "Also where another configuration is attached." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Only show what would change." };
    private readonly Option<bool> _yes = new("--yes") { Description = "Update without asking." };
    private readonly Option<string?> _undoFile = new("--undo-file") { Description = "Where to keep what was before. Default: a name with the distribution and the time, in the current folder.", HelpName = "FILE" };

    public AttachCommand(CommandContext context)
        : base(
            "attach",
            "Attach a real-time log configuration to cache behaviours of an existing distribution, through your AWS CLI: shows the difference, asks, updates, and can take it back.",
            "cistern aws attach --distribution E2OWNEXAMPLE --config cistern --dry-run",
            "cistern aws attach --distribution E2OWNEXAMPLE --config cistern --path '/blog/*' --path '/shop/*'",
            "cistern aws attach --undo cistern-undo-E2OWNEXAMPLE-20261128T143613Z.json")
    {
        _context = context;
        Option[] options = [_distribution, _config, _paths, _all, _detach, _undo, _replace, _dryRun, _yes, _undoFile];
        foreach (var option in options)
        {
            Add(option);
        }

        _aws.AddTo(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        CheckWho(parsed);
        var cli = new AwsCli(_aws.Read(parsed));
        var request = parsed.GetValue(_undo) is { } file ? Undo(parsed, file) : await ChangeAsync(parsed, cli, cancel);
        return await new Attacher(_context, cli).RunAsync(request, cancel);
    }

    private void CheckWho(ParseResult parsed)
    {
        if (!parsed.GetValue(_yes) && !parsed.GetValue(_dryRun) && !_context.Terminal.InIsInteractive)
        {
            throw new CommandMisuseException("nobody is there to confirm, because standard input is no terminal; give --yes to update without asking, or --dry-run to see what would change");
        }
    }

    private AttachRequest Undo(ParseResult parsed, string file)
    {
        if (parsed.GetValue(_config) is not null || parsed.GetValue(_detach) || parsed.GetValue(_all) || parsed.GetValue(_paths) is { Length: > 0 })
        {
            throw new CommandMisuseException("--undo takes back what its file says; leave --config, --detach, --path and --all out");
        }

        var undo = UndoFile.Read(file);
        if (parsed.GetValue(_distribution) is { } id && id != undo.DistributionId)
        {
            throw new CommandMisuseException($"{file} is about distribution {undo.DistributionId}, not about {id}");
        }

        var wishes = undo.Changes.Select(change => new BehaviourWish(change.Path, change.Before, change.After, parsed.GetValue(_replace))).ToList();
        return Complete(parsed, new AttachRequest { DistributionId = undo.DistributionId, Wishes = _ => wishes, IsPartial = true });
    }

    private async Task<AttachRequest> ChangeAsync(ParseResult parsed, AwsCli cli, CancellationToken cancel)
    {
        var id = parsed.GetValue(_distribution) ?? throw new CommandMisuseException("--distribution is missing; 'aws cloudfront list-distributions' shows the ids");
        var paths = parsed.GetValue(_paths) ?? [];
        if (paths.Length > 0 && parsed.GetValue(_all))
        {
            throw new CommandMisuseException("give either --path or --all");
        }

        var config = await FindAsync(parsed, cli, cancel);
        var isDetach = parsed.GetValue(_detach);
        BehaviourWish Wish(string path) => isDetach
            ? new BehaviourWish(path, null, config, config is null || parsed.GetValue(_replace))
            : new BehaviourWish(path, config, null, parsed.GetValue(_replace));
        return Complete(parsed, new AttachRequest { DistributionId = id, Wishes = distribution => Choose(distribution, paths, parsed.GetValue(_all)).Select(Wish) });
    }

    // The ARN of the configuration, after saying what is known of it.
    private async Task<string?> FindAsync(ParseResult parsed, AwsCli cli, CancellationToken cancel)
    {
        if (parsed.GetValue(_config) is not { } name)
        {
            return parsed.GetValue(_detach) ? null : throw new CommandMisuseException("--config is missing: the name or ARN of the log configuration, which 'aws cloudfront list-realtime-log-configs' shows");
        }

        var config = await LogConfig.FindAsync(cli, name, cancel);
        var error = _context.Terminal.Error;
        error.WriteLine(config.Description.Length == 0 ? config.Arn : $"{config.Arn}: {config.Description}");
        foreach (var warning in config.Warnings)
        {
            error.WriteLine($"warning: {warning}");
        }

        return config.Arn;
    }

    private static string[] Choose(Distribution distribution, string[] paths, bool all)
    {
        string[] chosen = all ? [.. distribution.Paths] : paths is [] ? [Distribution.DefaultPath] : [.. paths.Distinct()];
        var missing = chosen.Where(path => !distribution.Has(path)).ToArray();
        return missing is []
            ? chosen
            : throw new CommandFailedException($"distribution {distribution.Id} has no cache behaviour {string.Join(", ", missing.Select(path => $"'{path}'"))}; it has {string.Join(", ", distribution.Paths.Select(path => $"'{path}'"))}");
    }

    private AttachRequest Complete(ParseResult parsed, AttachRequest request) =>
        request with { IsDryRun = parsed.GetValue(_dryRun), IsConfirmed = parsed.GetValue(_yes), UndoPath = parsed.GetValue(_undoFile) };
}
