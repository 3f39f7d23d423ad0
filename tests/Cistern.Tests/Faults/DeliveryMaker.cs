using Cistern.Delivery.Http;
using Cistern.Tests.Store;

namespace Cistern.Tests.Faults;

/// <summary>Makes deliveries from a seed: some lines bad, some records of several lines, some lines known from an earlier delivery.</summary>
/// <param name="lines">What they are made of.</param>
/// <param name="largeEvery">Every so many deliveries one has a body so large that it lies in a file of its own; zero: none.</param>
internal sealed class DeliveryMaker(DeliveryLines lines, string name, int seed, int linesMax = 120, int largeEvery = 0)
{
    private const int LargeBytes = 5 << 20;

    private readonly Random _random = new(seed);
    private int _made;
    private string? _knownLine;
    private string? _knownPath;

    /// <summary>The common attributes that say how to read the lines.</summary>
    public static IReadOnlyDictionary<string, string> Attributes { get; } = new Dictionary<string, string> { ["cloudfront-fields"] = TestDeliveries.Fields };

    /// <summary>The stream that they come from, in the store's words.</summary>
    public static string Stream => TestDeliveries.Stream;

    public SentDelivery Make()
    {
        var number = ++_made;
        var id = $"{name}-{seed:x8}-{number:D6}";
        var isLarge = largeEvery > 0 && number % largeEvery == 0;
        using var envelope = new EnvelopeWriter(gzip: _random.Next(2) == 0 && !isLarge);
        envelope.Begin(id, DateTimeOffset.UtcNow);
        var made = new SentDelivery(null!, [], [], []);
        List<string> paths = [], again = [], bad = [], record = [];
        if (_knownLine is not null && number % 5 == 0)
        {
            record.Add(_knownLine);
            again.Add(_knownPath!);
        }

        var count = _random.Next(20) == 0 ? 0 : _random.Next(1, linesMax);
        for (var line = 0; line < count; line++)
        {
            record.Add(_random.Next(12) == 0 ? MakeBad(id, line, bad) : MakeGood(id, line, paths));
            Flush(envelope, record, atLeast: _random.Next(1, 5));
        }

        Flush(envelope, record, atLeast: 1);
        var wire = envelope.Finish();
        return made with { Wire = isLarge ? Pad(wire, LargeBytes) : wire, Paths = paths, Again = again, BadLines = bad };
    }

    /// <summary>A delivery without records whose body is long all the same (white space in the JSON): it fills the journal and nothing else.</summary>
    public SentDelivery MakePadded(int bytes)
    {
        using var envelope = new EnvelopeWriter(gzip: false);
        envelope.Begin($"{name}-{seed:x8}-{++_made:D6}", DateTimeOffset.UtcNow);
        return new SentDelivery(Pad(envelope.Finish(), bytes), [], [], []);
    }

    /// <summary>Lets a later delivery of this maker hold a line of a delivery that is known to be stored.</summary>
    public void Repeat(SentDelivery stored)
    {
        if (stored.Paths.Count > 0)
        {
            _knownPath = stored.Paths[0];
            _knownLine = lines.Good(_knownPath);
        }
    }

    private static OutgoingDelivery Pad(OutgoingDelivery wire, int bytes)
    {
        var body = new byte[wire.Body.Length + bytes];
        body.AsSpan().Fill((byte)' ');
        wire.Body.Span[..^1].CopyTo(body);
        body[^1] = (byte)'}';
        return wire with { Body = body };
    }

    private string MakeGood(string id, int line, List<string> paths)
    {
        var path = $"/{id}/{line}";
        paths.Add(path);
        return lines.Good(path);
    }

    private string MakeBad(string id, int line, List<string> bad)
    {
        var text = lines.Bad($"/{id}/{line}");
        bad.Add(text);
        return text;
    }

    private void Flush(EnvelopeWriter envelope, List<string> record, int atLeast)
    {
        if (record.Count >= atLeast)
        {
            envelope.Add(lines.Record(record));
            record.Clear();
        }
    }
}
