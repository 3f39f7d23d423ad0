namespace Cistern.Commands.Checking;

/// <summary>Why data failed, as Firehose writes it into its log and into error objects.</summary>
internal static partial class FindingKinds
{
    public static readonly FindingKind FailedKey = Warn("failed-key", "the endpoint refused the key of the stream (401, 403)", "Give the stream the right key (update-destination), or write it into its secret, and replay.");
    public static readonly FindingKind FailedLimit = Warn("failed-limit", "the endpoint answered 413; what was answered so is gone unless it lies here",
        "Raise the body limit of proxy and server to over 64 MiB, 100 MiB is right; until then lower the stream's buffer size.");
    public static readonly FindingKind FailedRate = Warn("failed-rate", "the endpoint answered 429", "Raise the rate of the key, or let the stream buffer more.");
    public static readonly FindingKind FailedUnavailable = Warn("failed-unavailable", "the endpoint was not able to take deliveries (5xx)", "Look at the server's log of that time: restarts, a full disk, too little memory. Then replay.");
    public static readonly FindingKind FailedStatus = Warn("failed-status", "the endpoint answered another status than 200", "The message quotes the answer: a wrong path (404), a proxy, a firewall for web applications.");
    public static readonly FindingKind FailedAnswer = Warn("failed-answer", "the endpoint answered, but not as Firehose wants it", "Check the endpoint: cistern check URL names what is wrong with the answer.");
    public static readonly FindingKind FailedTimeout = Warn("failed-timeout", "the endpoint did not answer within 180 s", "Look at its load and at what it waits for; smaller buffers make smaller bodies.");
    public static readonly FindingKind FailedConnection = Warn("failed-connection", "Firehose could not connect to the endpoint, or the connection was cut", "Look whether the server ran at that time, at firewalls and proxies, and check the endpoint from outside.");
    public static readonly FindingKind FailedTls = Warn("failed-tls", "the certificate or TLS of the endpoint was refused", "Check the endpoint: a full chain of a public CA, not expired, for this name.");
    public static readonly FindingKind FailedConfiguration = Warn("failed-configuration", "the stream's address or key cannot be sent", "A line end in the key, or a wrong address: set both anew.");

    public static readonly FindingKind FailedFunctionAccess = Warn("failed-function-access", "the stream's role may not run the function",
        "Allow lambda:InvokeFunction and lambda:GetFunctionConfiguration on the function's ARN with :* behind it, and trust firehose.amazonaws.com.");
    public static readonly FindingKind FailedFunctionMissing = Warn("failed-function-missing", "the function was not there", "Deploy it again, or take the processor out of the stream.");
    public static readonly FindingKind FailedFunctionBusy = Warn("failed-function-busy", "Lambda was throttled, or did not answer", "Raise the function's concurrency; if its network (subnets, addresses) is at its limits, give it more, or take it out of the VPC.");
    public static readonly FindingKind FailedFunctionTime = Warn("failed-function-time", "the function took too long", "Give it more memory or a longer timeout (5 minutes at most), or smaller batches (BufferSizeInMBs).");
    public static readonly FindingKind FailedFunctionError = Warn("failed-function-error", "the function failed, or its answer was over 6 MB", "Look at its log; lower BufferSizeInMBs to 1 or less if the answer is too large.");
    public static readonly FindingKind FailedFunctionRecords = Warn("failed-function-records", "the function did not give back every record exactly once",
        "Answer each recordId once: Ok, Dropped for what is not wanted, ProcessingFailed. A function that leaves records out loses none, but fills the bucket.");
    public static readonly FindingKind FailedFunctionAnswer = Warn("failed-function-answer", "the answer of the function is not what Firehose reads", "Answer {\"records\":[{\"recordId\",\"result\",\"data\"}]} with data in base64; docs/functions.md has the rules.");
    public static readonly FindingKind FailedFunctionMarked = Warn("failed-function-marked", "the function marked records as ProcessingFailed", "Its log says why; the records lie here as they came.");

    public static readonly FindingKind FailedBucket = Warn("failed-bucket", "Firehose may not write into the bucket, or it is not there", "Look at the bucket, its policy and key, and at the role. Data that fails twice is lost after 24 hours.");
    public static readonly FindingKind FailedBucketBusy = Warn("failed-bucket-busy", "S3 was busy", "Nothing, if it is seldom; Firehose tries again.");
    public static readonly FindingKind FailedDecompression = Warn("failed-decompression", "records could not be inflated by the stream", "Turn decompression off: Cistern inflates records itself, and other data than that of CloudWatch Logs cannot be.");
    public static readonly FindingKind FailedOther = Warn("failed-other", "deliveries failed for a reason that has no remedy here", "Read the message; AWS lists its codes under the troubleshooting of HTTP endpoints.");
}
