using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Formats;

public sealed class FormatsPageTests
{
    [Fact]
    public void The_page_of_formats_lists_the_fields_that_the_code_knows()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "formats.md")).ReplaceLineEndings(" ");
        var list = string.Join(", ", CloudFrontFields.Names.Select((name, place) => $"{place + 1} {name}"));

        Assert.Contains(list, page, StringComparison.Ordinal);
    }
}
