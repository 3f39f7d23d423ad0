using System.Globalization;

namespace Cistern.Commands.Aws.Costs;

/// <summary>What is taken for granted, in numbers for the computation and in sentences for whoever reads its result.</summary>
internal static class CostAssumptions
{
    public const decimal Gigabyte = 1L << 30;

    // A year has 8760 hours.
    public const decimal HoursPerMonth = 730;
    public const decimal MinutesPerMonth = HoursPerMonth * 60;

    /// <summary>Kinesis counts each record in whole KB, Firehose in whole 5 KB if its source is Kinesis or Direct PUT.</summary>
    public const int KinesisStep = 1024;
    public const int FirehoseStep = 5 * 1024;

    /// <summary>Percent of the lines' bytes that leave AWS: base64 and JSON around them, gzip around that.</summary>
    /// <remarks>The demo's lines come to 15 to 27, by the level of gzip (a test measures it); real ones are more varied.</remarks>
    public const decimal WirePercent = 30;

    /// <summary>A line of a metric stream in JSON, in a captured record.</summary>
    public const decimal MetricUpdateBytes = 335;

    /// <summary>Messages of CloudWatch Logs in a record, and what gzip leaves of them.</summary>
    public const decimal LogRecordBytes = 16 * 1024;
    public const decimal LogWirePercent = 25;

    /// <summary>What the function gets at once: as much as Firehose gathers, or what comes in a minute.</summary>
    public const decimal TransformBytes = 1 << 20;
    public const decimal TransformSeconds = 0.2m;
    public const decimal TransformGigabytes = 0.5m;

    /// <summary>Of each stream: data freshness, delivery success, backup not empty.</summary>
    public const int AlarmsPerStream = 3;

    public static IEnumerable<string> Sentences(CostQuestion question)
    {
        yield return Text($"a month has 730 hours, 1 GB is 2^30 bytes, and every line has {question.BytesPerLine:#,0} bytes (--bytes-per-line)");
        yield return Text($"Kinesis counts a line as {RoundUp(question.BytesPerLine, KinesisStep):#,0} bytes and Firehose behind it as {RoundUp(question.BytesPerLine, FirehoseStep):#,0}, because CloudFront writes a record a line; vended logs are counted as they are");
        yield return Text($"what leaves AWS over the internet is {WirePercent:0} % of the lines' bytes: base64, with gzip (the demo's lines come to 15 to 27 %); an endpoint in the same region pays less, --rate transfer=0 leaves it out");
        yield return "the Kinesis stream is on demand, with Firehose as its only reader; one secret; three alarms a Firehose stream; nothing fails, so the backup bucket is empty; error logs and calls of Secrets Manager cost cents";
        yield return question.WithFree
            ? "what an account has free of charge each month (100 GB of transfer, 10 alarms, Lambda's first million) is all for this"
            : "nothing is free of charge, as if the account used that up already (--free-tier)";
        if (question.HasTransform)
        {
            yield return "the function has 512 MB and takes 0.2 s for 1 MiB, or for what comes in a minute; what it drops still counts as delivered";
        }

        if (question.Metrics > 0)
        {
            yield return Text($"each metric is updated once a minute, {MetricUpdateBytes:0} bytes an update in JSON, many in a record");
        }

        if (question.LogBytes > 0)
        {
            yield return Text($"log messages come {LogRecordBytes / 1024:0} KiB a record, of which gzip leaves {LogWirePercent:0} %, paid as 5 KB; groups with little traffic have smaller records and cost more. That CloudWatch Logs takes the messages in is paid anyhow");
        }
    }

    public static decimal RoundUp(decimal bytes, int step) => Math.Ceiling(bytes / step) * step;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
