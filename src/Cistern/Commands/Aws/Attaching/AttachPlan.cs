namespace Cistern.Commands.Aws.Attaching;

/// <summary>What a behaviour is to have.</summary>
/// <param name="Path">Its path pattern; <see cref="Distribution.DefaultPath"/> for the default one.</param>
/// <param name="Config">The ARN of a log configuration; null for none.</param>
/// <param name="Replaces">What may be there now, besides <paramref name="Config"/>; null for nothing.</param>
/// <param name="ReplacesAny">Whether anything may be there.</param>
internal sealed record BehaviourWish(string Path, string? Config, string? Replaces, bool ReplacesAny);

/// <summary>What becomes of a wish.</summary>
internal enum WishOutcome
{
    /// <summary>It is so already.</summary>
    Kept = 1,
    Changed = 2,

    /// <summary>Something else is attached that nobody told us to replace.</summary>
    Occupied = 3,

    /// <summary>There is no such behaviour.</summary>
    Missing = 4,
}

/// <summary>A wish, and what there is.</summary>
internal sealed record BehaviourChange(string Path, string? Before, string? After, WishOutcome Outcome);

/// <summary>What an update changes in a distribution: the log configuration of some behaviours, and nothing else.</summary>
internal sealed class AttachPlan
{
    private AttachPlan(Distribution distribution, IReadOnlyList<BehaviourChange> behaviours) => (Distribution, Behaviours) = (distribution, behaviours);

    public Distribution Distribution { get; }

    /// <summary>Every behaviour that was asked for.</summary>
    public IReadOnlyList<BehaviourChange> Behaviours { get; }

    public IEnumerable<BehaviourChange> Changes => Of(WishOutcome.Changed);

    public static AttachPlan Make(Distribution distribution, IEnumerable<BehaviourWish> wishes) =>
        new(distribution, [.. wishes.Select(wish => Judge(distribution, wish))]);

    public IEnumerable<BehaviourChange> Of(WishOutcome outcome) => Behaviours.Where(behaviour => behaviour.Outcome == outcome);

    /// <summary>Puts the changes into the distribution as it was read.</summary>
    public void Apply()
    {
        foreach (var change in Changes)
        {
            Distribution.SetLogConfig(change.Path, change.After);
        }
    }

    private static BehaviourChange Judge(Distribution distribution, BehaviourWish wish)
    {
        if (!distribution.Has(wish.Path))
        {
            return new BehaviourChange(wish.Path, null, wish.Config, WishOutcome.Missing);
        }

        var now = distribution.LogConfigOf(wish.Path);
        var mayChange = wish.ReplacesAny || now == wish.Replaces;
        return new BehaviourChange(wish.Path, now, wish.Config, now == wish.Config ? WishOutcome.Kept : mayChange ? WishOutcome.Changed : WishOutcome.Occupied);
    }
}
