namespace Cistern.Commands.Checking;

/// <summary>How bad a finding is.</summary>
internal enum FindingLevel
{
    /// <summary>As it should be.</summary>
    Ok = 1,

    /// <summary>Said for the reader; neither good nor bad, also what could not be looked at.</summary>
    Note = 2,

    /// <summary>It may work, but look.</summary>
    Warning = 3,

    /// <summary>Firehose cannot deliver, or loses data.</summary>
    Failure = 4,
}

/// <summary>What a check can find. The code is written in documents and read by scripts: append only, never rename.</summary>
/// <param name="Code">Lower case, with dashes.</param>
/// <param name="Sentence">What it means, whatever the details are.</param>
/// <param name="Remedy">What to do about it; empty if there is nothing to do.</param>
internal sealed record FindingKind(string Code, FindingLevel Level, string Sentence, string Remedy = "")
{
    public bool IsBad => Level is FindingLevel.Warning or FindingLevel.Failure;
}

/// <summary>One finding of one check.</summary>
/// <param name="Step">Where it was found: the word in front of the line.</param>
/// <param name="Detail">The values: what was seen, where. May be empty; holds no secret and no control characters.</param>
internal sealed record Finding(string Step, FindingKind Kind, string Detail)
{
    public string Text => Detail.Length == 0 ? Kind.Sentence : $"{Kind.Sentence}: {Detail}";
}
