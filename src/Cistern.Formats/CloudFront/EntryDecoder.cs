using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>One JSON object to a row: a line of a standard or real-time log under its field names, or the entry that a Lambda function sends.</summary>
internal sealed class EntryDecoder(RowWriter row, ReasonText reason)
{
    private readonly LambdaEntry _lambda = new(row, reason);

    /// <summary>Whether the last object that was not decoded is none of CloudFront's at all.</summary>
    public bool IsForeign { get; private set; }

    public bool TryDecode(JsonMembers members)
    {
        IsForeign = false;
        if (members.IsCut)
        {
            return reason.Set($"entry has more than {JsonMembers.CountMax} members; send one request an entry");
        }

        if (IsStandard(members))
        {
            return TryWrite(members, LogKind.Standard);
        }

        if (members.Contains("timestamp"u8))
        {
            return IsRealTime(members) ? TryWrite(members, LogKind.RealTime) : _lambda.TryDecode(members);
        }

        IsForeign = true;
        if (members.Contains("messageType"u8) && members.Contains("logEvents"u8))
        {
            return reason.Set("entry is of CloudWatch Logs, which this address does not take; send it to /ingester/kinesis/logs or /firehose");
        }

        return reason.Set("entry is neither a CloudFront log line nor a request: it has no date, no timestamp(ms) and no timestamp");
    }

    private static bool IsStandard(JsonMembers members)
    {
        for (var member = 0; member < members.Count; member++)
        {
            var name = members.NameOf(member);
            if (name.SequenceEqual("date"u8) || name.SequenceEqual("timestamp(ms)"u8) || name.StartsWith("cs("u8))
            {
                return true;
            }
        }

        return false;
    }

    // Names with a dash are CloudFront's; a Lambda entry has none that CloudFront has but 'timestamp'.
    private static bool IsRealTime(JsonMembers members)
    {
        for (var member = 0; member < members.Count; member++)
        {
            var name = members.NameOf(member);
            if (name.Contains((byte)'-') && CloudFrontFields.Find(LogKind.RealTime, name) is not null)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryWrite(JsonMembers members, LogKind kind)
    {
        row.Begin(new ValueEncoding(IsPercent: true, members.IsSuspect, IsNamed: true));
        for (var member = 0; member < members.Count; member++)
        {
            if (!EntryMembers.IsLeftOut(members.ValueOf(member)) && !TryWrite(members, member, CloudFrontFields.Find(kind, members.NameOf(member))))
            {
                return false;
            }
        }

        return row.TryEnd() || reason.Set("entry has no time; it needs date and time, or timestamp(ms)");
    }

    private bool TryWrite(JsonMembers members, int member, CloudFrontField? field)
    {
        if (field is null)
        {
            return EntryMembers.TryWriteUnknown(row, reason, members, member);
        }

        return row.IsSet(field)
            ? EntryMembers.Twice(reason, field.NameUtf8)
            : row.TryWrite(field, members.ValueOf(member)) || reason.Field(member + 1, field, members.ValueOf(member));
    }
}

/// <summary>What all kinds of entries share.</summary>
internal static class EntryMembers
{
    public static bool IsLeftOut(ReadOnlySpan<byte> value) => value is [] or [(byte)'-'];

    public static bool TryWriteUnknown(RowWriter row, ReasonText reason, JsonMembers members, int member)
    {
        var name = members.NameOf(member);
        if (!Utf8Text.IsText(name))
        {
            return reason.Set($"name of member {member + 1} is not UTF-8 text");
        }

        // The values of a map are found by name, so a name may be there once.
        for (var earlier = 0; earlier < member; earlier++)
        {
            if (members.NameOf(earlier).SequenceEqual(name) && !IsLeftOut(members.ValueOf(earlier)))
            {
                return Twice(reason, name);
            }
        }

        return row.WriteUnknown(name, members.ValueOf(member));
    }

    public static bool Twice(ReasonText reason, ReadOnlySpan<byte> name) =>
        reason.Set($"entry has '{(name.Length <= 80 ? name : name[..80])}' twice; send each member once");
}
