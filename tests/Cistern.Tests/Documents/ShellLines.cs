using System.Text;

namespace Cistern.Tests.Documents;

/// <summary>The command lines of <c>cistern</c> in a shell script, so far as documents need a shell: quotes, pipes, comments, lines that go on.</summary>
internal static class ShellLines
{
    private static readonly string[] Ends = ["|", "||", "&", "&&", ";", ">", ">>", "<", "2>"];

    /// <returns>The arguments of each, without the program.</returns>
    public static IEnumerable<string[]> OfCistern(string script)
    {
        foreach (var line in script.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            var words = Words(line);
            for (var place = 0; place < words.Count; place++)
            {
                if (IsProgram(words, place))
                {
                    yield return [.. words.Skip(place + 1).TakeWhile(word => word.Quoted || !Ends.Contains(word.Text)).Select(word => word.Text)];
                }
            }
        }
    }

    // A command stands at the beginning of a line or behind an operator; elsewhere "cistern" is a name.
    private static bool IsProgram(List<Word> words, int place)
    {
        var text = words[place].Text;
        var before = place == 0 ? ";" : words[place - 1].Text;
        return (text == "cistern" && !words[place].Quoted && (Ends.Contains(before) || before.Contains('=', StringComparison.Ordinal)))
            || (Path.GetFileName(text) == "cistern.dll" && before == "dotnet")
            || (text == "--" && before.EndsWith("src/Cistern", StringComparison.Ordinal));
    }

    private static List<Word> Words(string line)
    {
        var words = new List<Word>();
        var word = new StringBuilder();
        var (begun, quoted, quote) = (false, false, '\0');
        void End()
        {
            if (begun)
            {
                words.Add(new Word(word.ToString(), quoted));
            }

            word.Clear();
            (begun, quoted) = (false, false);
        }

        for (var place = 0; place < line.Length; place++)
        {
            var character = line[place];
            if (quote != '\0')
            {
                if (character == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(character);
                }
            }
            else if (character is '\'' or '"')
            {
                (begun, quoted, quote) = (true, true, character);
            }
            else if (char.IsWhiteSpace(character))
            {
                End();
            }
            else if (character == '#' && !begun)
            {
                break;
            }
            else if (character is '(' or ')' or ';' && (word.Length == 0 || word[^1] is '$' or '<' || character is ')' or ';'))
            {
                // $(cistern …) and <(cistern …): a line within a line.
                End();
                words.Add(new Word(";", false));
            }
            else
            {
                begun = true;
                word.Append(character);
            }
        }

        End();
        return words;
    }

    private readonly record struct Word(string Text, bool Quoted);
}
