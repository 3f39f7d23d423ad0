using Cistern.Operations;
using Cistern.Query.Catalogue;

namespace Cistern.Query.Filter;

/// <summary>Reads <c>where</c> and <c>having</c>. The grammar is described in <c>docs/filters.md</c>.</summary>
/// <remarks>
/// <code>
/// any   = all { "OR" all }
/// all   = part { ["AND"] part }
/// part  = ("-" | "NOT") part | "(" any ")" | field ":" values | field sign value | words
/// </code>
/// The first thing that is wrong is kept with its position, and the way out is by null: the input is untrusted and nothing throws.
/// </remarks>
internal sealed class FilterParser
{
    private readonly FilterSubject _subject;
    private readonly FilterReader _reader;
    private readonly FilterValues _values;
    private QueryProblem? _problem;
    private int _depth;
    private int _terms;

    private FilterParser(FilterSubject subject, string text, DateTimeOffset now)
    {
        _subject = subject;
        _reader = new(text);
        _values = new(now);
    }

    /// <summary>Reads a filter; none, or only blanks, holds always.</summary>
    public static QueryProblem? Parse(string? text, Signal signal, DateTimeOffset now, out FilterNode filter) =>
        Parse(text, FilterSubject.RowsOf(signal), now, out filter);

    /// <inheritdoc cref="Parse(string?, Signal, DateTimeOffset, out FilterNode)"/>
    public static QueryProblem? Parse(string? text, FilterSubject subject, DateTimeOffset now, out FilterNode filter)
    {
        filter = new AllOf([]);
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (text.Length > QueryBounds.FilterLengthMax)
        {
            return new(QueryFault.LimitExceeded, $"cannot use {subject.Name} with {text.Length} characters: the limit is {QueryBounds.FilterLengthMax}; shorten it", QueryBounds.FilterLengthMax);
        }

        var parser = new FilterParser(subject, text, now);
        filter = parser.ReadWhole() ?? filter;
        return parser._problem;
    }

    private FilterNode? ReadWhole()
    {
        var node = ReadAny();
        return node is not null && !_reader.AtEnd ? Fail("a ')' closes nothing; remove it, or put it in quotes") : node;
    }

    private FilterNode? ReadAny()
    {
        var parts = new List<FilterNode>();
        do
        {
            if (ReadAll() is not { } part)
            {
                return null;
            }

            parts.Add(part);
        }
        while (_reader.TryTakeWord("OR"));
        return parts.Count == 1 ? parts[0] : new AnyOf(parts);
    }

    private FilterNode? ReadAll()
    {
        var parts = new List<FilterNode>();
        do
        {
            _reader.SkipBlanks();
            if (ReadPart() is not { } part)
            {
                return null;
            }

            parts.Add(part);
            _reader.SkipBlanks();
        }
        while (_reader.TryTakeWord("AND") || !AtEndOfAll());
        return parts.Count == 1 ? parts[0] : new AllOf(parts);
    }

    // OR is looked at here and taken by the level above.
    private bool AtEndOfAll() => _reader.AtEnd || _reader.Current == ')' || _reader.PeekWord("OR");

    private FilterNode? ReadPart()
    {
        if (_reader.AtEnd || _reader.Current == ')' || _reader.PeekWord("OR") || _reader.PeekWord("AND"))
        {
            return Fail("something to look for is missing here; write a word or field:value");
        }

        var negated = _reader.TryTake('-') || _reader.TryTakeWord("NOT");
        var grouped = !negated && _reader.Current == '(';
        if (!negated && !grouped)
        {
            return ReadTerm();
        }

        if (++_depth > QueryBounds.FilterDepthMax)
        {
            return Fail($"parentheses and minus signs are nested deeper than {QueryBounds.FilterDepthMax}; write it flatter", fault: QueryFault.LimitExceeded);
        }

        var node = negated ? ReadNegated() : ReadGroup();
        _depth--;
        return node;
    }

    private NotNode? ReadNegated()
    {
        _reader.SkipBlanks();
        return ReadPart() is { } part ? new NotNode(part) : null;
    }

    private FilterNode? ReadGroup()
    {
        var open = _reader.Position;
        _reader.TryTake('(');
        var node = ReadAny();
        return node is not null && !_reader.TryTake(')') ? Fail("this '(' is not closed; add ')'", open) : node;
    }

    private FilterNode? ReadTerm()
    {
        var start = _reader.Position;
        if (!_reader.TryTakeField(out var name))
        {
            return ReadWords();
        }

        if (_subject.Find(name) is not { } field)
        {
            return Fail($"unknown {_subject.FieldName} '{name}'{Nearest.Hint(name, _subject.Names, _subject.Remedy)}", start);
        }

        if (_reader.Peek("://") && _subject.IsElsewhere(name))
        {
            return Fail($"'{name}://' begins an address and no field; put the address in quotes", start);
        }

        var sign = _reader.TakeOperator();
        if (sign == ":" && _reader.TakeOperator() is { Length: > 0 } second)
        {
            sign = second; // status:>=500 is what GitHub's search writes.
        }

        return sign == ":" ? ReadValues(field) : ReadComparison(field, sign);
    }

    private FilterNode? ReadWords()
    {
        var value = TakeValue();
        if (value is null)
        {
            return null;
        }

        if (!_subject.HasFreeText)
        {
            return Fail($"'{value.Text}' is no test; write {_subject.FieldName}>0, {_subject.FieldName}<-14d or {_subject.FieldName}:*", value.Position);
        }

        return value.Pieces.All(string.IsNullOrEmpty)
            ? Fail("nothing to look for; write a word, or field:* to ask whether a field has a value", value.Position)
            : new Words(new(value.Pieces));
    }

    private FilterNode? ReadComparison(QueryField field, string sign) =>
        TakeValue() is { } value ? Take(_values.Compare(field, sign, value, out var node), value.Position, node) : null;

    // One value, several with commas, or several in parentheses with blanks, commas or OR.
    private FilterNode? ReadValues(QueryField field)
    {
        var open = _reader.Position;
        var grouped = _reader.TryTake('(');
        var parts = new List<FilterNode>();
        do
        {
            SkipSeparators(grouped);
            if (TakeValue() is not { } value || Take(FilterValues.Match(field, value, out var node), value.Position, node) is not { } part)
            {
                return null;
            }

            parts.Add(part);
            SkipSeparators(grouped);
        }
        while (grouped ? !_reader.AtEnd && _reader.Current != ')' : _reader.TryTake(','));

        return grouped && !_reader.TryTake(')')
            ? Fail("this '(' is not closed; add ')'", open)
            : parts.Count == 1 ? parts[0] : new AnyOf(parts);
    }

    private void SkipSeparators(bool grouped)
    {
        if (!grouped)
        {
            return;
        }

        _reader.SkipBlanks();
        while (_reader.TryTake(',') || _reader.TryTakeWord("OR"))
        {
            _reader.SkipBlanks();
        }
    }

    private FilterValue? TakeValue()
    {
        if (++_terms > QueryBounds.FilterTermsMax)
        {
            Fail($"more than {QueryBounds.FilterTermsMax} tests; use a pattern with *, or ask twice", fault: QueryFault.LimitExceeded);
            return null;
        }

        var value = _reader.TakeValue();
        if (_reader.OpenQuote is { } quote)
        {
            Fail("these quotes are not closed; add '\"', or write \\\" inside of quotes", quote);
            return null;
        }

        if (value.Text.Length == 0 && !value.Quoted)
        {
            Fail("a value is missing here; write field:value, field:* (has a value) or field:\"\" (is empty)", value.Position);
            return null;
        }

        if (_reader.Current != '(')
        {
            return value;
        }

        Fail("a value with '(' or ')' needs quotes");
        return null;
    }

    private FilterNode? Take(string? wrong, int position, FilterNode node) => wrong is null ? node : Fail(wrong, position);

    private FilterNode? Fail(string detail, int? position = null, QueryFault fault = QueryFault.FilterInvalid)
    {
        _problem ??= new(fault, $"cannot read {_subject.Name} at {position ?? _reader.Position}: {detail}", position ?? _reader.Position);
        return null;
    }
}
