using System.Text.RegularExpressions;

namespace Cistern.Delivery.Api.Shapes;

/// <summary>What a value of the API must look like. The tables beside this file are made of these.</summary>
internal abstract record Shape
{
    public static readonly Shape Flag = new FlagShape();

    /// <summary>Seconds since 1970, with a fraction.</summary>
    public static readonly Shape Time = new TimeShape();

    /// <summary>A number from 0 to 1.</summary>
    public static readonly Shape Proportion = new ProportionShape();

    /// <param name="pattern">Holds for the whole text, as all patterns of the API do.</param>
    public static TextShape Text(int min, int max, string? pattern = null) => new(min, max, pattern);

    /// <summary>A text without line breaks: the pattern <c>.*</c>.</summary>
    public static TextShape Line(int min, int max) => new(min, max, TextShape.AnyLine);

    public static Shape OneOf(params string[] values) => new EnumShape(values);

    public static Shape Whole(long min, long max = int.MaxValue) => new WholeShape(min, max);

    public static Shape Blob(int min, int max) => new BlobShape(min, max);

    public static Shape List(Shape member, int min = 0, int max = int.MaxValue) => new ListShape(member, min, max);

    public static Shape Map(Shape key, Shape value) => new MapShape(key, value);

    public static Structure Of(params Member[] members) => new(members);

    public static Member Need(string name, Shape shape) => new(name, shape, Required: true);

    public static Member May(string name, Shape shape) => new(name, shape, Required: false);
}

internal sealed record FlagShape : Shape;

internal sealed record TimeShape : Shape;

internal sealed record ProportionShape : Shape;

internal sealed record WholeShape(long Min, long Max) : Shape;

internal sealed record EnumShape(string[] Values) : Shape;

internal sealed record BlobShape(int Min, int Max) : Shape;

internal sealed record ListShape(Shape Member, int Min, int Max) : Shape;

internal sealed record MapShape(Shape Key, Shape Value) : Shape;

internal sealed record TextShape(int Min, int Max, string? Pattern) : Shape
{
    public const string AnyLine = ".*";

    // A text is at most some thousand characters; a pattern that takes longer does not fit.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(250);

    private readonly Lazy<Regex?> _regex = new(() => Pattern is null or AnyLine ? null : new Regex(WholeText(Pattern), RegexOptions.CultureInvariant, MatchLimit));

    /// <summary>Errors do not repeat the value.</summary>
    public bool Sensitive { get; init; }

    public TextShape Hidden() => this with { Sensitive = true };

    public bool Fits(string text)
    {
        if (Pattern == AnyLine)
        {
            return text.AsSpan().IndexOfAny("\n\r\u0085\u2028\u2029") < 0;
        }

        try
        {
            return _regex.Value?.IsMatch(text) ?? true;
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    // The patterns are written for Java, where these classes are ASCII, and an underscore may be escaped.
    private static string WholeText(string pattern)
    {
        var ours = pattern.Replace(@"\d", "[0-9]", StringComparison.Ordinal).Replace(@"[\w", "[a-zA-Z_0-9", StringComparison.Ordinal).Replace(@"\_", "_", StringComparison.Ordinal);
        return $@"\A(?:{ours})\z";
    }
}

/// <param name="Required">Its absence is an error of its own.</param>
internal sealed record Member(string Name, Shape Shape, bool Required);

internal sealed record Structure(Member[] Members) : Shape
{
    private readonly Lazy<Dictionary<string, Member>> _byName = new(() => Members.ToDictionary(member => member.Name));

    public Member? Find(string name) => _byName.Value.GetValueOrDefault(name);

    /// <summary>The same with nothing required.</summary>
    public Structure Optional() => new([.. Members.Select(member => member with { Required = false })]);

    /// <summary>What <c>UpdateDestination</c> takes for a destination's configuration.</summary>
    /// <param name="unchangeable">Members that only a creation takes.</param>
    public Structure Update(params string[] unchangeable) => new(
    [
        .. Members.Where(member => !unchangeable.Contains(member.Name)).Select(member => member.Name switch
        {
            "S3Configuration" => May("S3Update", S3Shapes.S3DestinationUpdate),
            "S3BackupConfiguration" => May("S3BackupUpdate", S3Shapes.S3DestinationUpdate),
            _ => member with { Required = false },
        }),
    ]);
}
