using System.Globalization;
using Cistern.Formats.Deliveries;
using Cistern.Ingest;

namespace Cistern.Commands.Checking.Streams;

/// <summary>State and settings of a stream, from its description alone.</summary>
internal sealed class StreamState(DescribedStream stream, CheckReport report, TimeProvider time)
{
    private const int LongSeconds = 300;
    private const string FieldsAttribute = "cloudfront-fields";

    private static readonly TimeSpan _stuck = TimeSpan.FromMinutes(10);

    /// <summary>Whether there is anything more to look at.</summary>
    public bool Check(string url)
    {
        ReportStatus();
        if (stream.Endpoint is null)
        {
            report.Add(CheckSteps.Stream, FindingKinds.StreamDestination, stream.Name);
            return false;
        }

        if (stream.Url.Length > 0 && stream.Url != url)
        {
            report.Add(CheckSteps.Stream, FindingKinds.StreamUrlDiffers, $"{CheckReport.Quote(WithoutQuery(stream.Url))}, not {CheckReport.Quote(WithoutQuery(url))}");
        }

        ReportSettings();
        return true;
    }

    // A few providers take their key in the query.
    private static string WithoutQuery(string url) => url.IndexOf('?') is var mark and >= 0 ? url[..mark] + "?…" : url;

    private void ReportStatus()
    {
        var age = stream.Created is { } created ? time.GetUtcNow() - created : TimeSpan.Zero;
        var (kind, detail) = stream.Status switch
        {
            "ACTIVE" => (FindingKinds.StreamActive, $"{stream.Name}, version {stream.Version}, {(stream.IsDirectPut ? "records are put into it (DirectPut)" : stream.Type)}"),
            "CREATING" => (age > _stuck ? FindingKinds.StreamStuck : FindingKinds.StreamCreating, $"for {Units.Seconds(Math.Max(0, age.TotalSeconds))}"),
            "DELETING" => (FindingKinds.StreamDeleting, stream.Name),
            _ => (FindingKinds.StreamFailed, $"{stream.Status}{(stream.Failure.Length > 0 ? $", {CheckReport.Quote(stream.Failure)}" : "")}"),
        };
        report.Add(CheckSteps.Stream, kind, detail);
    }

    private void ReportSettings()
    {
        var endpoint = stream.Endpoint;
        var hints = endpoint.Member("BufferingHints");
        var (size, seconds) = (hints.Number("SizeInMBs") ?? 5, hints.Number("IntervalInSeconds") ?? LongSeconds);
        var retry = endpoint.Member("RetryOptions").Number("DurationInSeconds") ?? LongSeconds;
        var gzip = endpoint.Member("RequestConfiguration").Text("ContentEncoding") == "GZIP";
        var backup = endpoint.Text("S3BackupMode") is { Length: > 0 } mode ? mode : "FailedDataOnly";
        report.Add(CheckSteps.Stream, FindingKinds.StreamSettings, string.Create(CultureInfo.InvariantCulture,
            $"{size} MB or {seconds} s, {(gzip ? "GZIP" : "no compression")}, tries again for {retry} s, backup {backup}, attributes {(stream.Attributes.Count == 0 ? "none" : string.Join(", ", stream.Attributes.Keys))}"));
        Warn(!gzip, FindingKinds.StreamNotGzip, "");
        Warn(seconds >= LongSeconds, FindingKinds.StreamBuffersLong, Units.Seconds(seconds));
        Warn(retry == 0, FindingKinds.StreamNoRetry, "");
        Warn(!stream.Log.IsTrue("Enabled"), FindingKinds.StreamNoLog, "");

        // Standard logs name their fields themselves; they come without Kinesis.
        Warn(!stream.IsDirectPut && IsForCloudFront(stream.Url) && !stream.Attributes.ContainsKey(FieldsAttribute), FindingKinds.StreamFieldsMissing, "");
    }

    public static bool IsForCloudFront(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && IngestAddress.All.Any(known => known.Path == address.AbsolutePath && known.Route == DeliveryRoute.CloudFront);

    private void Warn(bool applies, FindingKind kind, string detail)
    {
        if (applies)
        {
            report.Add(CheckSteps.Stream, kind, detail);
        }
    }
}
