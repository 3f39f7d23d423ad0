using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cistern.Replay;

/// <summary>What was replayed to one destination: a file to which a line is added for each delivery and each whole object.</summary>
/// <remarks>
/// It saves work and nothing else: without it everything is sent again under the same ids, which a Cistern knows. So its lines are not synced, and
/// one that was cut off is not counted. Objects are known by name and length; Firehose never writes one twice.
/// </remarks>
internal sealed class ReplayState : IDisposable
{
    private const int DestinationBytes = 8;

    private readonly Lock _gate = new();
    private readonly HashSet<(string Name, long Bytes)> _whole = [];
    private readonly HashSet<(string Name, long Bytes, long Start, long End)> _parts = [];
    private readonly string _destination;
    private FileStream? _file;

    private ReplayState(string destination) => _destination = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(destination)).AsSpan(0, DestinationBytes));

    /// <param name="destination">Where to, and how the records shall be read there: what was sent elsewhere does not count.</param>
    /// <param name="forget">What the file says already does not count; lines are added all the same.</param>
    /// <exception cref="IOException">The file cannot be opened, or another replay has it.</exception>
    public static ReplayState Open(string path, string destination, bool forget)
    {
        var state = new ReplayState(destination);
        if (!forget && File.Exists(path))
        {
            state.Load(path);
        }

        state._file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        if (state._file.Position > 0)
        {
            state._file.WriteByte((byte)'\n'); // The last line may have been cut off.
        }

        return state;
    }

    /// <summary>What the file says, if there is one; it is not written.</summary>
    public static ReplayState Read(string path, string destination)
    {
        var state = new ReplayState(destination);
        if (File.Exists(path))
        {
            state.Load(path);
        }

        return state;
    }

    public bool IsDone(ReplayObject source)
    {
        lock (_gate)
        {
            return _whole.Contains((source.Name, source.Bytes));
        }
    }

    public bool IsDone(ReplayBatch batch)
    {
        lock (_gate)
        {
            return _parts.Contains((batch.Object.Name, batch.Object.Bytes, batch.Start, batch.End));
        }
    }

    public void Add(ReplayBatch batch) => Write(batch.Object, json =>
    {
        json.WriteNumber("start", batch.Start);
        json.WriteNumber("end", batch.End);
    });

    public void Add(ReplayObject source) => Write(source, json => json.WriteBoolean("whole", true));

    public void Dispose() => _file?.Dispose();

    private void Write(ReplayObject source, Action<Utf8JsonWriter> rest)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("to", _destination);
            json.WriteString("object", source.Name);
            json.WriteNumber("bytes", source.Bytes);
            rest(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (_gate)
        {
            _file!.Write(line.GetBuffer(), 0, (int)line.Length);
        }
    }

    private void Load(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            try
            {
                using var document = JsonDocument.Parse(line);
                Load(document.RootElement);
            }
            catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                // Cut off, empty, or nothing of ours: what it says is done again.
            }
        }
    }

    private void Load(JsonElement line)
    {
        if (line.GetProperty("to").GetString() != _destination)
        {
            return;
        }

        var (name, bytes) = (line.GetProperty("object").GetString()!, line.GetProperty("bytes").GetInt64());
        if (line.TryGetProperty("whole", out var whole) && whole.GetBoolean())
        {
            _whole.Add((name, bytes));
        }
        else
        {
            _parts.Add((name, bytes, line.GetProperty("start").GetInt64(), line.GetProperty("end").GetInt64()));
        }
    }
}
