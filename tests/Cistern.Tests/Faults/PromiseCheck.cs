namespace Cistern.Tests.Faults;

/// <summary>Compares what was sent with what is stored: promises 1 to 3, delivery by delivery.</summary>
internal sealed class PromiseCheck(IReadOnlyList<SentDelivery> sent, StoredData stored)
{
    private const int ProblemsShown = 20;

    private readonly List<string> _problems = [];

    /// <summary>Fails with each promise that was broken.</summary>
    public static void Run(IReadOnlyList<SentDelivery> sent, StoredData stored, string context)
    {
        var check = new PromiseCheck(sent, stored);
        check.Compare();
        Assert.True(
            check._problems.Count == 0,
            $"{check._problems.Count} promises broken ({context}):\n{string.Join('\n', check._problems.Take(ProblemsShown))}");
    }

    private void Compare()
    {
        foreach (var delivery in sent)
        {
            CompareDelivery(delivery);
        }

        FindUnknown(stored.Deliveries.Keys, sent.Select(delivery => delivery.Id), "delivery");
        FindUnknown(stored.Paths.Keys, sent.SelectMany(delivery => delivery.Paths), "row");
        FindUnknown(stored.Rejects.Keys, sent.SelectMany(delivery => delivery.BadLines), "reject");
    }

    private void CompareDelivery(SentDelivery delivery)
    {
        var entries = stored.Deliveries.GetValueOrDefault(delivery.Id, []);
        if (entries.Count > 1)
        {
            _problems.Add($"{delivery.Id} is in the table of deliveries {entries.Count} times");
        }

        if (delivery.Answered && entries.Count == 0)
        {
            _problems.Add($"{delivery.Id} was answered 200 and is not stored");
        }

        CompareLines(delivery, delivery.Paths, stored.Paths, entries.Count, "row");
        CompareLines(delivery, delivery.BadLines, stored.Rejects, entries.Count, "reject");
        if (entries.Count == 1)
        {
            CompareEntry(delivery, entries[0]);
        }
    }

    // A line that came again counts as a repeat, in whichever delivery came later: so it is stored with the delivery that was made first.
    private void CompareEntry(SentDelivery delivery, StoredDelivery entry)
    {
        var expected = new StoredDelivery(delivery.Wire.Records, delivery.Paths.Count, delivery.BadLines.Count, delivery.Again.Count);
        if (entry != expected)
        {
            _problems.Add($"{delivery.Id} is stored as {entry}, sent was {expected}");
        }
    }

    private void CompareLines(SentDelivery delivery, IReadOnlyList<string> lines, Dictionary<string, List<string>> found, int times, string what)
    {
        foreach (var line in lines)
        {
            var places = found.GetValueOrDefault(line, []);
            if (places.Count != times || places.Any(id => id != delivery.Id))
            {
                _problems.Add($"{delivery.Id}: {what} '{line}' is stored {places.Count} times instead of {times}, in [{string.Join(", ", places)}]");
            }
        }
    }

    private void FindUnknown(IEnumerable<string> found, IEnumerable<string> expected, string what) =>
        _problems.AddRange(found.Except(expected).Select(unknown => $"{what} '{unknown}' is stored and was never sent"));
}
