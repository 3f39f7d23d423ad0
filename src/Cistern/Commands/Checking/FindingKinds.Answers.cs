namespace Cistern.Commands.Checking;

/// <summary>What answers can be like.</summary>
internal static partial class FindingKinds
{
    // No answer.
    public static readonly FindingKind ConnectionReset = Bad("connection-reset", "the connection was cut before an answer came",
        "Look at the server's log, and at proxies between: they cut what is too large, too slow, or not what they expect.");
    public static readonly FindingKind AnswerTimeout = Bad("answer-timeout", "no whole answer came in time",
        "Look what the server waits for; Firehose waits 180 s and then sends again. --timeout makes this check wait longer.");
    public static readonly FindingKind BodyNotRead = Bad("body-not-read", "the server does not read what it is sent", "Look whether the server, or a proxy in front of it, hangs.");
    public static readonly FindingKind AnswerNotHttp = Bad("answer-not-http", "what answers is not HTTP/1.1", "Another program listens there: look at the address and the port. A proxy may speak only HTTP/2, or TLS.");
    public static readonly FindingKind AnswerTooLarge = Bad("answer-too-large", "the answer is longer than the 1 MiB that Firehose reads", "Answer with the small JSON object of the protocol only.");

    // Statuses.
    public static readonly FindingKind AnswerGood = Good("answer-good", "a delivery is answered as Firehose wants it");
    public static readonly FindingKind AnswerNot200 = Bad("answer-not-200", "only 200 counts as delivered: Firehose sends everything again and again", "Answer 200, not another 2xx.");
    public static readonly FindingKind AnswerRedirect = Bad("answer-redirect", "the address redirects, and Firehose does not follow", "Give the stream the address that it leads to; often a slash at the end, or http for https.");
    public static readonly FindingKind PathUnknown = Bad("path-unknown", "there is nothing at this path",
        "Cistern takes deliveries at /v1/logs/aws_data_firehose_cloudfront, /ingester/kinesis/logs, /ingester/kinesis/metrics and /firehose. A proxy must pass the path on unchanged.");
    public static readonly FindingKind MethodRefused = Bad("method-refused", "the path does not take POST", "Look at the path: Firehose sends POST only.");
    public static readonly FindingKind DeliveryRefused = Bad("delivery-refused", "the delivery is refused", "The quoted answer says why; a proxy or web application firewall may speak in the server's place.");
    public static readonly FindingKind RateLimited = Bad("rate-limited", "the deliveries come too fast for the endpoint (429)",
        "Raise or lift the rate of the key (keys create --rate, --rate-mib), or let the stream buffer more. Firehose sends again until its retry window ends.");
    public static readonly FindingKind ServerUnavailable = Bad("server-unavailable", "the server cannot take deliveries now (502, 503, 504)",
        "It is starting, stopping, full, or not there behind its proxy: ask /readyz, and look at disk space and the log. Firehose sends again until its retry window ends.");
    public static readonly FindingKind ServerError = Bad("server-error", "the server fails at the delivery", "Its log says why.");
    public static readonly FindingKind BodyLimit = Bad("body-limit", "a body of this size is answered 413, the one answer upon which Firehose throws the data away, without a retry and without a backup",
        "Raise the limit of what answers so to over 64 MiB, 100 MiB is right (nginx: client_max_body_size 100m; others: docs/running.md). Until then lower the stream's buffer size below it.");
    public static readonly FindingKind BodyLimitEmpty = Bad("body-limit-always", "even an empty delivery is answered 413, upon which Firehose throws the data away",
        "Something refuses every body: look at the limits of the proxy in front.");

    // The form of a 200.
    public static readonly FindingKind AnswerChunked = Bad("answer-chunked", "the answer is chunked, and Firehose wants a Content-Length", "Give the answer its length, and have proxies buffer it.");
    public static readonly FindingKind AnswerWithoutLength = Bad("answer-without-length", "the answer has no Content-Length", "Give the answer its length.");
    public static readonly FindingKind AnswerCompressed = Bad("answer-compressed", "the answer is compressed", "Take compression off this address, in the server and in proxies.");
    public static readonly FindingKind AnswerCharset = Bad("answer-charset", "the Content-Type has a charset; Firehose wants application/json and nothing else", "Set Content-Type: application/json.");
    public static readonly FindingKind AnswerType = Bad("answer-type", "the Content-Type is not application/json", "Set Content-Type: application/json, once.");
    public static readonly FindingKind AnswerReasonPhrase = Bad("answer-reason-phrase", "the reason phrase behind the status has more than 64 characters", "Shorten it, or leave it empty.");
    public static readonly FindingKind AnswerNotJson = Bad("answer-not-json", "the answer is not the JSON object of the protocol", "Answer {\"requestId\":…,\"timestamp\":…}: a page of a proxy or a sign-in often stands in its place.");
    public static readonly FindingKind AnswerWrongId = Bad("answer-wrong-id", "requestId in the answer is not that of the request", "Give back the id of X-Amz-Firehose-Request-Id as it came.");
    public static readonly FindingKind AnswerWithoutTimestamp = Bad("answer-without-timestamp", "the answer has no timestamp", "Add timestamp, a number: milliseconds since 1970.");
    public static readonly FindingKind AnswerTimestampText = Bad("answer-timestamp-text", "timestamp in the answer is not a whole number", "Write it without quotes and fractions: milliseconds since 1970.");
    public static readonly FindingKind AnswerSeconds = Warn("answer-seconds", "timestamp in the answer is in seconds; the contract says milliseconds", "Multiply by 1,000. Firehose was seen to take it so far.");
    public static readonly FindingKind AnswerClock = Warn("answer-clock", "timestamp in the answer is more than five minutes off", "Look at the clocks of the server and of this machine.");
    public static readonly FindingKind AnswerExtraMember = Bad("answer-extra-member", "the answer has members that the protocol does not know", "Leave only requestId, timestamp and errorMessage.");
    public static readonly FindingKind AnswerInvalid = Bad("answer-invalid", "Firehose would not accept the answer", "The detail says what is wrong with it.");

    // Keys.
    public static readonly FindingKind KeyWrongRefused = Good("key-wrong-refused", "a wrong key is refused with 401, in the form of the protocol");
    public static readonly FindingKind KeyRefusalForm = Warn("key-refusal-form", "a wrong key is refused, but not with 401 and the JSON of the protocol",
        "Firehose sends again all the same, but its log will not say why. A proxy may answer in the server's place.");
    public static readonly FindingKind KeyNotChecked = Warn("key-not-checked", "a wrong key is taken", "Whoever knows the address can send: have the endpoint compare X-Amz-Firehose-Access-Key.");
    public static readonly FindingKind KeyNotNeeded = Warn("key-not-needed", "a delivery without a key is taken", "Whoever knows the address can send. If that is not meant, look at ingest:allowAnonymous and ingest:anonymousNetworks.");
    public static readonly FindingKind KeyGood = Good("key-good", "the key is taken");
    public static readonly FindingKind KeyNotGiven = Bad("key-not-given", "the endpoint wants a key", "Give it with --key or CISTERN_KEY; cistern keys create makes one.");
    public static readonly FindingKind KeyRefused = Bad("key-refused", "the key is refused", "Compare it with the stream's: spaces and line ends count. The quoted answer says what it can.");
    public static readonly FindingKind KeyMalformed = Bad("key-malformed", "this is no key of Cistern, or a part of one", "Copy it again in whole: it begins with aa_.");
    public static readonly FindingKind KeyUnknown = Bad("key-unknown", "the server does not know the key", "Look with cistern keys list whether it is a key of this server and data folder; cistern keys create makes one.");
    public static readonly FindingKind KeyExpired = Bad("key-expired", "the key has expired", "Make a new one (cistern keys create) and give it to the stream, or write it into its secret.");
    public static readonly FindingKind KeyRevoked = Bad("key-revoked", "the key was revoked", "Make a new one (cistern keys create) and give it to the stream, or write it into its secret.");
    public static readonly FindingKind KeyScope = Bad("key-scope", "the key may not send", "Make one with --scope ingest.");
    public static readonly FindingKind KeyStream = Bad("key-stream", "the key may not send for this stream", "Check as the stream that it is for (--source-arn ARN), or make a key with --stream for this one.");
    public static readonly FindingKind KeySignal = Bad("key-signal", "the key may not send this signal", "Use the address of the signal that it is for (--signal here), or make a key with another --signal.");

    // Gzip, large bodies, time.
    public static readonly FindingKind GzipGood = Good("gzip-good", "a compressed body is taken");
    public static readonly FindingKind GzipRefused = Bad("gzip-refused", "a compressed body is refused", "Have the endpoint inflate Content-Encoding: gzip, or set the stream's content encoding to NONE.");
    public static readonly FindingKind BodyGood = Good("body-good", "a large body is taken");
    public static readonly FindingKind BodyRefused = Bad("body-refused", "a large body is refused; Firehose sends it again until its retry window ends, and then backs it up",
        "Raise the limit of the server (ingest:maxBodyBytes) or of the proxy, or lower the stream's buffer size below it.");
    public static readonly FindingKind BodyNotTried = Note("body-not-tried", "large bodies were not tried");
    public static readonly FindingKind TimeGood = Good("time-good", "answers come quickly");
    public static readonly FindingKind TimeSlow = Warn("time-slow", "answers are slow; usual is well under a second, and Firehose gives up after 180 s",
        "Look at load, disk and proxies; the distance counts, too. What Firehose gives up it sends again, and the stream falls behind.");

    // The record.
    public static readonly FindingKind RecordArrived = Good("record-arrived", "a record that was sent can be read");
    public static readonly FindingKind RecordSent = Note("record-sent", "a record was taken; whether it is stored cannot be seen with this key",
        "Look for the mark in the destination. In Cistern, a key with the scopes ingest and read lets the check look itself.");
    public static readonly FindingKind RecordNotSent = Note("record-not-sent", "no record was sent");
    public static readonly FindingKind RecordRejected = Bad("record-rejected", "the record was taken, but it could not be decoded, and lies in the table rejects", "The reason says what to change; look whether the address fits the signal.");
    public static readonly FindingKind RecordNotVisible = Bad("record-not-visible", "the record was taken with 200, but cannot be read", "Look at the server's log, and whether this address leads to the server that you ask.");
    public static readonly FindingKind RecordQuestionFailed = Warn("record-question-failed", "the record was taken, but the server does not answer the question for it", "Look at /readyz and the server's log; a proxy may pass the path on but not /api.");
    public static readonly FindingKind RepeatGood = Good("repeat-good", "the same delivery again is answered 200, and not stored twice");
    public static readonly FindingKind RepeatTaken = Note("repeat-taken", "the same delivery again is answered 200; whether it was stored twice cannot be seen here");
    public static readonly FindingKind RepeatRefused = Bad("repeat-refused", "the same delivery again is not answered 200, so Firehose would send it until its retry window ends", "Answer 200 to what is stored already.");
    public static readonly FindingKind RepeatStored = Bad("repeat-stored", "the same delivery was stored twice", "Look whether two servers stand behind the address, each with a folder of its own.");
    public static readonly FindingKind Stopped = Note("stopped", "what comes after needs this first");
}
