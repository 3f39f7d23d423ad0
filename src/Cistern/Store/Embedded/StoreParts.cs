using Cistern.Enrich.Rules;
using Cistern.Journal;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Identity;

namespace Cistern.Store.Embedded;

/// <summary>The parts of an open embedded store, for the classes that work on several of them.</summary>
internal sealed record StoreParts
{
    public required EmbeddedSettings Settings { get; init; }

    public required IDisk Disk { get; init; }

    public required DataFolder Folder { get; init; }

    public required StoreTables Tables { get; init; }

    public required HotRoom Room { get; init; }

    public required BodyFiles Bodies { get; init; }

    public required LargeBodies LargeBodies { get; init; }

    public required StoreFiles Files { get; init; }

    public required ScanRegistry Scans { get; init; }

    public required SegmentWriter Writer { get; init; }

    public required JournalLog Journal { get; init; }

    public required Committer Committer { get; init; }

    public required ImportIds Imports { get; init; }

    public required DeliveryIds Ids { get; init; }

    public required IdentityWindow Identities { get; init; }

    public required EventCounters Events { get; init; }

    public required Engine SealEngine { get; init; }

    public required RuleStore Rules { get; init; }

    public required RuleHistory RuleHistory { get; init; }
}
