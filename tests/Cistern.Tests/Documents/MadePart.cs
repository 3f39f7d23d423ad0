namespace Cistern.Tests.Documents;

/// <summary>The end of a page that is made from code: everything behind a comment that says so.</summary>
internal static class MadePart
{
    /// <summary>The page ends with the text. With <c>CISTERN_UPDATE_DOCS=1</c> it is written there first.</summary>
    public static void AssertIs(string name, string begin, string text)
    {
        var path = Path.Combine(Repository.Root, "docs", name);
        var page = File.ReadAllText(path);
        var expected = page[..(page.IndexOf(begin, StringComparison.Ordinal) + begin.Length)] + text;
        if (Environment.GetEnvironmentVariable("CISTERN_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, page = expected);
        }

        Assert.Equal(expected, page);
    }
}
