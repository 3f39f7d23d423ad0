using System.Text;

namespace Cistern.Query.Filter;

/// <summary>A value as it is written: the text between its stars, and where it begins.</summary>
/// <param name="Quoted">A part stood in quotes, so that an empty value is meant.</param>
internal sealed record FilterValue(IReadOnlyList<string> Pieces, bool Quoted, int Position)
{
    public bool HasStar => Pieces.Count > 1;

    /// <summary>Nothing but a star: is there a value?</summary>
    public bool IsStar => Pieces.Count == 2 && Pieces.All(piece => piece.Length == 0) && !Quoted;

    public string Text => string.Join('*', Pieces);
}

/// <summary>Takes the characters of a filter apart: blanks, names, signs, values. Knows nothing of fields.</summary>
internal sealed class FilterReader(string text)
{
    // What ends a value that does not stand in quotes.
    private const string Enders = " \t\r\n,()";

    public int Position { get; private set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => AtEnd ? '\0' : text[Position];

    /// <summary>Where quotes were opened and not closed, if they were.</summary>
    public int? OpenQuote { get; private set; }

    public void SkipBlanks()
    {
        while (!AtEnd && char.IsWhiteSpace(Current))
        {
            Position++;
        }
    }

    public bool TryTake(char sign)
    {
        if (AtEnd || Current != sign)
        {
            return false;
        }

        Position++;
        return true;
    }

    /// <summary>Takes OR, AND or NOT if it stands alone.</summary>
    public bool TryTakeWord(string word)
    {
        var there = PeekWord(word);
        Position += there ? word.Length : 0;
        return there;
    }

    /// <summary>Whether OR, AND or NOT stands here alone.</summary>
    public bool PeekWord(string word)
    {
        var end = Position + word.Length;
        return string.CompareOrdinal(text, Position, word, 0, word.Length) == 0
            && (end >= text.Length || char.IsWhiteSpace(text[end]) || text[end] is '(' or ')');
    }

    /// <summary>Takes a name if a sign of comparison follows it at once; then only the name is taken. The key of a map may stand in quotes.</summary>
    public bool TryTakeField(out string name)
    {
        var start = Position;
        while (!AtEnd && (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '.' or '-'))
        {
            Position++;
        }

        var taken = new StringBuilder(text[start..Position]);
        if (Current == '"' && Position > start + 1 && text[Position - 1] == '.')
        {
            TakeQuoted(taken);
        }

        var isField = Position > start && !char.IsAsciiDigit(text[start]) && (Current is ':' or '=' or '<' or '>' || (Current == '!' && Next == '='));
        name = isField ? taken.ToString() : "";
        Position = isField || OpenQuote is not null ? Position : start;
        return isField;
    }

    /// <summary>Whether this text stands here.</summary>
    public bool Peek(string sign) => string.CompareOrdinal(text, Position, sign, 0, sign.Length) == 0;

    /// <summary>Takes the longest of the signs of comparison, or the empty text.</summary>
    public string TakeOperator()
    {
        var sign = Current switch
        {
            ':' => ":",
            '=' => "=",
            '!' when Next == '=' => "!=",
            '<' => Next == '=' ? "<=" : "<",
            '>' => Next == '=' ? ">=" : ">",
            _ => "",
        };
        Position += sign.Length;
        return sign;
    }

    /// <summary>Takes a value: characters up to a blank, comma or parenthesis, and quoted parts with anything in them.</summary>
    public FilterValue TakeValue()
    {
        var (start, quoted) = (Position, false);
        var pieces = new List<string>();
        var piece = new StringBuilder();
        while (!AtEnd && !Enders.Contains(Current, StringComparison.Ordinal) && OpenQuote is null)
        {
            if (Current == '"')
            {
                quoted = true;
                TakeQuoted(piece);
                continue;
            }

            if (Current == '*')
            {
                pieces.Add(piece.ToString());
                piece.Clear();
            }
            else
            {
                piece.Append(Current);
            }

            Position++;
        }

        pieces.Add(piece.ToString());
        return new(pieces, quoted, start);
    }

    private char Next => Position + 1 < text.Length ? text[Position + 1] : '\0';

    // In quotes a backslash makes the next character plain; a star is a star.
    private void TakeQuoted(StringBuilder into)
    {
        var open = Position++;
        while (!AtEnd && Current != '"')
        {
            if (Current == '\\' && Position + 1 < text.Length)
            {
                Position++;
            }

            into.Append(Current);
            Position++;
        }

        OpenQuote = TryTake('"') ? OpenQuote : open;
    }
}
