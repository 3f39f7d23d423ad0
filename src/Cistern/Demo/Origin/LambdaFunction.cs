using System.Globalization;

namespace Cistern.Demo.Origin;

internal enum InvocationOutcome
{
    Done = 1,
    Failed = 2,
    TimedOut = 3,
}

/// <summary>One run of a function.</summary>
/// <param name="Time">When it was called, in milliseconds since 1970.</param>
/// <param name="Place">Which of the function's execution environments ran it.</param>
/// <param name="InitMilliseconds">How long a new environment took to start; null if it was there.</param>
/// <param name="Amount">What it dealt with: the value of a cart, or the kilobytes of a picture.</param>
internal readonly record struct Invocation(long Time, int Place, double? InitMilliseconds, double Milliseconds, int MemoryUsed, InvocationOutcome Outcome, double Amount)
{
    /// <summary>When its own code began to run.</summary>
    public long Begin => Time + (long)(InitMilliseconds ?? 0);

    public long End => Begin + (long)Milliseconds;
}

/// <summary>A Lambda function, and what it does each minute. Its logs and its metrics are made from the same invocations.</summary>
internal sealed record LambdaFunction(string Name, string Account, string Runtime, int MemorySize, int TimeoutSeconds, double PerMinute, double Milliseconds, double TypicalAmount)
{
    private const int Places = 3;
    private const long Minute = WebService.Minute;

    // An environment lives this long; the next one starts when the first call after it comes.
    private const long LifeMinutes = 90;

    /// <summary>Takes what people order in the site's shop from a queue.</summary>
    public static readonly LambdaFunction Orders = new("shop-orders", DemoAccounts.Main, "nodejs:24.v11", 256, 6, 24, 90, 38);

    /// <summary>Makes pictures smaller, in the account of another team.</summary>
    public static readonly LambdaFunction Pictures = new("picture-resize", DemoAccounts.Linked, "python:3.14.v9", 512, 3, 12, 420, 900);

    public string LogGroup => "/aws/lambda/" + Name;

    public string RuntimeArn => $"arn:aws:lambda:{DemoAccounts.Region}::runtime:{Chance.Hex(0, Runtime, 0, 32)}{Chance.Hex(1, Runtime, 0, 32)}";

    public int TimeoutMilliseconds => TimeoutSeconds * 1000;

    /// <summary>The log stream of the environment in a place at a moment.</summary>
    public string StreamOf(int seed, int place, long time)
    {
        var life = Life(place, time);
        var day = DateTimeOffset.FromUnixTimeMilliseconds(((life * LifeMinutes) - Offset(place)) * Minute).UtcDateTime;
        var id = Chance.Hex(seed, Name + place.ToString(CultureInfo.InvariantCulture), life, 32);
        return string.Create(CultureInfo.InvariantCulture, $"{day:yyyy'/'MM'/'dd}/[$LATEST]{id}");
    }

    /// <summary>The invocations that are called for in a minute, in the order of time.</summary>
    public List<Invocation> In(int seed, double scale, OriginTrouble trouble, long minute)
    {
        var random = Chance.Of(seed, Name, minute / Minute);
        var found = new List<Invocation>();
        var cold = new bool[Places];
        for (var place = 0; place < Places; place++)
        {
            cold[place] = Life(place, minute) != Life(place, minute - Minute);
        }

        var pause = Minute / (PerMinute * scale * SiteLoad.At(minute));
        for (var at = minute + random.Tail(pause); at < minute + Minute; at += random.Tail(pause))
        {
            var place = random.Next(Places);
            found.Add(Run(random, (long)at, place, cold[place], trouble.IsAt((long)at)));
            cold[place] = false;
        }

        return found;
    }

    private Invocation Run(Random random, long at, int place, bool cold, bool inTrouble)
    {
        var taken = Milliseconds * (0.3 + random.Tail(0.7)) * (inTrouble ? 4 : 1);
        var luck = random.NextDouble();
        var outcome = luck < (inTrouble ? 0.25 : 0.002) || taken > TimeoutMilliseconds ? InvocationOutcome.TimedOut
            : luck < (inTrouble ? 0.6 : 0.008) ? InvocationOutcome.Failed
            : InvocationOutcome.Done;
        return new Invocation(
            at,
            place,
            cold ? Math.Round(150 + random.Tail(90), 2) : null,
            outcome == InvocationOutcome.TimedOut ? TimeoutMilliseconds : Math.Max(0.8, Math.Round(taken, 2)),
            (int)(MemorySize * (0.3 + (random.NextDouble() * 0.25))),
            outcome,
            Math.Round(TypicalAmount * (0.2 + random.Tail(0.8)), 2));
    }

    // The environments of one function do not all end at once.
    private static long Life(int place, long time) => ((time / Minute) + Offset(place)) / LifeMinutes;

    private static long Offset(int place) => place * LifeMinutes / Places;
}
