using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Cistern.Formats.CloudFront;
using Cistern.Formats.Text;

namespace Cistern.Transform;

/// <summary>Records of CloudFront's real-time log: judges each line and writes those that are kept.</summary>
/// <remarks>
/// A line that cannot be read fails its record, because by a wrong list of fields nothing may be thrown away: the record is kept at the bucket and can be replayed when the
/// list is right. Lines without a configured list are read as Cistern reads them: by the known lists of their length, checked against their values.
/// </remarks>
internal sealed class CloudFrontLines(TransformSettings settings)
{
    private const byte Newline = (byte)'\n';

    private readonly LineScanner _scanner = new();
    private readonly EntryWriter _writer = new(settings.Output);
    private readonly LineFields? _configured = settings.Fields is { } plan ? new LineFields(plan) : null;
    private LineFields? _guessed;

    private enum Verdict
    {
        Keep = 1,
        Drop = 2,
        Unreadable = 3,
    }

    /// <summary>Whether data begins as a real-time line does: seconds since 1970, then a tab.</summary>
    public static bool Claims(ReadOnlySpan<byte> data)
    {
        var tab = data.IndexOf((byte)'\t');
        return tab > 0 && Numbers.TryReadEpochSeconds(data[..tab], out _);
    }

    /// <param name="kept">Gets the lines that are kept, each with its newline.</param>
    /// <param name="reason">Why the record failed, if it did.</param>
    public RecordResult Transform(ReadOnlySpan<byte> data, IBufferWriter<byte> kept, out string reason)
    {
        reason = "";
        var result = RecordResult.Dropped;
        while (!data.IsEmpty)
        {
            var length = _scanner.Scan(data);
            var line = data[..length];
            if (length > 0)
            {
                switch (Judge(line, out var fields, out reason))
                {
                    case Verdict.Unreadable:
                        return RecordResult.ProcessingFailed;
                    case Verdict.Keep:
                        Write(line, fields, kept);
                        result = RecordResult.Ok;
                        break;
                }
            }

            var end = data[length..].IndexOf(Newline);
            data = end < 0 ? default : data[(length + end + 1)..];
        }

        return result;
    }

    private void Write(ReadOnlySpan<byte> line, LineFields? fields, IBufferWriter<byte> kept)
    {
        if (settings.Output == Output.Lines)
        {
            kept.Write(line);
        }
        else
        {
            _writer.Write(line, _scanner.Ends, _scanner.IsSuspect, fields!, isError: StatusOf(line, fields!) is >= 400 and <= 599, kept);
        }

        kept.Write("\n"u8);
    }

    private Verdict Judge(ReadOnlySpan<byte> line, out LineFields? fields, out string reason)
    {
        (fields, reason) = (null, "");
        if (settings.KeepsEveryLine)
        {
            return Verdict.Keep;
        }

        if (!TryFindFields(line, out fields, out reason))
        {
            return Verdict.Unreadable;
        }

        if (settings.Keep != Keep.All && StatusOf(line, fields) < 0)
        {
            reason = $"a line has no {LineFields.Status}, and {TransformSettings.KeepName} needs it";
            return Verdict.Unreadable;
        }

        return IsKept(StatusOf(line, fields)) && !IsDropped(line, fields) ? Verdict.Keep : Verdict.Drop;
    }

    private bool IsKept(int status) => settings.Keep switch
    {
        Keep.All => true,
        Keep.Success => status is >= 200 and <= 299,
        Keep.Errors => status is >= 400 and <= 599,
    };

    private bool IsDropped(ReadOnlySpan<byte> line, LineFields fields)
    {
        if (settings.DropPaths.IsEmpty || fields.StemPlace < 0)
        {
            return false;
        }

        var stem = ValueOf(line, fields.StemPlace);
        var query = stem.IndexOf((byte)'?');
        stem = query < 0 ? stem : stem[..query];
        var path = ArrayPool<byte>.Shared.Rent(stem.Length);
        var length = PercentDecoding.Decode(stem, path.AsSpan(0, stem.Length), out _);
        var isDropped = settings.DropPaths.Match(path.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(path);
        return isDropped;
    }

    private int StatusOf(ReadOnlySpan<byte> line, LineFields fields) =>
        fields.StatusPlace >= 0 && int.TryParse(ValueOf(line, fields.StatusPlace), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : -1;

    private ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> line, int place) => line[(place == 0 ? 0 : _scanner.Ends[place - 1] + 1).._scanner.Ends[place]];

    private bool TryFindFields(ReadOnlySpan<byte> line, [NotNullWhen(true)] out LineFields? fields, out string reason)
    {
        var count = line is [.., (byte)'\t'] ? _scanner.FieldCount - 1 : _scanner.FieldCount;
        fields = _configured ?? Guess(line, count);
        reason = "";
        if (fields is null)
        {
            reason = $"a line has {count} fields, which matches no known list; set {TransformSettings.FieldsName} to the fields of the real-time log configuration";
            return false;
        }

        var listed = fields.Plan.Fields.Length;
        if (listed != count && listed != _scanner.FieldCount)
        {
            reason = $"a line has {count} fields and {TransformSettings.FieldsName} has {listed}; make it list what the log holds";
            return false;
        }

        if (!KnownLists.Fits(fields.Plan, line, _scanner.Ends, out var misfit))
        {
            reason = $"field {misfit + 1} of a line does not look like {fields.Plan.Fields[misfit].Name}; make {TransformSettings.FieldsName} list what the log holds";
            return false;
        }

        return true;
    }

    // The same list mostly follows itself.
    private LineFields? Guess(ReadOnlySpan<byte> line, int count)
    {
        foreach (var plan in KnownLists.Of(count, isStandard: false))
        {
            if (KnownLists.Fits(plan, line, _scanner.Ends, out _))
            {
                _guessed = _guessed?.Plan == plan ? _guessed : new LineFields(plan);
                return _guessed;
            }
        }

        return null;
    }
}
