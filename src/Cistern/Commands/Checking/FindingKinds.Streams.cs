namespace Cistern.Commands.Checking;

/// <summary>What the side of AWS can be like.</summary>
internal static partial class FindingKinds
{
    public static readonly FindingKind AwsNotSeen = Note("aws-not-seen", "could not look", "Ask somebody who may, or let your user make this call; it is no sign of a fault.");

    // The stream.
    public static readonly FindingKind StreamActive = Good("stream-active", "the stream is active");
    public static readonly FindingKind StreamUnknown = Bad("stream-unknown", "there is no such stream in this account and region", "Look at --region and --profile, and at aws firehose list-delivery-streams.");
    public static readonly FindingKind StreamCreating = Warn("stream-creating", "the stream is still being made", "Usually a minute or two. Until then puts are refused.");
    public static readonly FindingKind StreamStuck = Bad("stream-stuck", "the stream has been CREATING for over ten minutes",
        "Look at the role (does it trust firehose.amazonaws.com, may it use the key of the encryption?), delete the stream and make it again.");
    public static readonly FindingKind StreamFailed = Bad("stream-failed", "the stream could not be made or deleted", "Amend what the reason names (mostly a KMS key that may not be used), delete the stream and make it again.");
    public static readonly FindingKind StreamDeleting = Bad("stream-deleting", "the stream is being deleted", "Make another one, or name the right one.");
    public static readonly FindingKind StreamDestination = Bad("stream-destination", "the stream does not deliver to an HTTP endpoint", "Make one with an HTTP endpoint as its destination.");
    public static readonly FindingKind StreamUrlDiffers = Bad("stream-url-differs", "the stream delivers to another address than the one that was checked", "Compare them letter by letter; a change (update-destination) is in force after some minutes.");
    public static readonly FindingKind StreamSettings = Note("stream-settings", "how it delivers");
    public static readonly FindingKind StreamNotGzip = Warn("stream-not-gzip", "the stream does not compress", "Set the content encoding to GZIP: about a tenth of the bytes.");
    public static readonly FindingKind StreamBuffersLong = Warn("stream-buffers-long", "the stream gathers for five minutes or longer before it delivers", "Lower IntervalInSeconds to 60 or less; it is the largest part of the delay. A processor has an interval of its own.");
    public static readonly FindingKind StreamNoRetry = Warn("stream-no-retry", "the stream does not try again: what fails once goes to the bucket", "Set the retry duration to 300 s or more.");
    public static readonly FindingKind StreamNoLog = Warn("stream-no-log", "the stream does not log its errors", "Turn CloudWatch error logging on: without it nobody hears why a delivery failed.");
    public static readonly FindingKind StreamFieldsMissing = Warn("stream-fields-missing", "the stream does not say which fields its CloudFront lines have",
        "Add the common attribute cloudfront-fields with the fields of the log configuration, in its order; else lines are guessed by their number of fields.");
    public static readonly FindingKind StreamTagMissing = Bad("stream-tag-missing", "the tag LogDeliveryEnabled=true is missing, so vended logs may not be put into the stream", "aws firehose tag-delivery-stream --delivery-stream-name NAME --tags Key=LogDeliveryEnabled,Value=true");
    public static readonly FindingKind StreamRegion = Bad("stream-region", "CloudFront's standard logs go to streams in us-east-1 only", "Make the stream there.");

    // Its secret.
    public static readonly FindingKind SecretGood = Good("secret-good", "the secret holds a key");
    public static readonly FindingKind SecretMissing = Bad("secret-missing", "the secret of the stream does not exist", "Make it, or name the right one in the stream.");
    public static readonly FindingKind SecretUnreadable = Bad("secret-form", "the secret does not have the form that Firehose reads", "Its text must be the JSON object {\"api_key\":\"KEY\"}.");
    public static readonly FindingKind SecretDiffers = Bad("secret-differs", "the secret holds another key than the one that was checked", "Write the right key into the secret; Firehose reads it again within some minutes.");
    public static readonly FindingKind StreamKeyHidden = Note("stream-key-hidden", "the stream has its key itself, and AWS shows it to nobody", "Keep it in Secrets Manager: then it can be compared and changed without touching the stream.");

    // Its function.
    public static readonly FindingKind FunctionGood = Good("function-good", "the function of the stream is there");
    public static readonly FindingKind FunctionMissing = Bad("function-missing", "the function of the stream does not exist", "Deploy it again, or take the processor out of the stream.");
    public static readonly FindingKind FunctionInactive = Bad("function-inactive", "the function of the stream is not active", "Look at its state and the reason in the Lambda console.");
    public static readonly FindingKind FunctionTime = Warn("function-time", "the function may run for longer than the 5 minutes that Firehose waits", "Lower its timeout to 60 s or so.");

    // Its role.
    public static readonly FindingKind RoleGood = Good("role-good", "the role may do what the stream needs");
    public static readonly FindingKind RoleMissing = Bad("role-missing", "the role of the stream does not exist", "Make it again under the same name, or give the stream another one.");
    public static readonly FindingKind RoleTrust = Bad("role-trust", "the role does not trust Firehose", "Let the service firehose.amazonaws.com assume it (sts:AssumeRole).");
    public static readonly FindingKind RoleLacks = Bad("role-lacks", "the role may not do what the stream needs", "Allow the named actions on exactly the named resource; cistern aws template has the whole policy.");
    public static readonly FindingKind BucketMissing = Bad("bucket-missing", "the bucket for failed data does not exist", "Make it again: until then failed data waits in the stream, and is lost after 24 hours.");

    // What feeds it.
    public static readonly FindingKind SourceFound = Good("source-found", "this feeds the stream");
    public static readonly FindingKind SourceNone = Warn("source-none", "nothing was found that feeds the stream",
        "Look at the log configuration of the distribution, the delivery, or the metric stream. Subscription filters of single log groups and programs that put records were not looked for.");
    public static readonly FindingKind SourceStopped = Bad("source-stopped", "what feeds the stream is stopped", "Start it: aws cloudwatch start-metric-streams.");
    public static readonly FindingKind SourceNoDelivery = Bad("source-no-delivery", "the stream is a delivery destination, but no delivery leads to it", "Make one (aws logs create-delivery) from the delivery source of the distribution.");
    public static readonly FindingKind SourceMissing = Bad("source-missing", "the Kinesis stream that the stream reads does not exist", "Make it again, or make the Firehose stream anew with another source.");
    public static readonly FindingKind SourceInactive = Bad("source-inactive", "the Kinesis stream that the stream reads is not active", "Wait, or look at its state.");
    public static readonly FindingKind SourceUnattached = Warn("source-unattached", "no real-time log configuration of CloudFront writes into the Kinesis stream",
        "Make one, and attach it to the cache behaviours (cistern aws attach). Real-time logs go to Kinesis only, never straight to Firehose.");

    // Its traffic.
    public static readonly FindingKind TrafficGood = Good("traffic-good", "records came in and were delivered during the last hour");
    public static readonly FindingKind TrafficNone = Warn("traffic-none", "no record came into the stream during the last hour",
        "What feeds it sends nothing: look at the source. CloudFront logs only what is asked for, and sampling leaves most out; a new metric stream needs some minutes.");
    public static readonly FindingKind TrafficNotDelivered = Bad("traffic-not-delivered", "records came in, and none was delivered", "Look at the errors of the stream and at what the endpoint says above.");
    public static readonly FindingKind TrafficFailing = Warn("traffic-failing", "a part of the attempts to deliver failed", "Look at the errors of the stream; what it gives up lies in its bucket.");
    public static readonly FindingKind TrafficLate = Warn("traffic-late", "the oldest record waits for long",
        "The endpoint is slow or fails, or the stream gathers for long: look at time, errors and buffering.");
    public static readonly FindingKind TrafficThrottled = Bad("traffic-throttled", "records were refused because the stream is over its quota",
        "Ask for a higher quota (Service Quotas, Firehose), spread over several streams, or sample. Who put them must send them again.");
    public static readonly FindingKind TrafficBehind = Warn("traffic-behind", "the stream is behind its Kinesis stream", "Look at ThrottledGetRecords and other readers; give the Kinesis stream more shards, or on-demand mode.");

    // Its errors.
    public static readonly FindingKind ErrorsNone = Good("errors-none", "the stream logged no error during the last six hours");
    public static readonly FindingKind ErrorsNoGroup = Warn("errors-no-group", "the log group of the stream does not exist", "Make it, with its log streams DestinationDelivery and BackupDelivery: Firehose does not.");

    // What lies in the bucket.
    public static readonly FindingKind BackupEmpty = Good("backup-empty", "nothing failed: there are no objects");
    public static readonly FindingKind BackupUnreadable = Bad("backup-unreadable", "the objects cannot be read", "Look at bucket, prefix, region and permissions (s3:ListBucket, s3:GetObject).");
    public static readonly FindingKind BackupPartly = Warn("backup-partly", "not all of it could be read", "Objects that are no error objects, or were cut, are left out; cistern replay names them.");
    public static readonly FindingKind BackupReplay = Note("backup-replay", "what failed can be sent again", "Amend the cause first; then run the command. What was stored before is not stored again.");
}
