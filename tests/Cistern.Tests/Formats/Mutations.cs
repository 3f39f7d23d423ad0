namespace Cistern.Tests.Formats;

/// <summary>Spoils valid input from a seed, runs something on it, and reports a failure with all that is needed to repeat it.</summary>
internal static class Mutations
{
    private const int ChangesMax = 8;

    // Bytes that mean something to one of the decoders are tried more often than others.
    private static ReadOnlySpan<byte> Meaningful => "\t\n\r %-\"\\{}[]:,0159.#?&=/\0\u001f\u0080\u00ff"u8;

    /// <summary>Runs <paramref name="check"/> on mutants of the corpus. The check throws if the mutant shows a fault.</summary>
    public static void Run(int seed, int rounds, IReadOnlyList<byte[]> corpus, Action<byte[]> check)
    {
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            var mutant = Mutate(random, corpus);
            try
            {
                check(mutant);
            }
            catch (Exception fault)
            {
                Assert.Fail($"seed {seed}, round {round}: {fault.GetType().Name}: {fault.Message}\n{Convert.ToHexString(mutant)}\n{fault.StackTrace}");
            }
        }
    }

    private static byte[] Mutate(Random random, IReadOnlyList<byte[]> corpus)
    {
        var bytes = corpus[random.Next(corpus.Count)].ToList();
        for (var changes = random.Next(1, ChangesMax); changes > 0; changes--)
        {
            Change(random, bytes, corpus);
        }

        return [.. bytes];
    }

    private static void Change(Random random, List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        var place = random.Next(bytes.Count + 1);
        var length = Math.Min(random.Next(1, 40), bytes.Count - place);
        switch (random.Next(7))
        {
            case 0 when place < bytes.Count:
                bytes[place] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when place < bytes.Count:
                bytes[place] = Meaningful[random.Next(Meaningful.Length)];
                break;
            case 2:
                bytes.Insert(place, Meaningful[random.Next(Meaningful.Length)]);
                break;
            case 3:
                bytes.RemoveRange(place, length);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(place, length));
                break;
            case 5:
                bytes.RemoveRange(place, bytes.Count - place);
                break;
            default:
                bytes.InsertRange(place, corpus[random.Next(corpus.Count)].Take(random.Next(200)));
                break;
        }
    }
}
