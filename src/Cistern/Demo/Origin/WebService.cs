using System.Globalization;

namespace Cistern.Demo.Origin;

/// <summary>The web service behind the site: some tasks of a container service, and what they answer each minute. Its logs and its metrics are made from the same requests.</summary>
/// <param name="scale">1 is two and a half requests a second.</param>
internal sealed class WebService(int seed, double scale, OriginTrouble trouble)
{
    public const string Account = DemoAccounts.Main;
    public const string Name = "docs-web";
    public const string LogGroup = "/ecs/" + Name;
    public const int Tasks = 3;
    public const long Minute = 60_000;

    private const double RequestsPerMinute = 150;
    private const int HealthChecksPerMinute = 2;
    private const double BrokenShare = 0.0025;
    private const long DayMilliseconds = 86_400_000;

    // Each task is replaced once a day, one after the other, when a version is rolled out.
    private const long RolloutMilliseconds = 14 * 3600_000L;

    public OriginTrouble Trouble => trouble;

    /// <summary>The zone that a task runs in.</summary>
    public static string ZoneOf(int task) => task % 2 == 0 ? "us-east-1a" : "us-east-1b";

    /// <summary>The log stream of the task that runs in a place at a moment.</summary>
    public string StreamOf(int task, long time) => $"ecs/web/{Chance.Hex(seed, "task" + task.ToString(CultureInfo.InvariantCulture), Rollout(task, time), 32)}";

    /// <summary>Whether the task in a place began in this minute.</summary>
    public static bool StartsIn(int task, long minute) => Rollout(task, minute) != Rollout(task, minute - 1);

    public static string Version(long time) => string.Create(CultureInfo.InvariantCulture, $"2026.{Rollout(0, time) % 1000}.0");

    /// <summary>The requests of a minute, in the order of time.</summary>
    public List<WebRequest> In(long minute)
    {
        var random = Chance.Of(seed, Name, minute / Minute);
        var requests = new List<WebRequest>();
        var pause = Minute / (RequestsPerMinute * scale * SiteLoad.At(minute));
        for (var at = minute + random.Tail(pause); at < minute + Minute; at += random.Tail(pause))
        {
            requests.Add(Answer(random, (long)at));
        }

        for (var check = 0; check < Tasks * HealthChecksPerMinute; check++)
        {
            requests.Add(new WebRequest(minute + (check * Minute / (Tasks * HealthChecksPerMinute)) + random.Next(40), check % Tasks, WebRoute.Health, 200, 0.5 + random.Tail(1)));
        }

        requests.Sort((one, other) => one.Time.CompareTo(other.Time));
        return requests;
    }

    private WebRequest Answer(Random random, long at)
    {
        var route = WebRoute.All.Pick(random);
        var task = random.Next(Tasks);
        var taken = route.Milliseconds * (0.5 + random.Tail(0.5));
        if (trouble.IsAt(at))
        {
            // As the edge sees it: most fail, and those that do not are slow.
            return random.NextDouble() >= OriginTrouble.FailingShare ? new WebRequest(at, task, route, 200, taken * 6)
                : random.Among([new WebRequest(at, task, route, 502, taken), new WebRequest(at, task, route, 503, 3 + random.Tail(5)), new WebRequest(at, task, route, 504, 30_000)]);
        }

        var gone = route.Path.StartsWith("/docs/1.x", StringComparison.Ordinal);
        var status = random.NextDouble() < BrokenShare ? 500 : gone ? 404 : route.Method == "POST" && random.NextDouble() < 0.03 ? 422 : 200;
        return new WebRequest(at, task, route, status, taken);
    }

    private static long Rollout(int task, long time) => (time - RolloutMilliseconds - (task * 2 * Minute)) / DayMilliseconds;
}

/// <summary>The accounts that the demo's parts live in: the numbers that AWS's documentation uses.</summary>
internal static class DemoAccounts
{
    public const string Main = "111122223333";

    /// <summary>An account that lets the main one see its metrics.</summary>
    public const string Linked = "444455556666";

    public const string Region = "us-east-1";
}
