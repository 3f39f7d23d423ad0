using System.Text.Json;

namespace Cistern.Delivery.Watching;

/// <summary>What the addresses say of backups and replays.</summary>
internal static class BackupsAnswer
{
    public static void Write(Utf8JsonWriter json, StreamPlan plan, BackupFindings found)
    {
        json.WriteStartObject();
        json.WriteString("arn"u8, plan.Arn);
        json.WriteString("bucket"u8, plan.S3.Bucket);
        json.WriteStartArray("prefixes"u8);
        foreach (var prefix in BackupList.Prefixes(plan))
        {
            json.WriteStringValue(prefix);
        }

        json.WriteEndArray();
        json.WriteNumber("objects"u8, found.Objects);
        json.WriteBoolean("more"u8, found.More);
        json.WriteNumber("unread"u8, found.Unread);
        json.WriteNumber("replayedObjects"u8, found.Replayed);
        json.WriteNumber("unreadable"u8, found.Unreadable);
        json.WriteString("problem"u8, found.Problem);
        json.WriteStartArray("codes"u8);
        foreach (var group in found.Groups)
        {
            Write(json, group);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void WriteReplay(Utf8JsonWriter json, ReplayJob? job)
    {
        if (job is null)
        {
            json.WriteNull("replay"u8);
            return;
        }

        json.WriteStartObject("replay"u8);
        json.WriteString("state"u8, job.State switch { ReplayJobState.Running => "running", ReplayJobState.Done => "done", ReplayJobState.Failed => "failed" });
        json.WriteString("started"u8, StreamsAnswer.Text(job.Started));
        json.WriteString("ended"u8, job.Ended is { } ended ? StreamsAnswer.Text(ended) : null);
        json.WriteNumber("objects"u8, job.Objects);
        json.WriteNumber("records"u8, job.Records);
        json.WriteString("message"u8, job.Note is { } note ? StreamsAnswer.Cut(note) : null);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, BackupGroup group)
    {
        json.WriteStartObject();
        json.WriteString("code"u8, StreamsAnswer.Cut(group.Code));
        json.WriteNumber("objects"u8, group.Objects);
        json.WriteNumber("records"u8, group.Records);
        json.WriteNumber("bytes"u8, group.Bytes);
        json.WriteString("first"u8, group.First is { } first ? StreamsAnswer.Text(first) : null);
        json.WriteString("last"u8, group.Last is { } last ? StreamsAnswer.Text(last) : null);
        json.WriteString("message"u8, group.Message);
        json.WriteEndObject();
    }
}
