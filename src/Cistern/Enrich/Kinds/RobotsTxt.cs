using System.Text;

namespace Cistern.Enrich.Kinds;

/// <summary>A robots.txt file (RFC 9309): who may read what.</summary>
/// <remarks>
/// All groups that name a product are one group (2.2.1); the group of '*' counts only if none names it. The rule whose pattern has the most bytes decides, and <c>allow</c> of
/// two as long (2.2.2). In patterns '*' is any run of bytes and a '$' at the end is the end of the path. Pattern and path are compared with the same percent-encoding.
/// </remarks>
internal sealed class RobotsTxt
{
    /// <summary>What is behind it is not read (2.5 demands at least this much).</summary>
    public const int BytesMax = 500 << 10;

    private readonly Dictionary<string, RobotsGroup> _groups = new(StringComparer.OrdinalIgnoreCase);

    private RobotsTxt()
    {
    }

    public static RobotsTxt Parse(ReadOnlySpan<byte> file)
    {
        var robots = new RobotsTxt();
        file = file.StartsWith("\uFEFF"u8) ? file[3..] : file;
        Dictionary<string, List<RobotsRule>> groups = new(StringComparer.OrdinalIgnoreCase);
        List<List<RobotsRule>> open = [];
        var inRules = false;
        foreach (var line in Encoding.UTF8.GetString(Cut(file)).Split('\n', '\r'))
        {
            ReadLine(line, groups, ref open, ref inRules);
        }

        foreach (var (product, rules) in groups)
        {
            robots._groups[product] = new RobotsGroup(rules);
        }

        return robots;
    }

    /// <summary>What holds for a product.</summary>
    /// <param name="product">Its token, <c>GPTBot</c>.</param>
    public RobotsGroup GroupOf(string product) => _groups.GetValueOrDefault(product) ?? _groups.GetValueOrDefault("*") ?? RobotsGroup.Empty;

    // Behind the last whole line: half of 'Disallow: /private' would close the site.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> file) =>
        file.Length <= BytesMax ? file : file[..(file[..BytesMax].LastIndexOfAny((byte)'\n', (byte)'\r') + 1)];

    private static void ReadLine(string line, Dictionary<string, List<RobotsRule>> groups, ref List<List<RobotsRule>> open, ref bool inRules)
    {
        line = line.Split('#', 2)[0];
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return;
        }

        var (name, value) = (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim());
        if (name == "user-agent")
        {
            open = inRules ? [] : open;
            inRules = false;
            open.Add(GroupOf(groups, ProductOf(value)));
        }
        else if (name is "allow" or "disallow")
        {
            inRules = true;
            Add(open, new RobotsRule(RobotsPath.Encode(value), name == "allow"));
        }
    }

    // An empty pattern says nothing: 'Disallow:' allows everything.
    private static void Add(List<List<RobotsRule>> groups, RobotsRule rule)
    {
        if (rule.Pattern.Length > 0)
        {
            groups.ForEach(group => group.Add(rule));
        }
    }

    private static List<RobotsRule> GroupOf(Dictionary<string, List<RobotsRule>> groups, string product)
    {
        if (!groups.TryGetValue(product, out var group))
        {
            groups[product] = group = [];
        }

        return group;
    }

    // A product's token has letters, '-' and '_' (2.2.1); digits are common. A version behind it is left out.
    private static string ProductOf(string value)
    {
        var length = 0;
        while (length < value.Length && (IsInProduct(value[length]) || value[length] == '*'))
        {
            length++;
        }

        return value[..length].TrimEnd();
    }

    /// <summary>Whether a character may stand in a product's token, as files write them.</summary>
    public static bool IsInProduct(char value) => char.IsAsciiLetterOrDigit(value) || value is '-' or '_' or '.' or ' ';
}

/// <summary>The rules that hold for a product.</summary>
internal sealed class RobotsGroup(IEnumerable<RobotsRule> rules)
{
    // The first one that matches decides.
    private readonly RobotsRule[] _rules = [.. rules.OrderByDescending(rule => rule.Pattern.Length).ThenByDescending(rule => rule.Allows)];

    /// <summary>Everything is allowed.</summary>
    public static RobotsGroup Empty { get; } = new([]);

    /// <param name="path">As <see cref="RobotsPath"/> encodes it, with the query behind '?', if there is one.</param>
    public bool Allows(ReadOnlySpan<byte> path)
    {
        if (path.SequenceEqual("/robots.txt"u8))
        {
            return true;
        }

        foreach (var rule in _rules)
        {
            if (rule.Matches(path))
            {
                return rule.Allows;
            }
        }

        return true;
    }
}

internal sealed record RobotsRule(byte[] Pattern, bool Allows)
{
    /// <summary>Goes back to the last '*' only, so that no pattern takes longer than its length times the path's.</summary>
    public bool Matches(ReadOnlySpan<byte> path)
    {
        var isAnchored = Pattern is [.., (byte)'$'];
        var pattern = isAnchored ? Pattern.AsSpan(0, Pattern.Length - 1) : Pattern;
        var (at, place, star, retry) = (0, 0, -1, 0);
        while (place < path.Length || at < pattern.Length)
        {
            if (at == pattern.Length && !isAnchored)
            {
                return true;
            }

            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, retry) = (at++, place);
            }
            else if (at < pattern.Length && place < path.Length && pattern[at] == path[place])
            {
                (at, place) = (at + 1, place + 1);
            }
            else if (star >= 0 && retry < path.Length)
            {
                (at, place) = (star + 1, ++retry);
            }
            else
            {
                return false;
            }
        }

        return true;
    }
}
