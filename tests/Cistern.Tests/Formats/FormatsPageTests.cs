using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Formats;

public sealed class FormatsPageTests
{
    [Fact]
    public void The_page_of_formats_lists_the_fields_that_the_code_knows()
    {
        var page = File.ReadAllText(Path.Combine(Root(), "docs", "formats.md")).ReplaceLineEndings(" ");
        var list = string.Join(", ", CloudFrontFields.Names.Select((name, place) => $"{place + 1} {name}"));

        Assert.Contains(list, page, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Cistern.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"no Cistern.slnx above {AppContext.BaseDirectory}");
        }

        return folder.FullName;
    }
}
