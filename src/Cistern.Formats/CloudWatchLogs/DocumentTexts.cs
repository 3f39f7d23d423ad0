using Cistern.Formats.Text;

namespace Cistern.Formats.CloudWatchLogs;

/// <summary>The texts that all events of a document share.</summary>
internal sealed class DocumentTexts
{
    /// <summary>The most bytes of one of them; CloudWatch's names have at most 512 characters. They are copied to each row, so a longer one would multiply.</summary>
    public const int BytesMax = 4096;

    private readonly JsonScratch _scratch = new();
    private byte[] _bytes = new byte[1024];
    private int _length;
    private Range _owner;
    private Range _group;
    private Range _stream;
    private Range _filters;
    private Range _policy;

    public ReadOnlySpan<byte> Owner => _bytes.AsSpan(_owner);

    public ReadOnlySpan<byte> LogGroup => _bytes.AsSpan(_group);

    public ReadOnlySpan<byte> LogStream => _bytes.AsSpan(_stream);

    public ReadOnlySpan<byte> Filters => _bytes.AsSpan(_filters);

    public ReadOnlySpan<byte> PolicyLevel => _bytes.AsSpan(_policy);

    /// <summary>Reads the texts of a document. False if one is longer than any name.</summary>
    public bool TryRead(in LogDocument document)
    {
        _length = 0;
        return TryAppend(document.Owner, out _owner) && TryAppend(document.LogGroup, out _group) && TryAppend(document.LogStream, out _stream)
            && TryAppendAll(document.SubscriptionFilters, out _filters) && TryAppend(document.PolicyLevel, out _policy);
    }

    private bool TryAppend(ReadOnlySpan<byte> value, out Range range)
    {
        var start = _length;
        var text = _scratch.Read(value);
        var isShort = text.Length <= BytesMax;
        if (isShort)
        {
            Append(text);
        }

        range = start.._length;
        return isShort;
    }

    private bool TryAppendAll(ReadOnlySpan<byte> list, out Range range)
    {
        range = default;
        var json = new JsonScanner(list);
        if (!json.TrySkip((byte)'['))
        {
            return TryAppend(list, out range);
        }

        var start = _length;
        while (!json.TrySkip((byte)']') && json.TryReadValue(out var name))
        {
            if (!TryAppend(name, out _) || _length - start > BytesMax)
            {
                return false;
            }

            if (json.TrySkip((byte)','))
            {
                Append(","u8);
            }
        }

        range = start.._length;
        return true;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (_bytes.Length - _length < text.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + text.Length));
        }

        text.CopyTo(_bytes.AsSpan(_length));
        _length += text.Length;
    }
}
