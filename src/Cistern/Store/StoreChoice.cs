using Cistern.Operations;

namespace Cistern.Store;

/// <summary>Which store a server of this program stands on.</summary>
internal static class StoreChoice
{
    public static Task<IStore> OpenAsync(StoreOpening opening, CancellationToken cancel) =>
        throw new NotSupportedException($"no store is joined that could open {opening.Settings.DataFolder}");
}
