using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>The reason of the last refusal, written without allocating: a stream of bad lines must not cost more than one of good ones.</summary>
internal sealed class ReasonText
{
    public const string Remedy = "configure the fields, for instance with the common attribute cloudfront-fields";

    private const int ValueBytesMax = 80;
    private const int RawBytesMax = 512;
    private const int ShownBytesMax = ValueBytesMax * Utf8Text.GrowthMax;

    private readonly byte[] _raw = new byte[RawBytesMax];
    private readonly byte[] _text = new byte[RawBytesMax * Utf8Text.GrowthMax];
    private int _length;

    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _length);

    /// <summary>Sets the reason; always false, so that a refusal is one expression.</summary>
    public bool Set(string text)
    {
        Utf8.FromUtf16(text, _raw, out _, out var length);
        return End(length);
    }

    /// <inheritdoc cref="Set(string)"/>
    public bool Set([InterpolatedStringHandlerArgument("")] scoped ref Handler text)
    {
        return End(text.Length);
    }

    /// <summary>A value is none of its field's kind.</summary>
    public bool Field(int number, CloudFrontField field, ReadOnlySpan<byte> value)
    {
        Span<byte> scratch = stackalloc byte[ShownBytesMax];
        var shown = Show(value, scratch);
        return Set($"field {number}, {field.NameUtf8}, is '{shown}', which is not {Expected(field)}; check that the field list is the one of the log");
    }

    /// <summary>A line without a list has as many fields as a known list, and a value that does not look like that list's field.</summary>
    public bool Misfit(int count, int number, CloudFrontField field, ReadOnlySpan<byte> value)
    {
        Span<byte> scratch = stackalloc byte[ShownBytesMax];
        var shown = Show(value, scratch);
        return Set($"line has {count} fields, which matches no known list: field {number}, {field.NameUtf8}, is '{shown}', which is not {Expected(field)}; {Remedy}");
    }

    // A reason may quote bytes of the input, and it is stored as text.
    private bool End(int length)
    {
        _length = Utf8Text.Repair(_raw.AsSpan(0, length), _text);
        return false;
    }

    private static ReadOnlySpan<byte> Show(ReadOnlySpan<byte> value, Span<byte> scratch)
    {
        var length = Utf8Text.Repair(value.Length <= ValueBytesMax ? value : value[..ValueBytesMax], scratch);
        return scratch[..length];
    }

    private static string Expected(CloudFrontField field) => field.Kind switch
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
        _ => "what this field holds",
    };

    /// <summary>Writes an interpolated reason straight to UTF-8; what does not fit is cut off.</summary>
    [InterpolatedStringHandler]
    internal ref struct Handler(int literalLength, int formattedCount, ReasonText owner)
    {
        private readonly Span<byte> _target = owner._raw;

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
