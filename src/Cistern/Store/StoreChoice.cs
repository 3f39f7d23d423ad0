using Cistern.Journal;
using Cistern.Operations;
using Cistern.Operations.Settings;
using Cistern.Operations.Shared;
using Cistern.Store.ClickHouse;
using Cistern.Store.ClickHouse.State;
using Cistern.Store.Embedded;

namespace Cistern.Store;

/// <summary>Which store a server of this program stands on.</summary>
internal static class StoreChoice
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    /// <exception cref="StoreUnusableException">The store cannot be reached or used as it is configured.</exception>
    public static Task<IStore> OpenAsync(StoreOpening opening, CancellationToken cancel) =>
        opening.Settings.Store.Address.Length > 0 ? ClickHouseStore.OpenAsync(opening, cancel) : EmbeddedStore.OpenAsync(opening, cancel);

    /// <summary>The files that all servers on the store share, for a server: what others change comes by itself.</summary>
    /// <exception cref="IOException">They cannot be reached.</exception>
    public static Task<SharedFolder> OpenSharedAsync(CisternSettings settings, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel) =>
        OpenSharedAsync(settings, () => new FolderOptions(new DataFolder(settings.DataFolder).Shared, IsWatched: true, IsTemporary: false, StartPatience), time, loggers, cancel);

    /// <summary>The same for a command that reads or changes them, also beside a server.</summary>
    /// <exception cref="IOException">They cannot be reached.</exception>
    public static Task<SharedFolder> OpenSharedOnceAsync(CisternSettings settings, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel) =>
        OpenSharedAsync(settings, () => new FolderOptions(Directory.CreateTempSubdirectory("cistern-shared-").FullName, IsWatched: false, IsTemporary: true, TimeSpan.Zero), time, loggers, cancel);

    private static async Task<SharedFolder> OpenSharedAsync(CisternSettings settings, Func<FolderOptions> options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel) =>
        settings.SharedFolder.Length > 0 ? new LocalFolder(settings.SharedFolder)
        : settings.Store.Address.Length == 0 ? new LocalFolder(settings.DataFolder)
        : ClickHouseAddress.TryParse(settings.Store.Address, out var address, out var problem) ? await ClickHouseFolder.OpenAsync(address, options(), time, loggers.CreateLogger<ClickHouseFolder>(), cancel)
        : throw new StoreUnusableException(problem);

    /// <summary>What is wrong with a store's address, in a sentence without its password; null if nothing is.</summary>
    public static string? Check(string address) => address.Length == 0 || ClickHouseAddress.TryParse(address, out _, out var problem) ? null : problem;
}

/// <summary>A store cannot be used as it is configured: a person has to act.</summary>
public sealed class StoreUnusableException(string message, Exception? inner = null) : IOException(message, inner);
