using Cistern.Tests.Formats;

namespace Cistern.Tests.Enrich;

/// <summary>A row of a labelled file.</summary>
internal sealed record LabelledAgent(string Kind, string Label, string Category, string UserAgent)
{
    public static IReadOnlyList<LabelledAgent> Read(string file) =>
    [
        .. Bodies.FixtureText($"agents/{file}").Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(line => line.TrimEnd('\r').Split('\t')).Select(cells => new LabelledAgent(cells[0], cells[1], cells[2], cells[5])),
    ];
}
