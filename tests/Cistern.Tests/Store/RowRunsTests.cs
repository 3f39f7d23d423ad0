using Cistern.Store;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Store;

public sealed class RowRunsTests
{
    [Theory]
    [InlineData(new int[0], "")]
    [InlineData(new[] { 0 }, "0")]
    [InlineData(new[] { 3, 4, 5, 9 }, "3-5 9")]
    [InlineData(new[] { 0, 1, 2, 3 }, "0-3")]
    public void Write_joins_neighbours(int[] rows, string expected) => Assert.Equal(expected, RowRuns.Write(rows));

    [Theory]
    [InlineData("3-5 9", 12, new[] { 0, 1, 2, 6, 7, 8, 10, 11 })]
    [InlineData("0-3", 4, new int[0])]
    [InlineData("0", 3, new[] { 1, 2 })]
    [InlineData("5-9", 7, new[] { 0, 1, 2, 3, 4 })]
    public void Others_gives_the_rows_that_the_text_does_not_name(string runs, int rowCount, int[] expected) =>
        Assert.Equal(expected, RowRuns.Others(runs, rowCount));

    [Fact]
    public void Others_undoes_Write_for_any_choice_of_rows() => SimulationRounds.Run(500, seed =>
    {
        var random = new Random(seed);
        var rowCount = random.Next(2, 200);
        int[] dropped = [random.Next(rowCount), .. Enumerable.Range(0, rowCount).Where(_ => random.Next(3) == 0)];
        dropped = [.. dropped.Distinct().Order()];

        Assert.Equal(Enumerable.Range(0, rowCount).Except(dropped), RowRuns.Others(RowRuns.Write(dropped), rowCount));
    });
}
