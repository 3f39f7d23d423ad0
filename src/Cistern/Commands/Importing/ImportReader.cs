using System.Buffers;
using System.Security.Cryptography;
using Cistern.Commands.Sending;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Importing;

/// <summary>One delivery of a file.</summary>
internal sealed record ImportDelivery(ImportFile File, OutgoingDelivery Delivery, long Lines);

/// <summary>Cuts a log file into deliveries, always at the same places.</summary>
/// <remarks>
/// Lines go into records of at most a Firehose record's size, records into deliveries. Where a file has header lines
/// (<c>#Version</c>, <c>#Fields</c>), each record begins with them, so that it can be decoded alone. The limits are constants,
/// because the ids of deliveries depend on them.
/// </remarks>
internal sealed class ImportReader(ImportFile file, string reading, bool gzip, TimeProvider time) : IDisposable
{
    public const int LinesMax = 10_000;
    public const long BytesMax = 4L << 20;

    private const int HeaderBytesMax = 64 << 10;
    private const int LineBytesMax = EnvelopeWriter.RecordBytesMax / 2;

    private static readonly SearchValues<byte> _timeBytes = SearchValues.Create("0123456789.-"u8);

    private readonly EnvelopeWriter _envelope = new(gzip);
    private readonly ArrayBufferWriter<byte> _header = new();
    private readonly List<byte[]> _records = [];
    private readonly ArrayBufferWriter<byte> _record = new(EnvelopeWriter.RecordBytesMax);
    private byte[] _fileHash = [];
    private bool _inHeader;
    private bool _known;
    private long _bytes;
    private long _lines;
    private long _start;
    private long _position;

    /// <summary>Bytes of the file read so far, as they are on disk.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Lines that no record can hold.</summary>
    public long TooLong { get; private set; }

    public async IAsyncEnumerable<ImportDelivery> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        await using var stream = Open();
        _fileHash = await SHA256.HashDataAsync(stream, cancel);
        stream.Position = 0;
        using var source = await LineSource.OpenAsync(stream, LineBytesMax, cancel);
        do
        {
            while (source.TryTake(out var line))
            {
                if (_lines > 0 && IsFull(line.Length))
                {
                    yield return Finish();
                }

                Add(line.Span, source.Position);
            }

            BytesRead = stream.Position;
        }
        while (await source.FillAsync(cancel));

        TooLong = source.TooLong;
        if (_lines > 0)
        {
            yield return Finish();
        }
    }

    public void Dispose() => _envelope.Dispose();

    private FileStream Open() => new(file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 17, useAsync: true);

    private bool IsFull(int next) => _lines >= LinesMax || _bytes + _record.WrittenCount + next > BytesMax;

    private void Add(ReadOnlySpan<byte> line, long position)
    {
        _position = position;
        if (line[0] == (byte)'#')
        {
            AddHeader(line);
            return;
        }

        _inHeader = false;
        if (line.TrimEnd("\r\n"u8).IsEmpty)
        {
            return;
        }

        RefuseWhatIsNoLog(line);

        if (_record.WrittenCount > 0 && _record.WrittenCount + line.Length + 1 > EnvelopeWriter.RecordBytesMax)
        {
            CloseRecord();
        }

        if (_record.WrittenCount == 0)
        {
            _record.Write(_header.WrittenSpan);
        }

        AddLine(_record, line);
        _lines++;
    }

    // Files that were joined have headers in the middle: what follows one is to be read by it alone.
    private void AddHeader(ReadOnlySpan<byte> line)
    {
        if (!_inHeader)
        {
            CloseRecord();
            _header.Clear();
            _inHeader = true;
        }

        if (_header.WrittenCount + line.Length > HeaderBytesMax)
        {
            throw new InvalidDataException($"this is no CloudFront log: its header lines are over {HeaderBytesMax} bytes");
        }

        AddLine(_header, line);
    }

    // Looks at the first line only: a single bad line further down is for the store to reject, and to keep.
    private void RefuseWhatIsNoLog(ReadOnlySpan<byte> line)
    {
        var known = _known || reading.Contains("cloudfront-fields", StringComparison.Ordinal) || _header.WrittenCount > 0 || line[0] == (byte)'{' || BeginsWithTime(line);
        _known = known
            ? true
            : throw new InvalidDataException("this is no CloudFront log: it has neither header lines nor a time in front; if it is one of selected fields, name them with --fields");
    }

    // Seconds with decimals in a real-time line, a date in a standard one that lost its header.
    private static bool BeginsWithTime(ReadOnlySpan<byte> line)
    {
        var tab = line.IndexOf((byte)'\t');
        return tab > 0 && line[..tab].IndexOfAnyExcept(_timeBytes) < 0;
    }

    // The last line of a file may lack its newline.
    private static void AddLine(ArrayBufferWriter<byte> target, ReadOnlySpan<byte> line)
    {
        target.Write(line);
        if (line[^1] != (byte)'\n')
        {
            target.Write("\n"u8);
        }
    }

    private void CloseRecord()
    {
        if (_record.WrittenCount > 0)
        {
            _bytes += _record.WrittenCount;
            _records.Add(_record.WrittenSpan.ToArray());
            _record.Clear();
        }
    }

    private ImportDelivery Finish()
    {
        CloseRecord();
        _envelope.Begin(ImportIds.Of(_fileHash, _start, _position, reading), time.GetUtcNow(), gzip ? 0 : (int)(_bytes * 4 / 3) + 4096);
        foreach (var record in _records)
        {
            _envelope.Add(record);
        }

        var finished = new ImportDelivery(file, _envelope.Finish(), _lines);
        (_bytes, _lines, _start) = (0, 0, _position);
        _records.Clear();
        return finished;
    }
}
