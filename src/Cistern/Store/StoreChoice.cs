using Cistern.Operations;
using Cistern.Store.Embedded;

namespace Cistern.Store;

/// <summary>Which store a server of this program stands on.</summary>
internal static class StoreChoice
{
    public static Task<IStore> OpenAsync(StoreOpening opening, CancellationToken cancel) => EmbeddedStore.OpenAsync(opening, cancel);
}
