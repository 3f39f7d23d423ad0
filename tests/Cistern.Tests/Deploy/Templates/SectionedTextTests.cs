using Cistern.Commands.Aws.Templates;

namespace Cistern.Tests.Deploy.Templates;

public sealed class SectionedTextTests
{
    [Fact]
    public void Parts_are_kept_left_out_and_nested()
    {
        const string Text = "a\n# <x>\nb\n  # <y>\n  c\n  # </y>\nd\n# </x>\ne\n";

        Assert.Equal("a\nb\nd\ne\n", new SectionedText().Keep("x", true).Keep("y", false).Make(Text));
        Assert.Equal("a\ne\n", new SectionedText().Keep("x", false).Keep("y", true).Make(Text));
    }

    [Fact]
    public void An_example_is_one_line_a_value()
    {
        Assert.Equal("  - b\n  - c\n", new SectionedText().Each("x", "one", ["b", "c"]).Make("  # <x>\n  - one\n  - two\n  # </x>\n"));
    }

    [Fact]
    public void A_comment_is_written_out_for_each_value()
    {
        const string Text = "a:\n  # <x>\n  # FilterNUMBER:\n  #   Name: 'VALUE' # said\n  #\n  # </x>\nend\n";

        Assert.Equal("a:\n  Filter1:\n    Name: '/p' # said\n\n  Filter2:\n    Name: 'q' # said\n\nend\n", new SectionedText().WriteOut("x", ["/p", "q"]).Make(Text));
        Assert.Equal("a:\nend\n", new SectionedText().WriteOut("x", []).Make(Text));
    }

    [Fact]
    public void Blank_lines_do_not_meet_where_a_part_was()
    {
        Assert.Equal("a\n\nb\n", new SectionedText().Keep("x", false).Make("a\n\n# <x>\nc\n# </x>\n\nb\n\n"));
    }

    [Theory]
    [InlineData("# <unknown>\n# </unknown>\n", "nobody says what becomes of the part <unknown>")]
    [InlineData("# <x>\na\n", "the part <x> does not end")]
    [InlineData("a\n# </x>\n", "the mark '# </x>' ends nothing")]
    [InlineData("# <x>\n# <y>\n# </x>\n# </y>\n", "the mark '# </x>' ends nothing")]
    public void A_wrong_file_is_not_printed(string text, string message)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => new SectionedText().Keep("x", true).Keep("y", true).Make(text));

        Assert.Equal(message, failure.Message);
    }
}
