using System.Globalization;

namespace Cistern.Delivery.Api.CloudWatch;

/// <summary>An expression of metric math: numbers, ids of other queries, <c>+ - * /</c> and brackets. Functions are not there.</summary>
/// <remarks>
/// The grammar, each level a method: sum = product { ("+" | "-") product }; product = factor { ("*" | "/") factor }; factor = ["-"] (number | id | "(" sum ")").
/// It is computed for a time; a series that has no value at that time makes the whole have none, as does a division by zero.
/// </remarks>
internal sealed class MetricExpression
{
    private const int DepthMax = 32;

    private readonly string _text;
    private readonly Func<string, double?> _valueOf;
    private int _at;
    private int _depth;

    private MetricExpression(string text, Func<string, double?> valueOf) => (_text, _valueOf) = (text, valueOf);

    /// <param name="valueOf">The value of an id at the time, or null.</param>
    /// <returns>Null if there is no value.</returns>
    /// <exception cref="ApiException">It cannot be read.</exception>
    public static double? Compute(string text, Func<string, double?> valueOf)
    {
        var expression = new MetricExpression(text, valueOf);
        var value = expression.Sum();
        return expression.Peek() == '\0' ? (value is { } number && double.IsFinite(number) ? number : null) : throw expression.Broken();
    }

    /// <summary>The ids that an expression names, once each.</summary>
    /// <exception cref="ApiException">It cannot be read.</exception>
    public static IReadOnlyList<string> Ids(string text)
    {
        var ids = new List<string>();
        Compute(text, id =>
        {
            ids.Add(id);
            return 1;
        });
        return [.. ids.Distinct()];
    }

    private double? Sum()
    {
        var value = Product();
        while (Peek() is '+' or '-')
        {
            var plus = _text[_at++] == '+';
            var other = Product();
            value = plus ? value + other : value - other;
        }

        return value;
    }

    private double? Product()
    {
        var value = Factor();
        while (Peek() is '*' or '/')
        {
            var times = _text[_at++] == '*';
            var other = Factor();
            value = times ? value * other : value / other;
        }

        return value;
    }

    private double? Factor()
    {
        if (++_depth > DepthMax)
        {
            throw Broken();
        }

        var value = Peek() switch
        {
            '-' => Negated(),
            '(' => Bracket(),
            var first when char.IsAsciiDigit(first) || first == '.' => Number(),
            var first when char.IsAsciiLetter(first) => Id(),
            _ => throw Broken(),
        };
        _depth--;
        return value;
    }

    private double? Negated()
    {
        _at++;
        return -Factor();
    }

    private double? Bracket()
    {
        _at++;
        var value = Sum();
        return Peek() == ')' && _at++ >= 0 ? value : throw Broken();
    }

    private double? Number()
    {
        var word = Word(character => char.IsAsciiDigit(character) || character == '.');
        return double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : throw Broken();
    }

    private double? Id()
    {
        var id = Word(character => char.IsAsciiLetterOrDigit(character) || character == '_');
        return Peek() == '(' ? throw Broken() : _valueOf(id);
    }

    private string Word(Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < _text.Length && belongs(_text[_at]))
        {
            _at++;
        }

        return _text[start.._at];
    }

    private char Peek()
    {
        while (_at < _text.Length && _text[_at] == ' ')
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private ApiException Broken() => new(ApiErrors.Validation(
        $"Error in expression '{(_text.Length <= 200 ? _text : _text[..200])}': numbers, ids of queries, + - * / and brackets are supported, functions are not (at character {_at + 1})"));
}
