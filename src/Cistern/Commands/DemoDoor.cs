using Cistern.Ingest;

namespace Cistern.Commands;

/// <summary>Which deliveries the demo's server turns away as if it were out of order: all until the streams know its address and key, then those of one key while somebody says so.</summary>
internal sealed class DemoDoor
{
    private volatile bool _open;
    private volatile string _refusedKey = "";

    /// <summary>The streams know where to go: what they still held of an earlier run is not refused for its old key.</summary>
    public void Open() => _open = true;

    public void Refuse(string key) => _refusedKey = key;

    public void RefuseNobody() => _refusedKey = "";

    public bool Refuses(HttpRequest request) =>
        RequestHeaders.ReadRequestId(request).Length > 0 && (!_open || (_refusedKey.Length > 0 && RequestHeaders.ReadKey(request) == _refusedKey));
}
