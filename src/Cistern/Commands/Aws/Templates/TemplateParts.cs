using Cistern.Formats.CloudFront;

namespace Cistern.Commands.Aws.Templates;

/// <summary>What both forms have in common.</summary>
internal static class TemplateParts
{
    private const string CommandLineMark = "# Made by: ";

    /// <summary>The parts that both forms mark, with what becomes of them.</summary>
    public static SectionedText Of(TemplateRequest request) =>
        Enum.GetValues<TemplateSignal>().Aggregate(new SectionedText(), (text, signal) => text.Keep(NameOf(signal), request.Has(signal)))
            .Keep("file", kept: false)
            .Each("fields", CloudFrontFields.Names[0], request.Fields)
            .Each("record-fields", CloudFrontFields.RecommendedStandardNames[0], CloudFrontFields.RecommendedStandardNames);

    public static string NameOf(TemplateSignal signal) => signal.ToString().ToLowerInvariant();

    /// <summary>The head of the template says by which command it was made; so it can be made again.</summary>
    public static string WithCommandLine(string text, TemplateRequest request)
    {
        var start = text.IndexOf(CommandLineMark, StringComparison.Ordinal) + CommandLineMark.Length;
        return text[..start] + request.CommandLine + text[text.IndexOf('\n', start)..];
    }

    /// <exception cref="InvalidOperationException">The text is not there exactly once although it must be: the file is wrong.</exception>
    public static string ReplaceOnce(string text, string old, string replacement, bool must)
    {
        var parts = text.Split(old);
        return parts.Length == (must ? 2 : 1) ? string.Join(replacement, parts) : throw new InvalidOperationException($"'{old}' is there {parts.Length - 1} times");
    }
}
