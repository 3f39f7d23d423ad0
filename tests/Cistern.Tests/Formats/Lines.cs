namespace Cistern.Tests.Formats;

/// <summary>Real-time lines made of valid values by field number, so that a test names only what it is about.</summary>
internal static class Lines
{
    private static readonly string[] Values = Bodies.FixtureText("cloudfront-realtime/own_all-71-fields.tsv").TrimEnd('\n').Split('\t');

    /// <summary>A line of these fields, with some values replaced.</summary>
    public static string RealTime(IEnumerable<int> numbers, params (int Number, string Value)[] replaced)
    {
        var values = (string[])Values.Clone();
        foreach (var (number, value) in replaced)
        {
            values[number - 1] = value;
        }

        return string.Join('\t', numbers.Select(number => values[number - 1])) + "\n";
    }

    public static string All(params (int Number, string Value)[] replaced) => RealTime(Enumerable.Range(1, 71), replaced);
}
