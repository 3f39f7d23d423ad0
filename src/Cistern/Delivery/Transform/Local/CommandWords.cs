using System.Text;

namespace Cistern.Delivery.Transform.Local;

/// <summary>Splits a command line into words as a POSIX shell does, without a shell: no variables, patterns or pipes.</summary>
/// <remarks>Blanks part words. Within '…' everything is itself; within "…" a backslash makes a quote or a backslash itself; elsewhere it makes any character itself.</remarks>
internal static class CommandWords
{
    /// <summary>False if a quote is not closed, or a backslash is last.</summary>
    public static bool TrySplit(string line, out IReadOnlyList<string> words)
    {
        var found = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        words = found;
        for (var place = 0; place < line.Length; place++)
        {
            var character = line[place];
            if (char.IsWhiteSpace(character))
            {
                End(found, word, ref inWord);
                continue;
            }

            inWord = true;
            if (!TryTake(line, ref place, word))
            {
                return false;
            }
        }

        End(found, word, ref inWord);
        return true;
    }

    private static void End(List<string> words, StringBuilder word, ref bool inWord)
    {
        if (inWord)
        {
            words.Add(word.ToString());
            word.Clear();
            inWord = false;
        }
    }

    // Takes the character at the place, or what it begins; the place is then at the last character taken.
    private static bool TryTake(string line, ref int place, StringBuilder word)
    {
        switch (line[place])
        {
            case '\'':
                var close = line.IndexOf('\'', place + 1);
                if (close < 0)
                {
                    return false;
                }

                word.Append(line, place + 1, close - place - 1);
                place = close;
                return true;
            case '"':
                return TryTakeQuoted(line, ref place, word);
            case '\\':
                return ++place < line.Length && word.Append(line[place]) is not null;
            default:
                word.Append(line[place]);
                return true;
        }
    }

    private static bool TryTakeQuoted(string line, ref int place, StringBuilder word)
    {
        for (place++; place < line.Length; place++)
        {
            if (line[place] == '"')
            {
                return true;
            }

            if (line[place] == '\\' && place + 1 < line.Length && line[place + 1] is ('"' or '\\'))
            {
                place++;
            }

            word.Append(line[place]);
        }

        return false;
    }
}
