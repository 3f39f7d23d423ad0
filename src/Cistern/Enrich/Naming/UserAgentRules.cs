using System.Runtime.CompilerServices;
using System.Text;
using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Naming;

/// <summary>Names user agents: the agents of the rules first, then automation without a name, then browsers and applications.</summary>
/// <remarks>
/// (1) One pass over the whole text finds all tokens and patterns at once; the longest agent's token that stands as its form demands names the agent. (2) Else the device's
/// name and the exceptions are covered up, and a second pass finds patterns of the narrower scopes. (3) Else the shape decides. Safe to share between threads.
/// </remarks>
internal sealed class UserAgentRules
{
    /// <summary>A longer user agent is judged by its beginning.</summary>
    public const int BytesMax = 4096;

    private const int ExceptionsMax = 16;
    private const int NoRule = int.MaxValue;

    private static readonly int EmptyPlace = (int)AgentClass.Empty;
    private static readonly int HumanPlace = (int)AgentClass.HumanLike;
    private static readonly int OtherPlace = (int)AgentClass.OtherBot;

    private readonly Pattern[] _patterns;
    private readonly PatternScanner _scanner;
    private readonly Naming[] _namings;
    private readonly Dictionary<AgentRule, Naming> _byAgent = new(ReferenceEqualityComparer.Instance);
    private readonly int _agentsAt;

    /// <param name="agents">Of two with the same token the later one counts.</param>
    /// <param name="automation">In the order in which they decide.</param>
    public UserAgentRules(IReadOnlyList<AgentRule> agents, IReadOnlyList<AutomationRule> automation)
    {
        Naming[] classes = [.. AgentClasses.All.Prepend(AgentClass.Empty).Select(one => new Naming(one))];
        classes[(int)AgentClass.Token] = Naming.RefusedToken;
        _agentsAt = classes.Length;
        _namings = [.. classes, .. agents.Select(agent => agent.Class == AgentClass.Token ? Naming.RefusedToken : new Naming(agent))];
        foreach (var naming in _namings.Where(naming => naming.Agent is not null))
        {
            _byAgent[naming.Agent!] = naming;
        }

        _patterns =
        [
            .. agents.Select((agent, place) => Pattern.Of(agent, place)).Where(pattern => pattern.Agent?.Form != TokenForm.Signature),
            .. automation.Select((rule, place) => Pattern.Of(rule, place)),
        ];
        _scanner = new PatternScanner([.. _patterns.Select(pattern => pattern.Bytes)]);
    }

    /// <summary>Every answer that <see cref="Classify"/> may give, by its number.</summary>
    public IReadOnlyList<Naming> Namings => _namings;

    /// <summary>The naming of an agent that something else than a user agent named.</summary>
    public Naming NamingOf(AgentRule agent) => _byAgent[agent];

    /// <summary>Names a user agent, decoded; gives the number of a naming. Any bytes are taken.</summary>
    [SkipLocalsInit]
    public int Classify(ReadOnlySpan<byte> userAgent)
    {
        userAgent = userAgent.Trim((byte)' ');
        if (userAgent is [] or [(byte)'-'])
        {
            return EmptyPlace;
        }

        userAgent = userAgent[..Math.Min(userAgent.Length, BytesMax)];
        Span<byte> text = stackalloc byte[BytesMax];
        text = text[..userAgent.Length];
        ToLower(userAgent, text);
        var seen = new Seen();
        Span<Range> exceptions = stackalloc Range[ExceptionsMax];
        ReadAll(text, ref seen, exceptions);
        if (seen.Agent >= 0)
        {
            return _agentsAt + seen.Agent;
        }

        DeviceName.Cover(text);
        foreach (var exception in exceptions[..seen.Exceptions])
        {
            text[exception].Fill((byte)' ');
        }

        // To cover something up takes patterns away and brings none.
        if (seen.HasNarrow)
        {
            ReadCovered(text, ref seen);
        }

        return seen.Rule != NoRule ? (int)seen.Class : Judge(text, seen);
    }

    private static int Judge(ReadOnlySpan<byte> text, in Seen seen)
    {
        if (UserAgentShape.HasMailAddress(text) || UserAgentShape.HasLateCompatible(text) || (!seen.IsPhone && UserAgentShape.EndsInWord(text)))
        {
            return OtherPlace;
        }

        var isPerson = seen.ClaimsBrowser ? seen.NamesBrowser : seen.NamesPerson && !UserAgentShape.IsBare(text);
        return isPerson ? HumanPlace : OtherPlace;
    }

    private static void ToLower(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (var place = 0; place < source.Length; place++)
        {
            var value = source[place];
            target[place] = value is >= (byte)'A' and <= (byte)'Z' ? (byte)(value | 0x20) : value;
        }
    }

    private void ReadAll(ReadOnlySpan<byte> text, ref Seen seen, Span<Range> exceptions)
    {
        seen.ClaimsBrowser = UserAgentShape.ClaimsBrowser(text);
        var state = 0;
        for (var place = 0; place < text.Length; place++)
        {
            state = _scanner.Step(state, text[place]);
            foreach (var number in _scanner.FoundAt(state))
            {
                See(_patterns[number], text, place + 1, ref seen, exceptions);
            }
        }
    }

    private static void See(Pattern pattern, ReadOnlySpan<byte> text, int end, ref Seen seen, Span<Range> exceptions)
    {
        var start = end - pattern.Bytes.Length;
        if (pattern.Agent is { } agent)
        {
            if (pattern.Bytes.Length >= seen.TokenLength && IsToken(pattern, text, start, end))
            {
                (seen.Agent, seen.TokenLength) = (pattern.Place, pattern.Bytes.Length);
            }

            return;
        }

        switch (pattern.Test)
        {
            case PatternTest.Except:
                if (seen.Exceptions < exceptions.Length)
                {
                    exceptions[seen.Exceptions++] = start..end;
                }

                break;
            case PatternTest.Browser:
                seen.NamesBrowser = true;
                break;
            case PatternTest.Person:
                seen.NamesPerson = true;
                break;
            case PatternTest.Phone:
                seen.IsPhone = true;
                break;
            default:
                seen.HasNarrow |= pattern.Scope != PatternScope.Any;
                if (pattern.Scope == PatternScope.Any && pattern.Place < seen.Rule && Stands(pattern, text, start, end))
                {
                    (seen.Rule, seen.Class) = (pattern.Place, pattern.Class);
                }

                break;
        }
    }

    private void ReadCovered(ReadOnlySpan<byte> text, ref Seen seen)
    {
        var state = 0;
        for (var place = 0; place < text.Length; place++)
        {
            state = _scanner.Step(state, text[place]);
            foreach (var number in _scanner.FoundAt(state))
            {
                var pattern = _patterns[number];
                if (pattern.Place < seen.Rule && IsInScope(pattern, seen) && Stands(pattern, text, place + 1 - pattern.Bytes.Length, place + 1))
                {
                    (seen.Rule, seen.Class) = (pattern.Place, pattern.Class);
                }
            }
        }
    }

    private static bool IsInScope(Pattern pattern, in Seen seen) => pattern.Agent is null && pattern.Test < PatternTest.Except && pattern.Scope switch
    {
        PatternScope.Any => false,
        PatternScope.Text => true,
        PatternScope.Desktop => !seen.IsPhone,
        PatternScope.App => !seen.ClaimsBrowser,
    };

    private static bool IsToken(Pattern pattern, ReadOnlySpan<byte> text, int start, int end)
    {
        var stands = pattern.Agent!.Form switch
        {
            TokenForm.Whole => start == 0 && end == text.Length,
            TokenForm.Product => IsBoundedAt(text, start) && end < text.Length && text[end] == '/',
            _ => IsBoundedAt(text, start) && IsBoundedAt(text, end),
        };
        return stands && (pattern.Unless.Length == 0 || text.IndexOf(pattern.Unless) < 0);
    }

    private static bool Stands(Pattern pattern, ReadOnlySpan<byte> text, int start, int end) => pattern.Test switch
    {
        PatternTest.Head => IsBoundedAt(text, start),
        PatternTest.Tail => IsBoundedAt(text, end),
        PatternTest.Start => start == 0,
        PatternTest.Domain => IsDomainEnd(text, start, end),
        _ => true,
    };

    // Between two letters or digits a word goes on.
    private static bool IsBoundedAt(ReadOnlySpan<byte> text, int place) =>
        place == 0 || place == text.Length || !UserAgentShape.IsLetterOrDigit(text[place - 1]) || !UserAgentShape.IsLetterOrDigit(text[place]);

    // The label before it has a letter, or it is the end of a version number; and no label follows.
    private static bool IsDomainEnd(ReadOnlySpan<byte> text, int start, int end)
    {
        if (end < text.Length && (UserAgentShape.IsLetterOrDigit(text[end]) || text[end] is (byte)'.' or (byte)'-'))
        {
            return false;
        }

        var place = start;
        while (place > 0 && (UserAgentShape.IsLetterOrDigit(text[place - 1]) || text[place - 1] == '-'))
        {
            place--;
            if (char.IsAsciiLetter((char)text[place]))
            {
                return true;
            }
        }

        return false;
    }

    private struct Seen()
    {
        public int Agent { get; set; } = -1;

        public int TokenLength { get; set; }

        public int Rule { get; set; } = NoRule;

        public AgentClass Class { get; set; }

        public int Exceptions { get; set; }

        /// <summary>A pattern of a narrower scope than <see cref="PatternScope.Any"/> is there.</summary>
        public bool HasNarrow { get; set; }

        public bool ClaimsBrowser { get; set; }

        public bool NamesBrowser { get; set; }

        public bool NamesPerson { get; set; }

        public bool IsPhone { get; set; }
    }

    /// <param name="Agent">Null for a pattern of automation.</param>
    /// <param name="Place">The agent's or the rule's place.</param>
    private sealed record Pattern(byte[] Bytes, int Place, AgentRule? Agent, byte[] Unless, PatternTest Test, PatternScope Scope, AgentClass Class)
    {
        public static Pattern Of(AgentRule agent, int place) => new(Lower(agent.Token), place, agent, Lower(agent.Unless), default, default, agent.Class);

        public static Pattern Of(AutomationRule rule, int place) => new(Lower(rule.Text), place, null, [], rule.Test, rule.Scope, rule.Class);

        private static byte[] Lower(string text) => Encoding.ASCII.GetBytes(text.ToLowerInvariant());
    }
}
