using System.Buffers.Text;
using System.Globalization;

namespace Cistern.Demo;

/// <summary>Writes a request as a line of CloudFront's real-time log: the fields 1 to 46 in canonical order, UTF-8, no allocation.</summary>
internal sealed class RealtimeLine(Random random)
{
    /// <summary>Longer than any line that is written: addresses and both header fields are bounded.</summary>
    public const int BytesMax = 8 << 10;

    public const int FieldCount = 46;

    /// <summary>The fields as the common attribute <c>cloudfront-fields</c> names them.</summary>
    public const string Fields = "1-46";

    private const int RequestIdBytes = 40;

    private readonly byte[] _requestId = new byte[RequestIdBytes];

    /// <summary>Writes the line with its newline and returns its length.</summary>
    public int Write(LoggedRequest request, Span<byte> target)
    {
        var line = new Fields46(target);
        WriteConnection(ref line, request);
        WriteRequest(ref line, request);
        WriteAnswer(ref line, request);
        WriteHeaders(ref line, request);
        return line.Finish();
    }

    // Fields 1 to 17.
    private void WriteConnection(ref Fields46 line, LoggedRequest request)
    {
        var visitor = request.Visitor;
        line.Seconds(request.Time);
        line.Text(visitor.Address);
        line.Text(visitor.Ipv6 ? "2001:db8:edce:1::40"u8 : "198.51.100.40"u8);
        line.Seconds((long)request.FirstByteMilliseconds);
        line.Status(request.Status);
        line.Number(request.BytesSent);
        line.Text(request.Method.Span);
        line.Text(request.Scheme.Span);
        line.Text("docs.example.com"u8);
        line.Address(request.Path.Span, request.Query.Span);
        line.Number(visitor.Profile.RequestBytes + request.Path.Length + request.Query.Length + request.Referer.Length);
        line.Text(Regions.EdgeNames[visitor.Edge]);
        random.NextBytes(_requestId);
        line.Base64Url(_requestId);
        line.Text("d111111abcdef8.cloudfront.net"u8);
        line.Seconds((long)request.TakenMilliseconds);
        line.Text(visitor.Profile.Protocol);
        line.Text(visitor.Ipv6 ? "IPv6"u8 : "IPv4"u8);
    }

    // Fields 18 to 25.
    private static void WriteRequest(ref Fields46 line, LoggedRequest request)
    {
        var secure = request.Scheme.Length == 5;
        line.Text(request.Visitor.Profile.UserAgent);
        line.Text(request.Referer.Span);
        line.Nothing(); // Cookies: the site sets none.
        line.Text(request.Query.Span);
        line.Text(request.ResultType.Span);
        line.Nothing(); // X-Forwarded-For.
        line.Text(secure ? "TLSv1.3"u8 : default);
        line.Text(secure ? "TLS_AES_128_GCM_SHA256"u8 : default);
    }

    // Fields 26 to 35.
    private static void WriteAnswer(ref Fields46 line, LoggedRequest request)
    {
        line.Text(request.ResultType.Span);
        line.Nothing(); // Field-level encryption: count and
        line.Nothing(); // status.
        line.Text(request.ContentType.Span);
        line.NumberOrNothing(request.ContentLength);
        line.NumberOrNothing(request.Range?.Start);
        line.NumberOrNothing(request.Range?.End);
        line.Number(request.Visitor.Port);
        line.Text(request.DetailedResultType.Span);
        line.Text(request.Visitor.Country);
    }

    // Fields 36 to 46.
    private static void WriteHeaders(ref Fields46 line, LoggedRequest request)
    {
        var profile = request.Visitor.Profile;
        var withReferer = request.Referer.Length > 0;
        line.Text(profile.AcceptEncoding);
        line.Text(profile.Accept);
        line.Text(request.Pattern.Span);
        line.Headers(profile, request.Referer.Span);
        line.Text(profile.HeaderNames(withReferer));
        line.Number(profile.HeaderCount(withReferer));
        line.Text("E2DEMOEXAMPLE7"u8);
        line.Text("d111111abcdef8.cloudfront.net"u8);
        line.SecondsOrNothing(request.OriginMilliseconds?.First);
        line.SecondsOrNothing(request.OriginMilliseconds?.Last);
        line.Number(request.Visitor.Asn);
    }

    /// <summary>A line in the making: values behind each other, a tab after each.</summary>
    private ref struct Fields46(Span<byte> target)
    {
        private readonly Span<byte> _target = target;
        private int _length;

        public void Text(ReadOnlySpan<byte> value)
        {
            if (value.IsEmpty)
            {
                Nothing();
                return;
            }

            Copy(value);
            Tab();
        }

        public void Nothing()
        {
            _target[_length++] = (byte)'-';
            Tab();
        }

        public void Number(long value)
        {
            Utf8Formatter.TryFormat(value, _target[_length..], out var written);
            _length += written;
            Tab();
        }

        public void NumberOrNothing(long? value)
        {
            if (value is { } number)
            {
                Number(number);
            }
            else
            {
                Nothing();
            }
        }

        // Three digits always: 000 is a viewer that left.
        public void Status(int status)
        {
            status.TryFormat(_target[_length..], out var written, "D3", CultureInfo.InvariantCulture);
            _length += written;
            Tab();
        }

        // Seconds with three decimals, from milliseconds.
        public void Seconds(long milliseconds)
        {
            Utf8Formatter.TryFormat(milliseconds / 1000, _target[_length..], out var written);
            _length += written;
            _target[_length++] = (byte)'.';
            var rest = (int)(milliseconds % 1000);
            _target[_length++] = (byte)('0' + (rest / 100));
            _target[_length++] = (byte)('0' + (rest / 10 % 10));
            _target[_length++] = (byte)('0' + (rest % 10));
            Tab();
        }

        public void SecondsOrNothing(double? milliseconds)
        {
            if (milliseconds is { } value)
            {
                Seconds((long)value);
            }
            else
            {
                Nothing();
            }
        }

        public void Address(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query)
        {
            Copy(path);
            if (!query.IsEmpty)
            {
                _target[_length++] = (byte)'?';
                Copy(query);
            }

            Tab();
        }

        public void Base64Url(ReadOnlySpan<byte> bytes)
        {
            Base64.EncodeToUtf8(bytes, _target[_length..], out _, out var written);
            var text = _target.Slice(_length, written);
            text.Replace((byte)'+', (byte)'-');
            text.Replace((byte)'/', (byte)'_');
            _length += written;
            Tab();
        }

        public void Headers(ClientProfile profile, ReadOnlySpan<byte> referer)
        {
            _length += profile.WriteHeaders(_target[_length..], referer);
            Tab();
        }

        // The last tab becomes the newline.
        public readonly int Finish()
        {
            _target[_length - 1] = (byte)'\n';
            return _length;
        }

        private void Copy(ReadOnlySpan<byte> value)
        {
            value.CopyTo(_target[_length..]);
            _length += value.Length;
        }

        private void Tab() => _target[_length++] = (byte)'\t';
    }
}
