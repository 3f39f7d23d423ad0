namespace Cistern.Tests.Store.ClickHouse.Cluster;

/// <summary>What a server does instead of answering a statement.</summary>
internal abstract record Misbehaviour
{
    /// <summary>The statement is run all the same.</summary>
    public bool Done { get; init; }

    public sealed record Reset : Misbehaviour;

    public sealed record Hang : Misbehaviour;

    /// <summary>The head of an answer, and half of what it promises.</summary>
    public sealed record Half : Misbehaviour;

    public sealed record Page(int Status, string Text) : Misbehaviour;

    /// <summary>An error of ClickHouse's.</summary>
    public sealed record Error(int Code, string Text) : Misbehaviour;
}
