using Cistern.Ingest.Keys;

namespace Cistern.Ingest;

/// <summary>What a sender is told whose key is not accepted.</summary>
internal static class KeyRefusals
{
    public static IngestResult Of(KeyCheck check) => check.Verdict switch
    {
        KeyVerdict.Missing => IngestResult.Refused(IngestFault.AccessKeyMissing,
            "the address is reachable, but there is no access key; set one as the stream's access key, or send X-Amz-Firehose-Access-Key, X-API-Key or Authorization: Bearer"),
        KeyVerdict.Malformed => IngestResult.Refused(IngestFault.AccessKeyMalformed,
            "the access key is no key of Cistern: it begins with aa_, and its check sum must be right; copy it again in whole"),
        KeyVerdict.Unknown => IngestResult.Refused(IngestFault.AccessKeyUnknown,
            "the access key is not known here; cistern keys list shows the keys of this server, and keys create makes one"),
        KeyVerdict.Expired => IngestResult.Refused(IngestFault.AccessKeyExpired,
            $"the access key '{check.Key?.Key.Name}' expired at {check.Key?.Key.Expires:u}; make a new one with cistern keys create"),
        KeyVerdict.Revoked => IngestResult.Refused(IngestFault.AccessKeyRevoked,
            $"the access key '{check.Key?.Key.Name}' was revoked at {check.Key?.Key.Revoked:u}; make a new one with cistern keys create"),
        KeyVerdict.Unsure => IngestResult.Refused(IngestFault.StoreUnavailable,
            $"the access key is not known here, and whether others know it cannot be asked now: {check.Problem}", TimeSpan.FromSeconds(10)),
        KeyVerdict.Accepted => throw new InvalidOperationException("an accepted key is not refused"),
    };
}
