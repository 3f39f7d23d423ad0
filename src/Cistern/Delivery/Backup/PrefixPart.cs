namespace Cistern.Delivery.Backup;

internal enum PrefixPartKind
{
    Literal = 1,
    Timestamp = 2,
    ErrorOutputType = 3,
    RandomString = 4,
}

/// <summary>A piece of a prefix: text that stands for itself, or an expression.</summary>
internal sealed record PrefixPart(PrefixPartKind Kind, string Text = "", DatePattern? Date = null)
{
    private const string Start = "!{";

    public static PrefixPart Of(string literal) => new(PrefixPartKind.Literal, literal);

    public static PrefixPart Of(DatePattern date) => new(PrefixPartKind.Timestamp, Date: date);

    /// <summary>Cuts a prefix into its parts; null with the reason if it holds what is no expression.</summary>
    public static IReadOnlyList<PrefixPart>? Parse(string configured, out string problem)
    {
        var parts = new List<PrefixPart>();
        problem = "";
        for (var index = 0; index < configured.Length;)
        {
            var start = configured.IndexOf(Start, index, StringComparison.Ordinal);
            var literalEnd = start < 0 ? configured.Length : start;
            if (literalEnd > index)
            {
                parts.Add(Of(configured[index..literalEnd]));
            }

            if (start < 0)
            {
                break;
            }

            var end = configured.IndexOf('}', start);
            if (end < 0)
            {
                problem = "!{ begins an expression, and it has no end";
                return null;
            }

            if (ParseExpression(configured[(start + Start.Length)..end], out problem) is not { } part)
            {
                problem = $"{configured[start..(end + 1)]}: {problem}";
                return null;
            }

            parts.Add(part);
            index = end + 1;
        }

        return parts;
    }

    private static PrefixPart? ParseExpression(string expression, out string problem)
    {
        problem = "";
        var colon = expression.IndexOf(':');
        if (colon < 0)
        {
            problem = "an expression is written !{namespace:value}";
            return null;
        }

        var value = expression[(colon + 1)..];
        switch (expression[..colon])
        {
            case "timestamp":
                return DatePattern.Parse(value, out problem) is { } date ? Of(date) : null;
            case "firehose" when value == "error-output-type":
                return new(PrefixPartKind.ErrorOutputType);
            case "firehose" when value == "random-string":
                return new(PrefixPartKind.RandomString);
            case "firehose":
                problem = $"there is no '{value}'; use error-output-type or random-string";
                return null;
            case "partitionKeyFromQuery" or "partitionKeyFromLambda":
                problem = "dynamic partitioning is not supported";
                return null;
            case var other:
                problem = $"unknown namespace '{other}'; use timestamp or firehose";
                return null;
        }
    }
}
