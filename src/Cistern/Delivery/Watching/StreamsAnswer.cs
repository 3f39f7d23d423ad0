using System.Globalization;
using System.Text.Json;
using Cistern.Delivery.Api.Catalogue;
using Cistern.Delivery.Metrics;
using Cistern.Delivery.Pipeline;

namespace Cistern.Delivery.Watching;

/// <summary>What <c>GET /cistern/streams</c> says: of each stream where it delivers to, what it is doing, and the course of the last hour.</summary>
internal sealed class StreamsAnswer(StreamCatalogue catalogue, IDeliveryService delivery, StreamMetrics metrics, Backups backups, TimeProvider time)
{
    /// <summary>An endpoint may answer at length; a person reads the beginning.</summary>
    private const int MessageCharactersMax = 1000;

    private readonly DateTimeOffset _started = time.GetUtcNow();

    public void Write(Utf8JsonWriter json)
    {
        var now = time.GetUtcNow();
        json.WriteStartObject();
        json.WriteString("now"u8, Text(now));
        json.WriteString("started"u8, Text(_started));
        json.WriteStartArray("streams"u8);
        foreach (var stream in catalogue.All.OrderBy(stream => stream.Id.Name, StringComparer.Ordinal).ThenBy(stream => stream.Id.Arn, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            WriteConfiguration(json, stream, now);
            WriteStatus(json, delivery.StatusOf(stream.Id.Arn) ?? new StreamStatus { Arn = stream.Id.Arn, Name = stream.Id.Name });
            BackupsAnswer.WriteReplay(json, backups.LastReplay(stream.Id.Arn));
            StreamCourse.Read(metrics, stream.Id.Arn, now).Write(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteConfiguration(Utf8JsonWriter json, DeliveryStream stream, DateTimeOffset now)
    {
        var plan = stream.Plan();
        var hints = plan.Http?.Buffering ?? plan.S3.Buffering;
        json.WriteString("arn"u8, plan.Arn);
        json.WriteString("name"u8, plan.Name);
        json.WriteString("status"u8, stream.Status(now));
        json.WriteString("version"u8, plan.Version.ToString(CultureInfo.InvariantCulture));
        json.WriteString("source"u8, plan.Kinesis?.StreamArn ?? stream.Type);
        json.WriteString("destination"u8, stream.Destination.Type.Name);
        json.WriteString("endpoint"u8, plan.Http is { } http ? WithoutSecrets(http.Url) : null);
        json.WriteString("bucket"u8, plan.S3.Bucket);
        json.WriteString("function"u8, plan.Transform?.LambdaArn);
        json.WriteNumber("bufferBytes"u8, hints.Bytes);
        json.WriteNumber("bufferSeconds"u8, hints.Interval.TotalSeconds);
        WriteNumber(json, "retrySeconds", plan.Http?.RetryWindow.TotalSeconds);
    }

    private static void WriteStatus(Utf8JsonWriter json, StreamStatus status)
    {
        json.WriteNumber("bufferedRecords"u8, status.BufferedRecords);
        json.WriteString("oldestBuffered"u8, status.OldestBuffered is { } oldest ? Text(oldest) : null);
        json.WriteNumber("diskBytes"u8, status.DiskBytes);
        json.WriteNumber("inFlightRecords"u8, status.InFlightRecords);
        json.WriteNumber("retryingBatches"u8, status.RetryingBatches);
        json.WriteNumber("outboxRecords"u8, status.OutboxRecords);
        json.WriteNumber("deliveredRecords"u8, status.DeliveredRecords);
        json.WriteNumber("droppedRecords"u8, status.DroppedRecords);
        json.WriteNumber("failedRecords"u8, status.FailedRecords);
        json.WriteNumber("backedUpRecords"u8, status.BackedUpRecords);
        json.WriteNumber("lostRecords"u8, status.LostRecords);
        WriteAnswer(json, "lastAnswer", status.LastAnswer);
        WriteAnswer(json, "lastObjectFailure", status.LastObjectFailure);
        json.WriteString("fault"u8, status.Fault is { } fault ? Cut(fault) : null);
    }

    private static void WriteAnswer(Utf8JsonWriter json, string name, LastAnswer? answer)
    {
        json.WritePropertyName(name);
        if (answer is null)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartObject();
        json.WriteString("at"u8, Text(answer.At));
        json.WriteString("code"u8, answer.Code);
        json.WriteString("message"u8, Cut(answer.Message));
        json.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        json.WritePropertyName(name);
        if (value is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    // Some endpoints take their key in the query, or as user and password.
    private static string WithoutSecrets(Uri url) => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    /// <summary>A text of a stranger, bounded. It may hold anything else.</summary>
    public static string Cut(string text)
    {
        if (text.Length <= MessageCharactersMax)
        {
            return text;
        }

        // A cut between the two halves of a surrogate pair would leave a text that is no Unicode.
        var length = char.IsHighSurrogate(text[MessageCharactersMax - 1]) ? MessageCharactersMax - 1 : MessageCharactersMax;
        return string.Concat(text.AsSpan(0, length), "…");
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
