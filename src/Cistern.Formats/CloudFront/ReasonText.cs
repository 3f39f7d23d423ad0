using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>The reason of the last refusal, written without allocating: a stream of bad lines must not cost more than one of good ones.</summary>
internal sealed class ReasonText
{
    private const int ValueBytesMax = 80;

    private readonly byte[] _text = new byte[512];
    private int _length;

    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Sets the reason; always false, so that a refusal is one expression.</summary>
    public bool Set(string text)
    {
        Utf8.FromUtf16(text, _text, out _, out _length);
        return false;
    }

    /// <inheritdoc cref="Set(string)"/>
    public bool Set([InterpolatedStringHandlerArgument("")] ref Handler text)
    {
        _length = text.Length;
        return false;
    }

    /// <summary>A value is none of its field's kind.</summary>
    public bool Field(int number, CloudFrontField field, ReadOnlySpan<byte> value)
    {
        Span<byte> shown = stackalloc byte[ValueBytesMax * Utf8Text.GrowthMax];
        var length = Utf8Text.Repair(value.Length <= ValueBytesMax ? value : value[..ValueBytesMax], shown);
        var text = new Handler(0, 0, this);
        text.AppendLiteral("field ");
        text.AppendFormatted(number);
        text.AppendLiteral(", ");
        text.AppendFormatted(field.NameUtf8);
        text.AppendLiteral(", is '");
        text.AppendFormatted(shown[..length]);
        text.AppendLiteral(value.Length > ValueBytesMax ? "…', which is not " : "', which is not ");
        text.AppendLiteral(Expected(field.Kind));
        text.AppendLiteral("; check that the field list is the one of the log");
        return Set(ref text);
    }

    private static string Expected(FieldKind kind) => kind switch
    {
        FieldKind.Timestamp => "seconds since 1970 with up to six decimals",
        FieldKind.Milliseconds => "milliseconds since 1970",
        FieldKind.Date => "a date like 2025-10-09",
        FieldKind.TimeOfDay => "a time like 08:53:20",
        FieldKind.ClientAddress or FieldKind.Address => "an IP address",
        FieldKind.Status => "a status of three digits",
        FieldKind.Int32 or FieldKind.Int64 => "a whole number",
        FieldKind.Decimal => "a decimal number",
        FieldKind.Boolean => "0, 1, true or false",
        _ => "readable",
    };

    /// <summary>Writes an interpolated reason straight to UTF-8; what does not fit is cut off.</summary>
    [InterpolatedStringHandler]
    internal ref struct Handler(int literalLength, int formattedCount, ReasonText owner)
    {
        private readonly Span<byte> _target = owner._text;

        public int Length { get; private set; }

        public void AppendLiteral(string text)
        {
            _ = literalLength + formattedCount; // The protocol of handlers demands both.
            Utf8.FromUtf16(text, _target[Length..], out _, out var written);
            Length += written;
        }

        public void AppendFormatted(string text) => AppendLiteral(text);

        public void AppendFormatted(int value)
        {
            value.TryFormat(_target[Length..], out var written);
            Length += written;
        }

        public void AppendFormatted(scoped ReadOnlySpan<byte> text)
        {
            var written = Math.Min(text.Length, _target.Length - Length);
            text[..written].CopyTo(_target[Length..]);
            Length += written;
        }
    }
}
