namespace Cistern.Commands.Aws.Costs;

/// <summary>From a quantity on, what a unit costs.</summary>
/// <param name="Usd">Dollars; null if the rate could not be verified.</param>
/// <param name="Source">The page that says so.</param>
/// <param name="Seen">When the newest copy of it was made that could be read.</param>
internal sealed record RateTier(decimal From, decimal? Usd, string Source, string Seen);

/// <summary>What something costs by its quantity in a month.</summary>
/// <param name="Per">How many of what is counted a unit has: 1,000,000 of lines.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Free">What an account has free of charge.</param>
internal sealed record Rate(string Name, decimal Per, string Unit, decimal Free, IReadOnlyList<RateTier> Tiers)
{
    /// <summary>The cost of a month.</summary>
    /// <param name="quantity">How many of what is counted.</param>
    /// <param name="withFree">Whether all that is free is free for this.</param>
    public RateCost Cost(decimal quantity, bool withFree)
    {
        var paid = Math.Max(0, quantity - (withFree ? Free : 0));
        var usd = 0m;
        var unknown = 0m;
        for (var place = 0; place < Tiers.Count; place++)
        {
            var tier = Tiers[place];
            var end = place + 1 < Tiers.Count ? Tiers[place + 1].From : decimal.MaxValue;
            var within = Math.Clamp(paid, tier.From, end) - tier.From;
            usd += within / Per * (tier.Usd ?? 0);
            unknown += tier.Usd is null ? within : 0;
        }

        return new RateCost(usd, unknown);
    }

    /// <summary>The same for every quantity, as somebody said it.</summary>
    public Rate At(decimal usd) => this with { Tiers = [new RateTier(0, usd, "--rate", "-")] };
}

/// <param name="Unknown">How much of the quantity lies in a tier whose rate is not known, and is not in the cost.</param>
internal readonly record struct RateCost(decimal Usd, decimal Unknown);
