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

    private readonly Dictionary<string, List<Rule>> _groups = new(StringComparer.OrdinalIgnoreCase);

    private RobotsTxt()
    {
    }

    public static RobotsTxt Parse(ReadOnlySpan<byte> file)
    {
        var robots = new RobotsTxt();
        file = file.StartsWith("\uFEFF"u8) ? file[3..] : file;
        List<List<Rule>> open = [];
        var inRules = false;
        foreach (var line in Encoding.UTF8.GetString(Cut(file)).Split('\n', '\r'))
        {
            robots.ReadLine(line, ref open, ref inRules);
        }

        return robots;
    }

    /// <summary>Whether a product may read a path.</summary>
    /// <param name="product">The product's token, <c>GPTBot</c>.</param>
    /// <param name="path">With the query behind '?', if there is one.</param>
    public bool Allows(string product, string path)
    {
        var encoded = Encode(path.Length == 0 ? "/" : path);
        if (encoded == "/robots.txt")
        {
            return true;
        }

        var rules = _groups.GetValueOrDefault(product) ?? _groups.GetValueOrDefault("*") ?? [];
        var best = rules.Where(rule => rule.Matches(encoded)).OrderByDescending(rule => rule.Pattern.Length).ThenByDescending(rule => rule.Allows).FirstOrDefault();
        return best?.Allows ?? true;
    }

    // Behind the last whole line: half of 'Disallow: /private' would close the site.
    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> file) =>
        file.Length <= BytesMax ? file : file[..(file[..BytesMax].LastIndexOfAny((byte)'\n', (byte)'\r') + 1)];

    private void ReadLine(string line, ref List<List<Rule>> open, ref bool inRules)
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
            open.Add(GroupOf(ProductOf(value)));
        }
        else if (name is "allow" or "disallow")
        {
            inRules = true;
            Add(open, new Rule(Encode(value), name == "allow"));
        }
    }

    // An empty pattern says nothing: 'Disallow:' allows everything.
    private static void Add(List<List<Rule>> groups, Rule rule)
    {
        if (rule.Pattern.Length > 0)
        {
            groups.ForEach(group => group.Add(rule));
        }
    }

    private List<Rule> GroupOf(string product)
    {
        if (!_groups.TryGetValue(product, out var group))
        {
            _groups[product] = group = [];
        }

        return group;
    }

    // A product's token has letters, '-' and '_' (2.2.1); digits are common. A version behind it is left out.
    private static string ProductOf(string value)
    {
        var length = 0;
        while (length < value.Length && (char.IsAsciiLetterOrDigit(value[length]) || value[length] is '-' or '_' or '*' or '.' or ' '))
        {
            length++;
        }

        return value[..length].TrimEnd();
    }

    /// <summary>One encoding for what can be written in several: bytes that are no ASCII are encoded, what needs none is decoded, the rest keeps capitals.</summary>
    private static string Encode(string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path);
        var text = new StringBuilder(bytes.Length);
        for (var place = 0; place < bytes.Length; place++)
        {
            var value = bytes[place];
            if (value == '%' && place + 2 < bytes.Length && char.IsAsciiHexDigit((char)bytes[place + 1]) && char.IsAsciiHexDigit((char)bytes[place + 2]))
            {
                AppendEscape(text, Convert.ToByte(Encoding.ASCII.GetString(bytes, place + 1, 2), 16));
                place += 2;
            }
            else if (value is > 0x20 and < 0x7F)
            {
                text.Append((char)value);
            }
            else
            {
                AppendEscaped(text, value);
            }
        }

        return text.ToString();
    }

    // Unreserved characters (RFC 3986, 2.3) mean the same either way; others, '%2F' for one, do not.
    private static void AppendEscape(StringBuilder text, byte value)
    {
        if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~')
        {
            text.Append((char)value);
        }
        else
        {
            AppendEscaped(text, value);
        }
    }

    private static void AppendEscaped(StringBuilder text, byte value) => text.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));

    private sealed record Rule(string Pattern, bool Allows)
    {
        /// <summary>Goes back to the last '*' only, so that no pattern takes longer than its length times the path's.</summary>
        public bool Matches(string path)
        {
            var isAnchored = Pattern.EndsWith('$');
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
}
