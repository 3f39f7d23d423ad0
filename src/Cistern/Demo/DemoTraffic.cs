namespace Cistern.Demo;

/// <summary>The visitors of the demo's site, as lines of CloudFront's real-time log in the order of time.</summary>
/// <remarks>
/// Every visit knows when its next request comes; a queue hands out the earliest. New visits arrive by chance, people more often
/// in their own working hours. The same seed and start give the same lines. Not thread-safe.
/// </remarks>
internal sealed class DemoTraffic
{
    /// <summary>Requests a second, on average over a working day, with every rate as it is written in <see cref="Machines"/>.</summary>
    public const double NominalRate = 2;

    // Visits of people an hour and unit of activity, over all countries: with the machines it makes the nominal rate.
    private const double PersonVisitsPerHour = 760;
    private const double ActivityMax = 1.3;

    private readonly DemoWorld _world;
    private readonly LoggedRequest _request = new();
    private readonly RealtimeLine _line;
    private readonly PriorityQueue<Visit, long> _visits = new();
    private readonly PriorityQueue<Arrivals, long> _arrivals = new();
    private readonly Weighted<Region> _regions = new(Regions.All.Select(region => (region, region.Weight)));

    /// <param name="rate">Requests a second on average; monitors stay as they are.</param>
    /// <param name="story">What changes over the weeks; null: as if the demo had begun a day after the start.</param>
    /// <param name="trouble">When the origin is in trouble; null: as the seed says.</param>
    public DemoTraffic(int seed, DateTimeOffset start, double rate = NominalRate, DemoStory? story = null, OriginTrouble? trouble = null)
    {
        _world = new DemoWorld(seed, story ?? new DemoStory(start.AddDays(1)), trouble ?? new OriginTrouble(seed));

        // Ids depend on the start too: a second run on the same folder brings other requests, not repeats.
        _line = new RealtimeLine(new Random(seed ^ start.ToUnixTimeMilliseconds().GetHashCode()));
        var factor = rate / NominalRate;
        var from = start.ToUnixTimeMilliseconds();
        Await(new Arrivals(PersonVisitsPerHour * ActivityMax * factor, Person), from);
        foreach (var machine in Machines.All)
        {
            Await(new Arrivals(machine.VisitsPerHour * factor, at => Come(machine, at)), from);
        }

        foreach (var monitor in Machines.Monitors)
        {
            Enqueue(new MonitorVisit(_world, from + _world.Random.Next(60_000), monitor));
        }
    }

    /// <summary>What the last line says; of use until the next one.</summary>
    public LoggedRequest Last => _request;

    /// <summary>When the next line is logged.</summary>
    public DateTimeOffset NextAt
    {
        get
        {
            Arrive();
            return DateTimeOffset.FromUnixTimeMilliseconds(_visits.Peek().At);
        }
    }

    /// <summary>Leaves out what is logged before a moment: whoever wants traffic from then on begins somewhat earlier, so that visits are under way.</summary>
    public void SkipUntil(DateTimeOffset moment)
    {
        Span<byte> line = stackalloc byte[RealtimeLine.BytesMax];
        while (NextAt < moment)
        {
            WriteNext(line);
        }
    }

    /// <summary>Writes the next line, with its newline, and returns its length.</summary>
    /// <param name="target">At least <see cref="RealtimeLine.BytesMax"/> bytes.</param>
    public int WriteNext(Span<byte> target)
    {
        Arrive();
        var visit = _visits.Dequeue();
        if (visit.Next(_request))
        {
            Enqueue(visit);
        }

        return _line.Write(_request, target);
    }

    // Lets in everybody who comes before the next request, for a newcomer's may be earlier.
    private void Arrive()
    {
        while (_arrivals.TryPeek(out var source, out var at) && (_visits.Count == 0 || at <= _visits.Peek().At))
        {
            _arrivals.Dequeue();
            if (source.Make(at) is { } visit)
            {
                Enqueue(visit);
            }

            Await(source, at);
        }
    }

    private void Await(Arrivals source, long now) => _arrivals.Enqueue(source, now + _world.Pause(3_600_000 / source.PerHour));

    private void Enqueue(Visit visit) => _visits.Enqueue(visit, visit.At);

    // People arrive at the rate of the busiest hour, and stay away as often as it is less busy where they live.
    private PersonVisit? Person(long at)
    {
        var region = _regions.Pick(_world.Random);
        var activity = Regions.Activity(region, DateTimeOffset.FromUnixTimeMilliseconds(at));
        return _world.Random.NextDouble() * ActivityMax < activity ? new PersonVisit(_world, at, region) : null;
    }

    private MachineVisit? Come(Machine machine, long at) =>
        _world.Random.NextDouble() < _world.Story.Activity(machine, at) ? new MachineVisit(_world, at, machine) : null;

    /// <param name="Make">A visit that begins now, or none.</param>
    private sealed record Arrivals(double PerHour, Func<long, Visit?> Make);
}
