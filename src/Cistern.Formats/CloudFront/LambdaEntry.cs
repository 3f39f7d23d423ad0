using System.Globalization;
using System.Text;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>The entry that a Lambda function sends for a request: <c>timestamp, host, method, pathname, query_params, status, ip, userAgent, referer, bytes_sent</c>.</summary>
internal sealed class LambdaEntry(RowWriter row, ReasonText reason)
{
    private const int MomentCharsMax = 64;

    private static readonly CloudFrontField Timestamp = new("timestamp", FieldKind.Timestamp, Tables.Requests.PlaceOf("time"));

    private static readonly CloudFrontField[] Fields =
    [
        new("host", FieldKind.Host, Tables.Requests.PlaceOf("host")),
        new("method", FieldKind.Text, Tables.Requests.PlaceOf("method")),
        new("pathname", FieldKind.Stem, Tables.Requests.PlaceOf("path")),
        new("query_params", FieldKind.Query, Tables.Requests.PlaceOf("query")),
        new("status", FieldKind.Status, Tables.Requests.PlaceOf("status")),
        new("ip", FieldKind.ClientAddress, Tables.Requests.PlaceOf("client_ip")),
        new("userAgent", FieldKind.Encoded, Tables.Requests.PlaceOf("user_agent")),
        new("referer", FieldKind.Encoded, Tables.Requests.PlaceOf("referer")),
        new("bytes_sent", FieldKind.Int64, Tables.Requests.PlaceOf("bytes_sent")),
    ];

    private readonly QueryText _query = new();

    public bool TryDecode(JsonMembers members)
    {
        if (!members.Contains("host"u8) && !members.Contains("pathname"u8))
        {
            return reason.Set("entry has a timestamp but neither host nor pathname; send at least one of them");
        }

        // Nothing here is percent-encoded by CloudFront; what the client encoded stays as it is.
        row.Begin(new ValueEncoding(IsPercent: false, members.IsSuspect, IsNamed: true));
        for (var member = 0; member < members.Count; member++)
        {
            if (!EntryMembers.IsLeftOut(members.ValueOf(member)) && !TryWrite(members, member))
            {
                return false;
            }
        }

        return row.TryEnd() || reason.Set("entry has no timestamp; send seconds or milliseconds since 1970, or ISO 8601");
    }

    private bool TryWrite(JsonMembers members, int member)
    {
        var name = members.NameOf(member);
        var value = members.ValueOf(member);
        if (name.SequenceEqual(Timestamp.NameUtf8))
        {
            return TryWriteTime(value);
        }

        foreach (var field in Fields)
        {
            if (name.SequenceEqual(field.NameUtf8))
            {
                return TryWrite(field, members, member);
            }
        }

        return EntryMembers.TryWriteUnknown(row, reason, members, member);
    }

    private bool TryWrite(CloudFrontField field, JsonMembers members, int member)
    {
        var value = members.ValueOf(member);
        if (row.IsSet(field))
        {
            return EntryMembers.Twice(reason, field.NameUtf8);
        }

        if (field.Kind == FieldKind.Query)
        {
            value = _query.Read(value, members.IsNested(member));
            return value.IsEmpty || row.TryWrite(field, value);
        }

        return row.TryWrite(field, value) || reason.Field(member + 1, field, value);
    }

    private bool TryWriteTime(ReadOnlySpan<byte> value)
    {
        if (row.IsSet(Timestamp))
        {
            return EntryMembers.Twice(reason, Timestamp.NameUtf8);
        }

        return TryReadMoment(value, out var milliseconds)
            ? row.WriteTime(milliseconds)
            : reason.Set($"timestamp '{(value.Length <= 80 ? value : value[..80])}' is neither seconds nor milliseconds since 1970 nor ISO 8601");
    }

    // Seconds up to the year 9999 end before milliseconds from 1978 on begin, so the size of the number tells them apart.
    private static bool TryReadMoment(ReadOnlySpan<byte> value, out long milliseconds)
    {
        if (Numbers.TryReadEpochSeconds(value, out milliseconds))
        {
            return true;
        }

        var point = value.IndexOf((byte)'.');
        return Numbers.TryReadEpochMilliseconds(point < 0 ? value : value[..point], out milliseconds) || TryReadIso(value, out milliseconds);
    }

    private static bool TryReadIso(ReadOnlySpan<byte> value, out long milliseconds)
    {
        milliseconds = 0;
        Span<char> characters = stackalloc char[MomentCharsMax];
        if (value.Length is < 10 or > MomentCharsMax || value[4] != '-' || value[7] != '-'
            || Ascii.ToUtf16(value, characters, out var length) != System.Buffers.OperationStatus.Done
            || !DateTimeOffset.TryParse(characters[..length], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
        {
            return false;
        }

        milliseconds = moment.ToUnixTimeMilliseconds();
        return milliseconds >= 0;
    }
}
