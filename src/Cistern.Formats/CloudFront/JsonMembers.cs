using System.Runtime.InteropServices;
using System.Text.Json;
using Cistern.Formats.Deliveries;
using Cistern.Formats.Text;

namespace Cistern.Formats.CloudFront;

/// <summary>What became of reading one JSON object.</summary>
internal enum JsonRead
{
    Object = 1,

    /// <summary>The text ends within the object, and more may come.</summary>
    Incomplete = 2,
    Malformed = 3,
}

/// <summary>The members of one JSON object, unescaped into one buffer. Nested values are kept as their JSON; null is as if left out.</summary>
internal sealed class JsonMembers
{
    /// <summary>No log has as many fields; more would make the search for doubles expensive.</summary>
    public const int CountMax = 256;

    private readonly List<Member> _members = [];
    private byte[] _text = new byte[4096];
    private int _length;

    public int Count => _members.Count;

    /// <summary>There were more than <see cref="CountMax"/> members, and the rest is not here.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The texts hold NUL or bytes that are not ASCII.</summary>
    public bool IsSuspect => _text.AsSpan(0, _length).ContainsAnyExceptInRange((byte)1, (byte)0x7F);

    public ReadOnlySpan<byte> NameOf(int member) => _text.AsSpan(_members[member].NameStart, _members[member].NameLength);

    public ReadOnlySpan<byte> ValueOf(int member) => _text.AsSpan(_members[member].ValueStart, _members[member].ValueLength);

    public bool IsNested(int member) => _members[member].IsNested;

    public bool Contains(ReadOnlySpan<byte> name)
    {
        for (var member = 0; member < Count; member++)
        {
            if (NameOf(member).SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the object that a text begins with; <paramref name="consumed"/> is its length.</summary>
    public JsonRead Read(ReadOnlySpan<byte> text, bool isFinal, out int consumed)
    {
        consumed = 0;
        _members.Clear();
        (_length, IsCut) = (0, false);
        if (isFinal && !IsJson(text))
        {
            return JsonRead.Malformed;
        }

        var json = new Utf8JsonReader(text, isFinal, default);
        try
        {
            var read = ReadObject(ref json, text);
            consumed = (int)json.BytesConsumed;
            return read;
        }
        catch (JsonException)
        {
            return JsonRead.Malformed;
        }
    }

    // The reader says so with an exception, which costs as much as some kilobytes of good JSON: a body full of broken lines would hold a thread for long.
    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var json = new JsonScanner(text);
        return json.TryReadValue(out _);
    }

    private JsonRead ReadObject(ref Utf8JsonReader json, ReadOnlySpan<byte> text)
    {
        if (!json.Read())
        {
            return JsonRead.Incomplete;
        }

        if (json.TokenType != JsonTokenType.StartObject)
        {
            return JsonRead.Malformed;
        }

        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.EndObject)
            {
                return JsonRead.Object;
            }

            var name = Copy(ref json);
            if (!json.Read() || !TryReadValue(ref json, text, name))
            {
                break;
            }
        }

        return JsonRead.Incomplete;
    }

    private bool TryReadValue(ref Utf8JsonReader json, ReadOnlySpan<byte> text, (int Start, int Length) name)
    {
        var isNested = json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        var start = (int)json.TokenStartIndex;
        if (isNested && !json.TrySkip())
        {
            return false;
        }

        var value = isNested ? Append(text[start..(int)json.BytesConsumed]) : Copy(ref json);
        IsCut |= _members.Count == CountMax;
        if (json.TokenType != JsonTokenType.Null && !IsCut)
        {
            _members.Add(new Member(name.Start, name.Length, value.Start, value.Length, isNested));
        }

        return true;
    }

    private (int Start, int Length) Copy(ref Utf8JsonReader json)
    {
        if (!json.ValueIsEscaped)
        {
            return Append(json.ValueSpan);
        }

        Room(json.ValueSpan.Length);
        if (!JsonText.TryCopy(ref json, _text.AsSpan(_length), out var length))
        {
            return Append(json.ValueSpan); // Half of a surrogate pair: kept as it is written.
        }

        _length += length;
        return (_length - length, length);
    }

    private (int Start, int Length) Append(ReadOnlySpan<byte> text)
    {
        Room(text.Length);
        text.CopyTo(_text.AsSpan(_length));
        _length += text.Length;
        return (_length - text.Length, text.Length);
    }

    private void Room(int bytes)
    {
        if (_text.Length - _length < bytes)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + bytes));
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Member(int NameStart, int NameLength, int ValueStart, int ValueLength, bool IsNested);
}
