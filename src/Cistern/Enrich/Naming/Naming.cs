using System.Text;
using Cistern.Enrich.Rules;

namespace Cistern.Enrich.Naming;

/// <summary>What a user agent says who it is.</summary>
internal sealed class Naming
{
    private static readonly byte[][] ClassNames = [.. Enumerable.Range(0, (int)AgentClass.Token + 1).Select(number => number == 0 ? [] : Encoding.UTF8.GetBytes(AgentClasses.NameOf((AgentClass)number)))];

    public Naming(AgentClass found) => (Class, ClassName) = (found, ClassNames[(int)found]);

    public Naming(AgentRule agent)
        : this(agent.Class)
    {
        Agent = agent;
        AgentName = Encoding.UTF8.GetBytes(agent.Name);
        OperatorName = Encoding.UTF8.GetBytes(agent.Operator);
    }

    /// <summary>A name for robots.txt only was sent as a user agent: no agent, and no true one.</summary>
    public static Naming RefusedToken { get; } = new(AgentClass.OtherBot) { IsRefusedToken = true };

    /// <summary>The agent that it claims to be; null if it names none that the rules know.</summary>
    public AgentRule? Agent { get; }

    public AgentClass Class { get; }

    public bool IsRefusedToken { get; private init; }

    /// <summary>The column <c>class</c>.</summary>
    public byte[] ClassName { get; }

    /// <summary>The column <c>agent</c>.</summary>
    public byte[] AgentName { get; } = [];

    /// <summary>The column <c>operator</c>.</summary>
    public byte[] OperatorName { get; } = [];
}
