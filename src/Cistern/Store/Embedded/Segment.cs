namespace Cistern.Store.Embedded;

/// <summary>A live segment file. Counted: the store holds it while the manifest names it, each snapshot until it ends; then the file goes.</summary>
internal sealed class Segment(SegmentInfo info, string path, Action<string> delete)
{
    private int _holders = 1;

    public SegmentInfo Info { get; } = info;

    public string Path { get; } = path;

    public void Hold() => Interlocked.Increment(ref _holders);

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            delete(Path);
        }
    }
}
