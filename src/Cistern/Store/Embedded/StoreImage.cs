namespace Cistern.Store.Embedded;

/// <summary>One moment of a store for a backup: a manifest that covers every row that was answered for before, and the files that it names, held until this is disposed.</summary>
/// <param name="Imports">What the file of imports holds that the manifest names; null if it names none.</param>
internal sealed record StoreImage(ManifestData Manifest, IReadOnlyDictionary<string, IReadOnlyList<Segment>> Segments, byte[]? Imports) : IDisposable
{
    public long Rows => Manifest.Tables.Values.SelectMany(infos => infos).Sum(info => info.Rows);

    public void Dispose()
    {
        foreach (var segment in Segments.Values.SelectMany(segments => segments))
        {
            segment.Release();
        }
    }
}
