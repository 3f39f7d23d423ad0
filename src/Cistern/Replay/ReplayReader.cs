using System.Runtime.CompilerServices;
using Cistern.Commands.Importing;
using Cistern.Commands.Sending;
using Cistern.Delivery.Http;
using Cistern.Formats.ErrorObjects;
using Cistern.Formats.Text;

namespace Cistern.Replay;

/// <summary>Makes deliveries of an object, cut always at the same places and named after what they hold.</summary>
/// <param name="seen">Told of every record, in order.</param>
/// <param name="unreadable">Told of every line that is left out.</param>
internal sealed class ReplayReader(ReplayReading reading, TimeProvider time, Action<ErrorRecord> seen, Action<UnreadableLine> unreadable) : IDisposable
{
    private readonly ErrorObjectReader _lines = new();
    private readonly EnvelopeWriter _envelope = new(reading.Gzip);
    private readonly List<byte[]> _records = [];
    private long _bytes;
    private long _start;

    private bool _begun;

    /// <summary>The function that the object's first record names, or nothing; it tells region and account.</summary>
    public string LambdaArn { get; private set; } = "";

    /// <exception cref="InvalidDataException">The object cannot be read to its end.</exception>
    public async IAsyncEnumerable<ReplayBatch> ReadAsync(ReplayObject source, [EnumeratorCancellation] CancellationToken cancel)
    {
        (LambdaArn, _begun, _start, _bytes) = ("", false, 0, 0);
        _records.Clear();
        await using var spooled = await SpooledObject.OpenAsync(source, cancel);
        using var text = await ObjectText.OpenAsync(spooled.Content, ReplayReading.LineBytesMax, cancel);
        var (number, tooLong, place) = (0L, 0L, 0L);
        Exception? broken;
        do
        {
            while (text.TryTake(out var line))
            {
                number += 1 + text.TooLong - tooLong;
                ReportTooLong(source, number - 1, text.TooLong - tooLong);
                tooLong = text.TooLong;
                if (_records.Count > 0 && IsFull(line.Length))
                {
                    yield return Finish(source, spooled.Hash, place);
                }

                Take(source, number, line.Span);
                place = text.Position;
            }

            broken = await FillAsync(text, cancel);
        }
        while (broken is null);

        ReportTooLong(source, number + text.TooLong - tooLong, text.TooLong - tooLong);
        if (_records.Count > 0)
        {
            yield return Finish(source, spooled.Hash, place);
        }

        // Only now, because what was read before it is whole.
        if (broken is not EndOfStreamException)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(broken);
        }
    }

    public void Dispose() => _envelope.Dispose();

    // Null if there is more; at the end an EndOfStreamException, else what is wrong with the object.
    private static async ValueTask<Exception?> FillAsync(LineSource text, CancellationToken cancel)
    {
        try
        {
            return text.Position > ReplayReading.TextBytesMax ? new InvalidDataException($"it holds over {ReplayReading.TextBytesMax} bytes of text")
                : await text.FillAsync(cancel) ? null
                : new EndOfStreamException();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // The inflater's own words are of archives and unsupported methods.
            var told = exception.Message.StartsWith("the compressed data", StringComparison.Ordinal);
            return exception is InvalidDataException or EndOfStreamException && !told ? new InvalidDataException($"the compressed data is cut off or damaged ({exception.Message})") : exception;
        }
    }

    // A record is never longer than the line that it stands in.
    private bool IsFull(int next) => _records.Count >= ReplayReading.RecordsMax || _bytes + next > reading.BatchBytes;

    private void ReportTooLong(ReplayObject source, long last, long count)
    {
        for (var number = last - count + 1; number <= last; number++)
        {
            unreadable(new UnreadableLine(source, number, $"it has over {ReplayReading.LineBytesMax} bytes"));
        }
    }

    private void Take(ReplayObject source, long number, ReadOnlySpan<byte> line)
    {
        line = number == 1 && line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        if (reading.Raw)
        {
            TakeRaw(line);
        }
        else
        {
            TakeErrors(source, number, line);
        }
    }

    private void TakeErrors(ReplayObject source, long number, ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            if (_lines.TryRead(ref line, out var record, out var reason))
            {
                (LambdaArn, _begun) = (_begun ? LambdaArn : record!.LambdaArn, true);
                Add(record!.Data.Span);
                seen(record);
            }
            else if (reason.Length > 0)
            {
                unreadable(new UnreadableLine(source, number, reason));
            }
        }
    }

    // Records that end without a newline stand behind each other; where they are JSON their ends can be told.
    private void TakeRaw(ReadOnlySpan<byte> line)
    {
        while (!line.IsEmpty)
        {
            var scanner = new JsonScanner(line);
            var isDocument = line[0] == '{' && scanner.TryReadValue(out _) && scanner.Place < line.Length && line[scanner.Place] == '{';
            var record = isDocument ? line[..scanner.Place] : line;
            line = line[record.Length..];
            if (!record.Trim(" \t\r\n"u8).IsEmpty)
            {
                Add(record);
                seen(new ErrorRecord { Data = record.ToArray() });
            }
        }
    }

    private void Add(ReadOnlySpan<byte> record)
    {
        _records.Add(record.ToArray());
        _bytes += record.Length;
    }

    private ReplayBatch Finish(ReplayObject source, byte[] hash, long end)
    {
        _envelope.Begin(ImportIds.Of(hash, _start, end, reading.Identity), time.GetUtcNow(), reading.Gzip ? 0 : (int)Math.Min(_bytes * 4 / 3, 64 << 20) + 4096);
        foreach (var record in _records)
        {
            _envelope.Add(record);
        }

        var batch = new ReplayBatch(source, _envelope.Finish(), _start, end);
        _records.Clear();
        (_bytes, _start) = (0, end);
        return batch;
    }
}
