using System.Text;

namespace Cistern.Delivery.Backup;

/// <summary>The beginning of the keys of a stream's objects: configured text with expressions, and what is appended if it has none.</summary>
/// <remarks>
/// <para>
/// An expression is <c>!{timestamp:PATTERN}</c> (see <see cref="DatePattern"/>), <c>!{firehose:error-output-type}</c> or
/// <c>!{firehose:random-string}</c>. Dates are of the arrival of the oldest record in the object, all those of a key of the same moment.
/// </para>
/// <para>
/// A prefix without any expression gets <c>yyyy/MM/dd/HH/</c> appended, one of errors <c>TYPE/yyyy/MM/dd/HH/</c>; literally, so that <c>logs</c>
/// gives <c>logs2026/…</c>. One with expressions stands as it is. Without a prefix for errors that of the records serves.
/// </para>
/// </remarks>
internal sealed class S3Prefix
{
    public const int ConfiguredCharactersMax = 1024;
    public const int EvaluatedCharactersMax = 512;

    private const int RandomCharacters = 11;
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly DatePattern _appendedDate = DatePattern.Parse("yyyy/MM/dd/HH/", out _)!;

    private readonly IReadOnlyList<PrefixPart> _parts;
    private readonly TimeZoneInfo _zone;
    private readonly string _type;

    private S3Prefix(string configured, TimeZoneInfo zone, string type)
    {
        _parts = PrefixPart.Parse(configured, out var problem) ?? throw new ArgumentException(problem, nameof(configured));
        (_zone, _type) = (zone, type);
        if (!HasExpressions(_parts))
        {
            _parts = [.. _parts, .. type.Length == 0 ? (PrefixPart[])[] : [PrefixPart.Of(type + "/")], PrefixPart.Of(_appendedDate)];
        }
    }

    /// <summary>Where records go.</summary>
    public static S3Prefix OfRecords(S3Plan plan) => new(plan.Prefix, plan.TimeZone, type: "");

    /// <summary>Where records go that failed.</summary>
    public static S3Prefix OfErrors(S3Plan plan, ErrorOutputType type) =>
        new(plan.ErrorOutputPrefix.Length > 0 ? plan.ErrorOutputPrefix : plan.Prefix, plan.TimeZone, type.Name());

    /// <summary>How the keys of all error objects of a stream begin, as far as that is the same for all: to list them.</summary>
    public static IReadOnlyList<string> ErrorStarts(S3Plan plan) =>
        [.. Enum.GetValues<ErrorOutputType>().Select(type => OfErrors(plan, type).FixedStart()).Distinct(StringComparer.Ordinal)];

    /// <summary>The prefix of error objects may end without a slash, so that the stream's name follows its text directly.</summary>
    public static bool RunsIntoName(S3Plan plan)
    {
        var last = OfErrors(plan, ErrorOutputType.HttpEndpointFailed)._parts[^1];
        return last.Date != _appendedDate && !last.Text.EndsWith('/');
    }

    /// <summary>Why the two prefixes cannot be configured, or null. What this accepts can be evaluated.</summary>
    public static string? FindProblem(string prefix, string errorOutputPrefix)
    {
        if (FindProblem("Prefix", prefix, out var parts) is { } first)
        {
            return first;
        }

        if (parts.Any(part => part.Kind == PrefixPartKind.ErrorOutputType))
        {
            return "Prefix cannot hold !{firehose:error-output-type}; it belongs to ErrorOutputPrefix";
        }

        if (HasExpressions(parts) && errorOutputPrefix.Length == 0)
        {
            return "ErrorOutputPrefix is missing: it must be set when Prefix holds an expression";
        }

        if (FindProblem("ErrorOutputPrefix", errorOutputPrefix, out var errorParts) is { } second)
        {
            return second;
        }

        return HasExpressions(errorParts) && errorParts.All(part => part.Kind != PrefixPartKind.ErrorOutputType)
            ? "ErrorOutputPrefix holds an expression and must then hold !{firehose:error-output-type}, too"
            : null;
    }

    /// <param name="oldest">When the oldest record of the object arrived.</param>
    /// <param name="random">Not used by anybody else at the time.</param>
    public string Evaluate(DateTimeOffset oldest, Random random)
    {
        var text = new StringBuilder();
        var moment = TimeZoneInfo.ConvertTime(oldest, _zone);
        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case PrefixPartKind.Literal:
                    text.Append(part.Text);
                    break;
                case PrefixPartKind.Timestamp:
                    part.Date!.AppendTo(text, moment, _zone);
                    break;
                case PrefixPartKind.ErrorOutputType:
                    text.Append(_type);
                    break;
                case PrefixPartKind.RandomString:
                    text.Append(random.GetItems(LettersAndDigits.AsSpan(), RandomCharacters));
                    break;
            }
        }

        return text.ToString();
    }

    private string FixedStart()
    {
        var text = new StringBuilder();
        foreach (var part in _parts.TakeWhile(part => part.Kind is PrefixPartKind.Literal or PrefixPartKind.ErrorOutputType))
        {
            text.Append(part.Kind == PrefixPartKind.Literal ? part.Text : _type);
        }

        return text.ToString();
    }

    private static bool HasExpressions(IReadOnlyList<PrefixPart> parts) => parts.Any(part => part.Kind != PrefixPartKind.Literal);

    private static string? FindProblem(string name, string configured, out IReadOnlyList<PrefixPart> parts)
    {
        parts = [];
        if (configured.Length > ConfiguredCharactersMax)
        {
            return $"{name} has {configured.Length} characters, at most {ConfiguredCharactersMax} are allowed";
        }

        if (PrefixPart.Parse(configured, out var problem) is not { } read)
        {
            return $"{name} cannot be used: {problem}";
        }

        parts = read;
        var evaluated = LongestOf(configured);
        return evaluated > EvaluatedCharactersMax ? $"{name} has up to {evaluated} characters when it is evaluated, at most {EvaluatedCharactersMax} are allowed" : null;
    }

    // 30 September 2026 is a Wednesday, and both have the longest names.
    private static int LongestOf(string configured) =>
        new S3Prefix(configured, TimeZoneInfo.Utc, ErrorOutputType.DestinationUnsupported.Name())
            .Evaluate(new DateTimeOffset(2026, 9, 30, 22, 30, 30, 123, TimeSpan.Zero), new Random(0)).Length;
}
