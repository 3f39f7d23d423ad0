using Cistern.Store.ClickHouse.Http;

namespace Cistern.Store.ClickHouse.Cluster;

/// <summary>A server, and what is known of it.</summary>
internal sealed class Replica(ClickHouseClient client)
{
    private volatile ReplicaState _state = ReplicaState.Well;

    public ClickHouseClient Client { get; } = client;

    public Uri Host => Client.Host;

    /// <summary>It may put inserts of several nodes into one part: see <see cref="Insert.InsertSettings.Joined"/>.</summary>
    public bool JoinsInserts { get; set; }

    public ReplicaState State
    {
        get => _state;
        set => _state = value;
    }
}

/// <param name="CanRead">It answers.</param>
/// <param name="CanWrite">It takes inserts.</param>
/// <param name="Trouble">What is wrong, if one is false.</param>
internal sealed record ReplicaState(bool CanRead, bool CanWrite, string? Trouble)
{
    public static readonly ReplicaState Well = new(true, true, null);

    public static ReplicaState Away(string trouble) => new(false, false, trouble);

    public static ReplicaState ReadOnly(string trouble) => new(true, false, trouble);
}
