using System.Globalization;
using System.Text.Json;
using Cistern.Journal;

namespace Cistern.Delivery.Buffer;

/// <summary>How far a stream is, as the next start needs it. What is newer than the file is done a second time: at least once.</summary>
/// <param name="Source">Records that are delivered, dropped or in the outbox.</param>
/// <param name="Outbox">Entries of the outbox whose objects are stored; the index is zero.</param>
internal sealed record StreamProgress(DoneRanges Source, DoneRanges Outbox);

/// <summary><c>progress.json</c> of a stream.</summary>
internal static class ProgressFile
{
    /// <summary>Reads the file; without one nothing is done yet.</summary>
    /// <exception cref="InvalidDataException">The file is damaged. Without it the journal would be delivered again: nothing would be lost.</exception>
    public static StreamProgress Read(IDisk disk, string path)
    {
        if (!disk.Exists(path))
        {
            return new StreamProgress(new DoneRanges(default, []), new DoneRanges(default, []));
        }

        try
        {
            using var json = JsonDocument.Parse(disk.ReadAllBytes(path));
            return new StreamProgress(Read(json.RootElement.GetProperty("source")), Read(json.RootElement.GetProperty("outbox")));
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"cannot read {path}: {exception.Message}; without it the stream begins with the oldest record that its journal holds", exception);
        }
    }

    public static void Write(IDisk disk, string path, StreamProgress progress)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            Write(json, "source", progress.Source);
            Write(json, "outbox", progress.Outbox);
            json.WriteEndObject();
        }

        AtomicFile.Replace(disk, path, buffer.ToArray());
    }

    // "12:3" is the record with index 3 of entry 12; the first place ends what is done altogether, then come pairs of from and before.
    private static void Write(Utf8JsonWriter json, string name, DoneRanges done)
    {
        json.WriteStartArray(name);
        json.WriteStringValue(Text(done.Base));
        foreach (var range in done.Ranges)
        {
            json.WriteStringValue(Text(range.From));
            json.WriteStringValue(Text(range.Before));
        }

        json.WriteEndArray();
    }

    private static DoneRanges Read(JsonElement list)
    {
        RecordPosition[] places = [.. list.EnumerateArray().Select(place => Parse(place.GetString() ?? ""))];
        return new DoneRanges(places[0], places.Skip(1).Chunk(2).Select(pair => new RecordRange(pair[0], pair[1])));
    }

    private static string Text(RecordPosition place) => string.Create(CultureInfo.InvariantCulture, $"{place.Entry}:{place.Index}");

    private static RecordPosition Parse(string text)
    {
        var parts = text.Split(':');
        return new RecordPosition(long.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
