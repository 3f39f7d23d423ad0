using System.Globalization;
using System.Text;
using Cistern.Formats.CloudFront;

namespace Cistern.Tests.Documents;

public sealed class FieldsPageTests
{
    private const string Begin = "<!-- fields: made from src/Cistern.Formats/CloudFront/CloudFrontFields.cs -->";

    /// <summary>If this fails, run it with CISTERN_UPDATE_DOCS=1 and look at what changed.</summary>
    [Fact]
    public void The_documentation_lists_every_field_as_it_is() => MadePart.AssertIs("fields.md", Begin, Write());

    private static string Write()
    {
        var text = new StringBuilder($"\n\n## All fields of real-time logs\n\nThose of `{CloudFrontFields.RecommendedList}` come first.\n\n| | field | column | good for |\n|---|---|---|---|\n");
        foreach (var field in CloudFrontFields.Describe())
        {
            text.Append(CultureInfo.InvariantCulture, $"| {field.Number} | `{field.Name}` | `{field.Column}` | {field.Use} |\n");
        }

        return text.ToString();
    }
}
