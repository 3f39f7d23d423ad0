namespace Cistern.Formats.CloudFront;

/// <summary>How the value of a field is read.</summary>
internal enum FieldKind
{
    /// <summary>Seconds since 1970 with decimals.</summary>
    Timestamp = 1,

    /// <summary>The day, in UTC; the time of day is another field.</summary>
    Date = 2,
    TimeOfDay = 3,

    /// <summary>Milliseconds since 1970.</summary>
    Milliseconds = 4,

    /// <summary>Text as it stands.</summary>
    Text = 5,

    /// <summary>Percent-encoded text.</summary>
    Encoded = 6,

    /// <summary>A host name, stored in lower case.</summary>
    Host = 7,

    /// <summary>The viewer's address, subject to privacy.</summary>
    ClientAddress = 8,

    /// <summary>An address of CloudFront's own.</summary>
    Address = 9,
    Status = 10,
    Int32 = 11,
    Int64 = 12,

    /// <summary>A decimal number, mostly seconds.</summary>
    Decimal = 13,
    Boolean = 14,

    /// <summary>Path, and in real-time logs the query behind '?'.</summary>
    Stem = 15,
    Query = 16,
    RequestId = 17,

    /// <summary>Request headers, one 'name:value' each, ended by an encoded newline.</summary>
    Headers = 18,

    /// <summary>Names of request headers, ended by an encoded newline.</summary>
    HeaderNames = 19,
    Cookie = 20,

    /// <summary>A list of addresses, subject to privacy.</summary>
    ForwardedFor = 21,

    /// <summary>A field that Cistern does not know: kept under its name in <c>fields</c>.</summary>
    Unknown = 22,
}

/// <summary>What a value must look like for its line to be taken for one of the known lists. Not asked where the list is configured.</summary>
internal enum FieldShape
{
    Any = 1,
    Method = 2,
    Scheme = 3,
    HttpVersion = 4,
    IpVersion = 5,
    Tls = 6,
    Country = 7,
    Stem = 8,
    EdgeLocation = 9,
    Tenant = 10,
    Connection = 11,
    PathPattern = 12,
}

/// <summary>One field of a log, and where its value goes.</summary>
/// <param name="Name">The name as AWS writes it.</param>
/// <param name="Place">The column of <see cref="Tables.Requests"/>; -1 where the kind needs more than one column or none.</param>
internal sealed record CloudFrontField(string Name, FieldKind Kind, int Place, FieldShape Shape = FieldShape.Any)
{
    /// <summary>What it is good for, for whoever chooses which fields to log.</summary>
    public string Use { get; init; } = "";

    public byte[] NameUtf8 { get; } = System.Text.Encoding.UTF8.GetBytes(Name);
}

/// <summary>A field of real-time logs as a person sees it who chooses what to log.</summary>
/// <param name="Number">Its place in the canonical order, from 1.</param>
/// <param name="Column">The column of <c>requests</c> that its value goes to, or most of it.</param>
/// <param name="Use">What it is good for, in a short sentence.</param>
/// <param name="Recommended">Whether it is in <see cref="CloudFrontFields.RecommendedList"/>.</param>
public sealed record CloudFrontFieldInfo(int Number, string Name, string Column, string Description, string Use, bool Recommended);

/// <summary>Which of CloudFront's logs a line is from: names and meanings differ.</summary>
internal enum LogKind
{
    RealTime = 1,
    Standard = 2,
}
