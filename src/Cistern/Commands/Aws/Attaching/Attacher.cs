namespace Cistern.Commands.Aws.Attaching;

/// <summary>What is asked of a distribution.</summary>
internal sealed record AttachRequest
{
    public required string DistributionId { get; init; }

    /// <summary>What its behaviours are to have.</summary>
    public required Func<Distribution, IEnumerable<BehaviourWish>> Wishes { get; init; }

    /// <summary>Whether those that can be changed are changed if others cannot; for an undo.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Show the difference, and no more.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>Do not ask.</summary>
    public bool IsConfirmed { get; init; }

    /// <summary>Where to keep what was before; null for a name of its own in the current folder.</summary>
    public string? UndoPath { get; init; }
}

/// <summary>Changes the log configuration of cache behaviours, through the user's AWS CLI.</summary>
/// <remarks>
/// (1) Read the distribution, (2) work out what changes and show it, (3) ask, (4) keep what was before, (5) send all of the configuration back with the version
/// that was read. If that version is not the newest any more, again from (1), with what others made of it.
/// </remarks>
internal sealed class Attacher(CommandContext context, AwsCli cli)
{
    private const int RoundsMax = 5;

    private readonly Terminal _terminal = context.Terminal;
    private readonly Lazy<StreamReader> _answers = new(() => new StreamReader(context.Terminal.OpenIn()));

    /// <exception cref="CommandFailedException">AWS refused, something else is attached, or the person does not want it; nothing was changed then.</exception>
    public async Task<int> RunAsync(AttachRequest request, CancellationToken cancel)
    {
        for (var round = 1; round <= RoundsMax; round++)
        {
            var distribution = await ReadAsync(request.DistributionId, cancel);
            var plan = AttachPlan.Make(distribution, request.Wishes(distribution));
            DifferenceText.Write(plan, _terminal.Out);
            CheckOccupied(plan, request);
            if (!plan.Changes.Any() || request.IsDryRun)
            {
                _terminal.Error.WriteLine(request.IsDryRun && plan.Changes.Any() ? "nothing was changed, because of --dry-run" : "nothing to change");
                return ExitCodeOf(plan);
            }

            Ask(request);
            if (await TryUpdateAsync(plan, request, cancel))
            {
                return ExitCodeOf(plan);
            }

            _terminal.Error.WriteLine("somebody else changed the distribution meanwhile, and nothing of ours was done; as it is now:");
        }

        throw new CommandFailedException($"distribution {request.DistributionId} was changed by somebody else {RoundsMax} times while this ran; nothing of ours was done, try again later");
    }

    private async Task<Distribution> ReadAsync(string id, CancellationToken cancel)
    {
        var answer = await cli.CallAsync(["cloudfront", "get-distribution-config", "--id", id], cancel);
        return answer.Refused ? throw CloudFrontErrors.Of(answer, "cloudfront:GetDistributionConfig", id) : Distribution.Read(id, answer.Json);
    }

    private static void CheckOccupied(AttachPlan plan, AttachRequest request)
    {
        if (!request.IsPartial && plan.Of(WishOutcome.Occupied).ToList() is { Count: > 0 } occupied)
        {
            throw new CommandFailedException($"another log configuration is attached to {string.Join(", ", occupied.Select(behaviour => DifferenceText.NameOf(behaviour.Path)))}, so nothing was changed; --replace replaces it");
        }
    }

    private void Ask(AttachRequest request)
    {
        if (request.IsConfirmed)
        {
            return;
        }

        _terminal.Error.Write("update the distribution? [y/N] ");
        _terminal.Error.Flush();
        if (_answers.Value.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
        {
            throw new CommandFailedException("not confirmed, so nothing was changed");
        }
    }

    // False if the distribution is another by now.
    private async Task<bool> TryUpdateAsync(AttachPlan plan, AttachRequest request, CancellationToken cancel)
    {
        var id = plan.Distribution.Id;
        var undo = request.UndoPath ?? UndoFile.NameFor(id, context.Time.GetUtcNow());
        new UndoFile(id, [.. plan.Changes]).Write(undo);
        var answer = await SendAsync(plan, cancel);
        if (!answer.Refused)
        {
            _terminal.Error.WriteLine($"updated; CloudFront brings it to its edges within minutes. To take it back: cistern aws attach --undo {undo}");
            return true;
        }

        if (CloudFrontErrors.IsUnclear(answer))
        {
            throw new CommandFailedException($"whether the distribution was updated is not known: {answer.Error}; if it was, 'cistern aws attach --undo {undo}' takes it back");
        }

        File.Delete(undo);
        return CloudFrontErrors.IsStale(answer) ? false : throw CloudFrontErrors.Of(answer, "cloudfront:UpdateDistribution", id);
    }

    private async Task<AwsCliAnswer> SendAsync(AttachPlan plan, CancellationToken cancel)
    {
        plan.Apply();
        using var file = await PrivateFile.WriteAsync(plan.Distribution.ToJson(), cancel);
        return await cli.CallAsync(["cloudfront", "update-distribution", "--id", plan.Distribution.Id, "--if-match", plan.Distribution.Version, "--distribution-config", $"file://{file.Path}"], cancel);
    }

    // An undo that left something as it is has not done all that it was asked.
    private static int ExitCodeOf(AttachPlan plan) =>
        plan.Behaviours.Any(behaviour => behaviour.Outcome is WishOutcome.Occupied or WishOutcome.Missing) ? ExitCode.Failed : ExitCode.Ok;
}
