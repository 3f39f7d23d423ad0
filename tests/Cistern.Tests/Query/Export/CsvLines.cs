using System.Text;

namespace Cistern.Tests.Query.Export;

/// <summary>Reads CSV as RFC 4180 says, strictly. A field without quotes and without a character is null.</summary>
internal static class CsvLines
{
    public static List<string?[]> Read(string text)
    {
        List<string?[]> lines = [];
        List<string?> line = [];
        for (var at = 0; at < text.Length;)
        {
            line.Add(text[at] == '"' ? Quoted(text, ref at) : Plain(text, ref at));
            if (text[at] == ',')
            {
                at++;
                continue;
            }

            Assert.Equal("\r\n", text.Substring(at, 2));
            at += 2;
            lines.Add([.. line]);
            line.Clear();
        }

        return lines;
    }

    private static string? Plain(string text, ref int at)
    {
        var end = text.AsSpan(at).IndexOfAny(',', '\r') + at;
        var field = text[at..end];
        Assert.DoesNotContain('"', field);
        at = end;
        return field.Length == 0 ? null : field;
    }

    private static string Quoted(string text, ref int at)
    {
        var field = new StringBuilder();
        for (at++; text[at] != '"' || (at + 1 < text.Length && text[at + 1] == '"'); at++)
        {
            field.Append(text[at]);
            at += text[at] == '"' ? 1 : 0;
        }

        at++;
        return field.ToString();
    }
}
