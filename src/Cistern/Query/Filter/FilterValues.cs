using System.Globalization;
using Cistern.Query.Catalogue;
using Cistern.Query.Model;

namespace Cistern.Query.Filter;

/// <summary>Turns what is written after a field into a test of the field's kind. Gives null, or what is wrong.</summary>
internal sealed class FilterValues(DateTimeOffset now)
{
    private const string NumberForms = "use a number, a range such as 200-299, or a class such as 4xx";

    /// <summary><c>field:value</c>.</summary>
    public static string? Match(QueryField field, FilterValue value, out FilterNode node)
    {
        node = new Present(field);
        return value.IsStar ? null : field.Kind switch
        {
            FieldKind.Text or FieldKind.Bytes => MatchText(field, value, out node),
            FieldKind.Integer or FieldKind.Number => MatchNumber(field, value.Text, out node),
            FieldKind.Boolean => MatchBoolean(field, value.Text, out node),
            FieldKind.Time => $"{field.Name} is a time; use {field.Name}>=-1h or {field.Name}<2026-11-21T10:00:00Z",
            FieldKind.TextMap or FieldKind.NumberMap => $"{field.Name} holds values under keys; use {field.Name}.KEY:value",
        };
    }

    /// <summary><c>field&gt;=value</c> and its like.</summary>
    public string? Compare(QueryField field, string sign, FilterValue value, out FilterNode node)
    {
        var negated = sign == "!=";
        var wrong = CompareWith(field, negated ? "=" : sign, value, out node);
        node = negated ? new NotNode(node) : node;
        return wrong;
    }

    private string? CompareWith(QueryField field, string sign, FilterValue value, out FilterNode node)
    {
        node = new Present(field);
        return field.Kind switch
        {
            FieldKind.Integer or FieldKind.Number => CompareNumber(field, sign, value.Text, out node),
            FieldKind.Time => CompareTime(field, sign, value.Text, out node),
            FieldKind.Text or FieldKind.Bytes when sign == "=" => Exactly(field, value, out node),
            FieldKind.Text when field.AsNumber is { } number => CompareNumber(number, sign, value.Text, out node),
            FieldKind.Boolean when sign == "=" => MatchBoolean(field, value.Text, out node),
            FieldKind.TextMap or FieldKind.NumberMap => $"{field.Name} holds values under keys; use {field.Name}.KEY:value",
            FieldKind.Text or FieldKind.Bytes or FieldKind.Boolean => $"{field.Name} is neither a number nor a time, so '{sign}' does not apply; use {field.Name}:value",
        };
    }

    private static string? MatchText(QueryField field, FilterValue value, out FilterNode node)
    {
        node = new TextTest(field, new(value.Pieces));
        if (field.AsNumber is { } number && !value.Quoted && (TryRange(value.Text, out var from, out var to) || TryClass(value.Text, out from, out to)))
        {
            node = new AnyOf([node, Between(number, from, to)]);
        }

        return null;
    }

    // After '=' a star is a star.
    private static string? Exactly(QueryField field, FilterValue value, out FilterNode node)
    {
        node = new TextTest(field, new([value.Text]));
        return null;
    }

    private static string? MatchBoolean(QueryField field, string text, out FilterNode node)
    {
        var known = bool.TryParse(text, out var truth);
        node = new BooleanTest(field, truth);
        return known ? null : $"'{text}' is neither true nor false, and {field.Name} holds nothing else";
    }

    private static string? MatchNumber(QueryField field, string text, out FilterNode node)
    {
        node = new Present(field);
        if (TryNumber(text, out var number))
        {
            node = new Comparison(field, ComparisonOperator.Equal, number);
            return null;
        }

        if (!TryRange(text, out var from, out var to) && !TryClass(text, out from, out to))
        {
            return $"'{text}' is not a number, and {field.Name} holds numbers; {NumberForms}";
        }

        node = Between(field, from, to);
        return null;
    }

    private static AllOf Between(QueryField field, object from, object to) =>
        new([new Comparison(field, ComparisonOperator.GreaterOrEqual, from), new Comparison(field, ComparisonOperator.LessOrEqual, to)]);

    private static string? CompareNumber(QueryField field, string sign, string text, out FilterNode node)
    {
        var known = TryNumber(text, out var number);
        node = known ? new Comparison(field, OperatorOf(sign), number) : new Present(field);
        return known ? null : $"'{text}' is not a number; use a number such as {field.Name}{sign}100";
    }

    private string? CompareTime(QueryField field, string sign, string text, out FilterNode node)
    {
        var known = Moments.TryParse(text, now, out var moment);
        node = known ? new Comparison(field, OperatorOf(sign), moment) : new Present(field);
        return known ? null : $"'{text}' is not a time; {Moments.Forms}";
    }

    // 200-299; a minus sign of the first number does not separate.
    private static bool TryRange(string text, out object from, out object to)
    {
        var dash = text.IndexOf('-', Math.Min(1, text.Length));
        from = to = 0L;
        return dash > 0 && TryNumber(text[..dash], out from) && TryNumber(text[(dash + 1)..], out to);
    }

    private static bool TryClass(string text, out object from, out object to)
    {
        var isClass = text.Length == 3 && char.IsAsciiDigit(text[0]) && text.AsSpan(1).Equals("xx", StringComparison.OrdinalIgnoreCase);
        var hundred = isClass ? (text[0] - '0') * 100L : 0L;
        (from, to) = (hundred, hundred + 99);
        return isClass;
    }

    private static bool TryNumber(string text, out object number)
    {
        number = 0L;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
        {
            number = whole;
            return true;
        }

        const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var known = double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        number = value;
        return known;
    }

    private static ComparisonOperator OperatorOf(string sign) => sign switch
    {
        "=" => ComparisonOperator.Equal,
        "<" => ComparisonOperator.Less,
        "<=" => ComparisonOperator.LessOrEqual,
        ">" => ComparisonOperator.Greater,
        ">=" => ComparisonOperator.GreaterOrEqual,
        _ => throw new InvalidOperationException($"no comparison '{sign}': the reader takes a sign that this does not know"),
    };
}
