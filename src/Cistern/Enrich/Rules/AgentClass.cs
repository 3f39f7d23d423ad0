namespace Cistern.Enrich.Rules;

/// <summary>What kind of reader a row is of. The names are stored in the column <c>class</c>: append only.</summary>
internal enum AgentClass
{
    /// <summary>Collects pages that may train models.</summary>
    Training = 1,

    /// <summary>Builds the index that an AI answer engine cites from.</summary>
    Search = 2,

    /// <summary>Reads one page now because a person asked an assistant.</summary>
    UserFetch = 3,

    /// <summary>A browser in the cloud that acts for a person.</summary>
    Agent = 4,

    /// <summary>A coding tool that reads documentation.</summary>
    Coding = 5,

    /// <summary>A scrape or search API that sells to AI builders.</summary>
    DataProvider = 6,

    /// <summary>Checks the landing pages of advertisements.</summary>
    Ads = 7,

    /// <summary>Makes the preview of a link.</summary>
    Preview = 8,

    /// <summary>A classic index, which also feeds AI answers.</summary>
    SearchEngine = 9,

    /// <summary>A name that was seen or listed, and whose operator documents nothing or denies it.</summary>
    Undocumented = 10,

    /// <summary>Any other automation.</summary>
    OtherBot = 11,

    /// <summary>An HTTP library, a command-line tool, a browser without a window.</summary>
    Tool = 12,

    /// <summary>Looks like a browser or an application in a person's hands. It may be an agent that does not say so.</summary>
    HumanLike = 13,

    /// <summary>No user agent at all.</summary>
    Empty = 14,

    /// <summary>A name for robots.txt only, which no reader has: refused, so never stored.</summary>
    Token = 15,
}

/// <summary>The names of classes.</summary>
internal static class AgentClasses
{
    public static IReadOnlyList<AgentClass> All { get; } = Enum.GetValues<AgentClass>();

    public static string NameOf(AgentClass value) => value switch
    {
        AgentClass.Training => "training",
        AgentClass.Search => "search",
        AgentClass.UserFetch => "user-fetch",
        AgentClass.Agent => "agent",
        AgentClass.Coding => "coding",
        AgentClass.DataProvider => "data-provider",
        AgentClass.Ads => "ads",
        AgentClass.Preview => "preview",
        AgentClass.SearchEngine => "search-engine",
        AgentClass.Undocumented => "undocumented",
        AgentClass.OtherBot => "other-bot",
        AgentClass.Tool => "tool",
        AgentClass.HumanLike => "human-like",
        AgentClass.Empty => "empty",
        AgentClass.Token => "token",
    };

    public static bool TryParse(string name, out AgentClass value)
    {
        value = All.FirstOrDefault(known => NameOf(known) == name);
        return value != default;
    }
}
