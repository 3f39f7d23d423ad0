using Cistern.Formats.Columns;
using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>Writes the values of one request to its columns, field by field.</summary>
/// <remarks>
/// A value goes straight to the end of its column; if the row turns out bad the caller abandons it. Time and query may come from two
/// fields each, so they are remembered and written by <see cref="TryEnd"/>.
/// </remarks>
internal sealed class RowWriter
{
    private const long MicrosecondsPerMillisecond = 1000;
    private const long MillisecondsPerDay = 86_400_000;

    private static readonly int Time = Tables.Requests.PlaceOf("time");
    private static readonly int Query = Tables.Requests.PlaceOf("query");
    private static readonly int Weight = Tables.Requests.PlaceOf("weight");
    private static readonly int RequestIdText = Tables.Requests.PlaceOf("request_id_text");

    private readonly TextScratch _scratch = new();
    private readonly PrivateValues _private = new();
    private byte[] _stemQuery = new byte[1024];
    private int _stemQueryLength;
    private ColumnBatch _batch = null!;
    private MapColumn _unknown = null!;
    private double _weight;
    private long? _milliseconds;
    private long? _day;
    private long? _secondOfDay;
    private int _row;

    /// <summary>How the values of the row are written.</summary>
    public ValueEncoding Encoding { get; private set; }

    public void Open(DeliveryContext context, ColumnBatch batch)
    {
        (_batch, _weight) = (batch, context.Weight);
        _unknown = batch.Map("fields");
        _private.Open(context.Privacy);
    }

    public void Begin(ValueEncoding encoding)
    {
        (_row, Encoding) = (_batch.RowCount, encoding);
        (_milliseconds, _day, _secondOfDay, _stemQueryLength) = (null, null, null, 0);
    }

    /// <summary>A value of this row is in the field's column already: two names of one thing.</summary>
    public bool IsSet(CloudFrontField field) => field.Kind switch
    {
        FieldKind.Timestamp or FieldKind.Milliseconds => _milliseconds is not null,
        FieldKind.Date => _day is not null,
        FieldKind.TimeOfDay => _secondOfDay is not null,
        FieldKind.Unknown => false,
        _ => _batch[field.Place].Count > _row,
    };

    /// <summary>Writes a value that is not left out. False if it is none of the field's kind.</summary>
    public bool TryWrite(CloudFrontField field, ReadOnlySpan<byte> value) => field.Kind switch
    {
        FieldKind.Text => WriteText(field.Place, value),
        FieldKind.Encoded => WriteEncoded(field.Place, value),
        FieldKind.Decimal => TryWriteDecimal(field.Place, value),
        FieldKind.Int64 => TryWriteInt64(field.Place, value),
        FieldKind.Int32 => TryWriteInt32(field.Place, value),
        FieldKind.Status => TryWriteStatus(field.Place, value),
        FieldKind.Boolean => TryWriteBoolean(field.Place, value),
        FieldKind.Host => WriteHost(field.Place, value),
        FieldKind.Address => Addresses.IsAddress(value) && Write(field.Place, value),
        FieldKind.ClientAddress => Addresses.IsAddress(value) && Write(field.Place, _private.Address(value)),
        FieldKind.ForwardedFor => Write(field.Place, _private.ForwardedFor(Decode(value))),
        FieldKind.Cookie => _private.DropsCookies || Write(field.Place, _private.Cookie(Decode(value))),
        FieldKind.RequestId => WriteRequestId(field.Place, value),
        FieldKind.Stem => WriteStem(field.Place, value),
        FieldKind.Query => WriteQuery(value),
        FieldKind.Headers => WriteHeaders(field.Place, value, withoutCookies: true),
        FieldKind.HeaderNames => WriteHeaders(field.Place, value, withoutCookies: false),
        FieldKind.Timestamp => Numbers.TryReadEpochSeconds(value, out var time) && Remember(ref _milliseconds, time),
        FieldKind.Milliseconds => Numbers.TryReadEpochMilliseconds(value, out var time) && Remember(ref _milliseconds, time),
        FieldKind.Date => Numbers.TryReadDate(value, out var day) && Remember(ref _day, day),
        FieldKind.TimeOfDay => Numbers.TryReadTimeOfDay(value, out var second) && Remember(ref _secondOfDay, second),
        FieldKind.Unknown => WriteUnknown(field.NameUtf8, value),
    };

    /// <summary>Keeps a value under a name that Cistern does not know.</summary>
    public bool WriteUnknown(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _unknown.Add(_row, name, Decode(value));
        return true;
    }

    /// <summary>Sets the time of a request whose time is in no form of CloudFront's.</summary>
    public bool WriteTime(long milliseconds) => Remember(ref _milliseconds, milliseconds);

    /// <summary>Completes the row. False if it has no time.</summary>
    public bool TryEnd()
    {
        if ((_milliseconds ?? (_day * MillisecondsPerDay) + (_secondOfDay * 1000)) is not { } milliseconds)
        {
            return false;
        }

        _batch.Values<long>(Time).Set(_row, milliseconds * MicrosecondsPerMillisecond);
        if (_stemQueryLength > 0 && _batch[Query].Count <= _row)
        {
            WriteQuery(_stemQuery.AsSpan(0, _stemQueryLength));
        }

        // NULL reads as 1, so that a stream without sampling pays nothing for the column.
        if (_weight != 1)
        {
            _batch.Values<double>(Weight).Set(_row, _weight);
        }

        _batch.EndRow();
        return true;
    }

    private static bool Remember(ref long? part, long value)
    {
        part = value;
        return true;
    }

    private bool Write(int place, ReadOnlySpan<byte> text)
    {
        _batch.Text(place).Set(_row, text);
        return true;
    }

    private bool WriteText(int place, ReadOnlySpan<byte> value) =>
        Write(place, Encoding.IsSuspect ? _scratch.Read(value, Encoding with { IsPercent = false }) : value);

    private bool WriteEncoded(int place, ReadOnlySpan<byte> value)
    {
        if (!Encoding.IsPercent || Encoding.IsSuspect)
        {
            return Write(place, Decode(value));
        }

        var column = _batch.Text(place);
        var length = PercentDecoding.Decode(value, column.Reserve(_row, value.Length), out var isSuspect);
        if (isSuspect)
        {
            return Write(place, Decode(value)); // Decoded again, to be looked at: rare.
        }

        column.Commit(_row, length);
        return true;
    }

    private bool WriteHeaders(int place, ReadOnlySpan<byte> value, bool withoutCookies)
    {
        var text = Decode(value);
        var column = _batch.Text(place);
        var target = column.Reserve(_row, text.Length);
        text.CopyTo(target);
        column.Commit(_row, HeaderLines.Trim(target, withoutCookies));
        return true;
    }

    private bool WriteHost(int place, ReadOnlySpan<byte> value)
    {
        var text = Encoding.IsSuspect ? _scratch.Read(value, Encoding with { IsPercent = false }) : value;
        var column = _batch.Text(place);
        var target = column.Reserve(_row, text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            target[index] = character is >= (byte)'A' and <= (byte)'Z' ? (byte)(character | 0x20) : character;
        }

        column.Commit(_row, text.Length);
        return true;
    }

    // A real-time stem carries the query. It is written only if no field of its own brings one, and that field comes later.
    private bool WriteStem(int place, ReadOnlySpan<byte> value)
    {
        var mark = value.IndexOf((byte)'?');
        if (mark >= 0)
        {
            var query = value[(mark + 1)..];
            _stemQueryLength = query.Length;
            if (_stemQuery.Length < query.Length)
            {
                _stemQuery = new byte[query.Length * 2];
            }

            query.CopyTo(_stemQuery);
            value = value[..mark];
        }

        return WriteEncoded(place, value);
    }

    private bool WriteQuery(ReadOnlySpan<byte> value) => _private.KeepsQueries ? WriteEncoded(Query, value) : Write(Query, Decode(_private.Query(value)));

    private bool WriteRequestId(int place, ReadOnlySpan<byte> value)
    {
        var column = _batch.Text(place);
        var target = column.Reserve(_row, value.Length);
        if (!RequestIds.TryDecode(value, target, out var length))
        {
            return WriteText(RequestIdText, value);
        }

        column.Commit(_row, length);
        return true;
    }

    private bool TryWriteDecimal(int place, ReadOnlySpan<byte> value)
    {
        if (!Numbers.TryReadDecimal(value, out var number))
        {
            return false;
        }

        _batch.Values<double>(place).Set(_row, number);
        return true;
    }

    private bool TryWriteInt64(int place, ReadOnlySpan<byte> value)
    {
        if (!TryReadInteger(value, out var number))
        {
            return false;
        }

        _batch.Values<long>(place).Set(_row, number);
        return true;
    }

    private bool TryWriteInt32(int place, ReadOnlySpan<byte> value)
    {
        if (!TryReadInteger(value, out var number) || number > int.MaxValue)
        {
            return false;
        }

        _batch.Values<int>(place).Set(_row, (int)number);
        return true;
    }

    // Where the data itself names its fields, a fraction of a byte is an oddity and not the sign of a misaligned list.
    private bool TryReadInteger(ReadOnlySpan<byte> value, out long number)
    {
        var point = Encoding.IsNamed ? value.IndexOf((byte)'.') : -1;
        return point < 0
            ? Numbers.TryReadInteger(value, out number)
            : Numbers.TryReadInteger(value[..point], out number) && !value[(point + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    private bool TryWriteStatus(int place, ReadOnlySpan<byte> value)
    {
        if ((value.Length != 3 && value is not [(byte)'0']) || !Numbers.TryReadInteger(value, out var status) || status is > 0 and < 100)
        {
            return false;
        }

        _batch.Values<int>(place).Set(_row, (int)status);
        return true;
    }

    private bool TryWriteBoolean(int place, ReadOnlySpan<byte> value)
    {
        if (value is not ([(byte)'0'] or [(byte)'1']) && !value.SequenceEqual("true"u8) && !value.SequenceEqual("false"u8))
        {
            return false;
        }

        _batch.Values<byte>(place).Set(_row, value is [(byte)'1'] or [(byte)'t', ..] ? (byte)1 : (byte)0);
        return true;
    }

    private ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> value) => _scratch.Read(value, Encoding);
}
