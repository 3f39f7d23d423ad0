namespace Cistern.Store;

/// <summary>What a statement needs of the texts that it reads, so that what it makes of them stays within its memory.</summary>
/// <remarks>An engine does not count what one expression makes for the rows of a step, so the length of what goes in has to be bounded.</remarks>
/// <param name="Columns">How many bytes a value of a column may have, by <c>table.column</c>. A longer one ends the statement as <see cref="StoreQueryFault.OutOfMemory"/>.</param>
/// <param name="IsLarge">It may come near to the bound, so it runs while no other such statement does.</param>
public sealed record TextBound(IReadOnlyDictionary<string, long> Columns, bool IsLarge)
{
    /// <summary>Rows that an engine evaluates an expression for at once.</summary>
    public const int StepRows = 2_048;

    /// <summary>What all expressions of one statement may hold at once, in an engine of so many threads.</summary>
    public static long MemoryBytes(int threads) => Math.Max(256L << 20, threads * (64L << 20));

    /// <summary>Bytes for each row of a step: each thread has a step of its own.</summary>
    public static long RowBytes(int threads) => MemoryBytes(threads) / threads / StepRows;
}
