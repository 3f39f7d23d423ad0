using Cistern.Operations;
using Cistern.Store.ClickHouse;
using Cistern.Store.Embedded;

namespace Cistern.Store;

/// <summary>Which store a server of this program stands on.</summary>
internal static class StoreChoice
{
    /// <exception cref="StoreUnusableException">The store cannot be reached or used as it is configured.</exception>
    public static Task<IStore> OpenAsync(StoreOpening opening, CancellationToken cancel) =>
        opening.Settings.Store.Address.Length > 0 ? ClickHouseStore.OpenAsync(opening, cancel) : EmbeddedStore.OpenAsync(opening, cancel);

    /// <summary>What is wrong with a store's address, in a sentence without its password; null if nothing is.</summary>
    public static string? Check(string address) => address.Length == 0 || ClickHouseAddress.TryParse(address, out _, out var problem) ? null : problem;
}

/// <summary>A store cannot be used as it is configured: a person has to act.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : IOException(message, inner);
