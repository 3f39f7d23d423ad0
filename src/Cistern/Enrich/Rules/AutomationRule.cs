namespace Cistern.Enrich.Rules;

/// <summary>How a pattern of <c>automation.tsv</c> is compared, without regard to case.</summary>
internal enum PatternTest
{
    /// <summary>Anywhere.</summary>
    Part = 1,

    /// <summary>A word begins with it.</summary>
    Head = 2,

    /// <summary>A word ends with it.</summary>
    Tail = 3,

    /// <summary>The user agent begins with it.</summary>
    Start = 4,

    /// <summary>It ends a domain name: <c>.com</c> of <c>example.com</c>, not of <c>.com.apple</c>.</summary>
    Domain = 5,

    /// <summary>No sign of automation: it is covered up before scope <see cref="PatternScope.Text"/> and the narrower ones are compared.</summary>
    Except = 6,

    /// <summary>The name of a browser or its engine.</summary>
    Browser = 7,

    /// <summary>Something in a person's hands: what says so and does not say <c>Mozilla/</c> is an application.</summary>
    Person = 8,

    /// <summary>A telephone or an application, whose names are many.</summary>
    Phone = 9,
}

/// <summary>Where a pattern is compared.</summary>
internal enum PatternScope
{
    /// <summary>In the whole user agent.</summary>
    Any = 1,

    /// <summary>With the device's name and the exceptions covered up.</summary>
    Text = 2,

    /// <summary>The same, unless it is a telephone.</summary>
    Desktop = 3,

    /// <summary>The same as <see cref="Text"/>, where the user agent is none of a browser.</summary>
    App = 4,
}

/// <summary>A line of <c>automation.tsv</c>.</summary>
/// <param name="Class">The class of what it finds; 0 for tests that find none.</param>
internal sealed record AutomationRule(PatternTest Test, string Text, AgentClass Class, PatternScope Scope)
{
    public static IReadOnlyList<string> Columns { get; } = ["test", "text", "class", "scope", "note"];

    public static AutomationRule? Read(RuleLine line, List<RuleProblem> problems)
    {
        var test = TestOf(line[0]);
        var text = TextOf(line[1]);
        if (test is null || text.Length < 2 || !text.All(char.IsAscii))
        {
            problems.Add(line.Problem(test is null
                ? $"the test '{line[0]}' is none; use part, head, tail, start, domain, except, browser, person or phone"
                : $"the text '{line[1]}' is not two or more ASCII characters"));
            return null;
        }

        return test >= PatternTest.Except ? new AutomationRule(test.Value, text, default, PatternScope.Any) : ReadFinding(line, test.Value, text, problems);
    }

    /// <summary>What tells lines apart that go over each other.</summary>
    public static string KeyOf(RuleLine line) => $"{line[0]} {line[1]}";

    private static AutomationRule? ReadFinding(RuleLine line, PatternTest test, string text, List<RuleProblem> problems)
    {
        var scope = ScopeOf(line[3]);
        if (!AgentClasses.TryParse(line[2], out var found) || found is not (AgentClass.OtherBot or AgentClass.Tool or AgentClass.Preview or AgentClass.Ads or AgentClass.SearchEngine))
        {
            problems.Add(line.Problem($"the class '{line[2]}' is none for automation without a name; use other-bot, tool, preview, ads or search-engine"));
            return null;
        }

        if (scope is null)
        {
            problems.Add(line.Problem($"the scope '{line[3]}' is none; use any, text, desktop or app"));
            return null;
        }

        return new AutomationRule(test, text, found, scope.Value);
    }

    // A cell loses the spaces at its ends, so one that counts there is written \s.
    private static string TextOf(string cell) => cell.Replace(@"\s", " ", StringComparison.Ordinal).ToLowerInvariant();

    private static PatternTest? TestOf(string name) => name.TrimStart('-') switch
    {
        "part" => PatternTest.Part,
        "head" => PatternTest.Head,
        "tail" => PatternTest.Tail,
        "start" => PatternTest.Start,
        "domain" => PatternTest.Domain,
        "except" => PatternTest.Except,
        "browser" => PatternTest.Browser,
        "person" => PatternTest.Person,
        "phone" => PatternTest.Phone,
        _ => null,
    };

    private static PatternScope? ScopeOf(string name) => name switch
    {
        "any" => PatternScope.Any,
        "text" or "" => PatternScope.Text,
        "desktop" => PatternScope.Desktop,
        "app" => PatternScope.App,
        _ => null,
    };
}
