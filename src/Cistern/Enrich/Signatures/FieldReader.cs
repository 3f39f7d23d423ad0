using System.Globalization;
using System.Text;

namespace Cistern.Enrich.Signatures;

/// <summary>A parameter or an item of a structured field: a key and its value, a string or an integer; other types are kept as text.</summary>
internal readonly record struct FieldParameter(string Name, string Value);

/// <summary>A component that a signature covers: <c>"@authority"</c>, <c>"signature-agent";key="sig1"</c>.</summary>
/// <param name="Text">As it stands in the inner list, for the signature base.</param>
internal sealed record CoveredComponent(string Name, string Text, IReadOnlyList<FieldParameter> Parameters);

/// <summary>A member of <c>Signature-Input</c>.</summary>
/// <param name="Text">As it stands behind the label: the value of <c>@signature-params</c>.</param>
internal sealed record SignatureInput(string Label, IReadOnlyList<CoveredComponent> Components, IReadOnlyList<FieldParameter> Parameters, string Text)
{
    public string? Parameter(string name) => Parameters.FirstOrDefault(one => one.Name == name).Value;

    public long? Seconds(string name) => long.TryParse(Parameter(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
}

/// <summary>Reads the structured fields (RFC 9651) that signatures need: dictionaries of inner lists, byte sequences and strings.</summary>
/// <remarks>Input is a stranger's: what is not well formed ends in false, never in an exception.</remarks>
internal ref struct FieldReader(ReadOnlySpan<char> text)
{
    private const int ItemsMax = 32;

    private readonly ReadOnlySpan<char> _text = text;
    private int _place;

    /// <summary>The members of a <c>Signature-Input</c> field. Empty if it is not well formed.</summary>
    public static IReadOnlyList<SignatureInput> ReadInputs(string text)
    {
        List<SignatureInput> inputs = [];
        var reader = new FieldReader(text);
        do
        {
            if (inputs.Count == ItemsMax || !reader.TryReadKey(out var label) || !reader.TryTake('='))
            {
                return [];
            }

            var start = reader._place;
            if (!reader.TryReadInnerList(out var components) || !reader.TryReadParameters(out var parameters))
            {
                return [];
            }

            inputs.Add(new SignatureInput(label, components, parameters, text[start..reader._place]));
        }
        while (reader.TryNextMember());
        return reader.IsAtEnd ? inputs : [];
    }

    /// <summary>The bytes of a member of a <c>Signature</c> field: <c>sig1=:base64:</c>. Null if it is not there or not well formed.</summary>
    public static byte[]? ReadSignature(string text, string label)
    {
        var reader = new FieldReader(text);
        do
        {
            if (!reader.TryReadKey(out var found) || !reader.TryTake('=') || !reader.TryReadBytes(out var value))
            {
                return null;
            }

            if (found == label)
            {
                return value;
            }
        }
        while (reader.TryReadParameters(out _) && reader.TryNextMember());
        return null;
    }

    /// <summary>The strings of a <c>Signature-Agent</c> field by label: it is a single string, whose label is empty, or a dictionary of strings.</summary>
    public static IReadOnlyList<FieldParameter> ReadAgents(string text)
    {
        var reader = new FieldReader(text);
        if (reader.TryReadString(out var single))
        {
            return reader.TryReadParameters(out _) && reader.IsAtEnd ? [new FieldParameter("", single)] : [];
        }

        List<FieldParameter> agents = [];
        do
        {
            if (agents.Count == ItemsMax || !reader.TryReadKey(out var label) || !reader.TryTake('=') || !reader.TryReadString(out var value) || !reader.TryReadParameters(out _))
            {
                return [];
            }

            agents.Add(new FieldParameter(label, value));
        }
        while (reader.TryNextMember());
        return reader.IsAtEnd ? agents : [];
    }

    private readonly bool IsAtEnd => _place == _text.Length;

    private readonly char Next => _place < _text.Length ? _text[_place] : '\0';

    private bool TryTake(char expected)
    {
        if (Next != expected)
        {
            return false;
        }

        _place++;
        return true;
    }

    private void SkipSpaces()
    {
        while (Next is ' ' or '\t')
        {
            _place++;
        }
    }

    private bool TryNextMember()
    {
        SkipSpaces();
        if (!TryTake(','))
        {
            return false;
        }

        SkipSpaces();
        return true;
    }

    private bool TryReadKey(out string key)
    {
        var start = _place;
        while (char.IsAsciiLetterLower(Next) || char.IsAsciiDigit(Next) || Next is '_' or '-' or '.' or '*')
        {
            _place++;
        }

        key = _text[start.._place].ToString();
        return key.Length > 0;
    }

    private bool TryReadInnerList(out IReadOnlyList<CoveredComponent> components)
    {
        List<CoveredComponent> list = [];
        components = list;
        if (!TryTake('('))
        {
            return false;
        }

        SkipSpaces();
        while (!TryTake(')'))
        {
            var start = _place;
            if (list.Count == ItemsMax || !TryReadString(out var name) || !TryReadParameters(out var parameters))
            {
                return false;
            }

            list.Add(new CoveredComponent(name, _text[start.._place].ToString(), parameters));
            SkipSpaces();
        }

        return true;
    }

    private bool TryReadParameters(out IReadOnlyList<FieldParameter> parameters)
    {
        List<FieldParameter> list = [];
        parameters = list;
        while (TryTake(';'))
        {
            SkipSpaces();
            if (list.Count == ItemsMax || !TryReadKey(out var name))
            {
                return false;
            }

            var value = "";
            if (TryTake('=') && !TryReadString(out value) && !TryReadToken(out value))
            {
                return false;
            }

            list.Add(new FieldParameter(name, value));
        }

        return true;
    }

    private bool TryReadString(out string value)
    {
        var start = _place;
        value = "";
        if (!TryTake('"'))
        {
            return false;
        }

        var read = new StringBuilder();
        while (!IsAtEnd && Next != '"')
        {
            if (Next == '\\')
            {
                _place++;
            }

            read.Append(Next);
            _place++;
        }

        value = read.ToString();
        if (TryTake('"'))
        {
            return true;
        }

        _place = start;
        return false;
    }

    // Integers, tokens and booleans: what they are does not matter here.
    private bool TryReadToken(out string value)
    {
        var start = _place;
        while (!IsAtEnd && (char.IsAsciiLetterOrDigit(Next) || Next is '-' or '+' or '.' or '_' or '?' or '/' or ':' or '=' or '@'))
        {
            _place++;
        }

        value = _text[start.._place].ToString();
        return value.Length > 0;
    }

    private bool TryReadBytes(out byte[] value)
    {
        value = [];
        if (!TryTake(':'))
        {
            return false;
        }

        var length = _text[_place..].IndexOf(':');
        if (length < 0)
        {
            return false;
        }

        value = new byte[length];
        var ok = Convert.TryFromBase64Chars(_text.Slice(_place, length), value, out var written);
        value = value[..(ok ? written : 0)];
        _place += length + 1;
        return ok;
    }
}
