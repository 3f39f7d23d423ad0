using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Demo.Origin;

namespace Cistern.Demo.Logs;

/// <summary>What the tasks of the site's web service log: a JSON line a request, text lines of the program, and stack traces.</summary>
internal sealed class WebServiceLog(WebService service, int seed) : ILogSource
{
    private const double ProgramLineShare = 0.3;
    private const double TraceShare = 0.3;
    private const double SlowMilliseconds = 900;
    private const double HealthShare = 0.1;

    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] _userAgents = [.. Browsers.Desktop.Items.Concat(Browsers.Mobile.Items).Select(profile => Uri.UnescapeDataString(Encoding.ASCII.GetString(profile.UserAgent)))];

    public void Add(long minute, double share, LogMinute lines)
    {
        var random = Chance.Of(seed, "log of " + WebService.Name, minute);
        foreach (var request in service.In(minute))
        {
            var told = request.Route == WebRoute.Health ? share * HealthShare : share;
            if (random.NextDouble() < told)
            {
                AddRequest(request, random, lines);
            }
        }

        for (var task = 0; task < WebService.Tasks; task++)
        {
            AddStart(minute, task, lines);
            if (random.NextDouble() < share)
            {
                AddState(minute, task, random, lines);
            }
        }
    }

    private void AddRequest(WebRequest request, Random random, LogMinute lines)
    {
        var place = PlaceOf(request.Task, request.Time);
        var id = random.Uuid();
        if (request.Failed)
        {
            AddFailure(request, id, random, lines, place);
        }
        else if (request.Milliseconds > SlowMilliseconds)
        {
            lines.Add(request.Time, place, Text(request.Time, "WARN", "web.handlers", string.Create(CultureInfo.InvariantCulture, $"slow request {request.Route.Path} took {request.Milliseconds:0} ms (request {id})")));
        }
        else if (random.NextDouble() < ProgramLineShare)
        {
            lines.Add(request.Time, place, ProgramLine(request, random));
        }

        lines.Add(request.Time, place, AccessLine(request, id, random));
    }

    private static void AddFailure(WebRequest request, string id, Random random, LogMinute lines, LogPlace place)
    {
        var text = request.Status switch
        {
            500 => $"unhandled exception in {request.Route.Method} {request.Route.Path} (request {id})",
            502 => $"search-index refused the connection for {request.Route.Path} (request {id})",
            503 => $"no free database connection for {request.Route.Path} (request {id})",
            _ => $"gave up {request.Route.Path} after 30 s (request {id})",
        };
        var trace = random.NextDouble() < TraceShare || request.Status == 500 ? "\n" + random.Among(request.Status == 500 ? StackTraces.Broken : StackTraces.Unavailable) : "";
        lines.Add(request.Time, place, Text(request.Time, "ERROR", "web.handlers", text + trace));
    }

    private static string ProgramLine(WebRequest request, Random random) => random.Next(4) switch
    {
        0 => Text(request.Time, "DEBUG", "web.cache", $"revalidated {request.Route.Path} against revision {random.Next(4_000, 5_000)}"),
        1 => Text(request.Time, "INFO", "web.auth", $"anonymous session continued by cookie, age {random.Next(1, 900)} s"),
        _ => Text(request.Time, "INFO", "web.pages", string.Create(CultureInfo.InvariantCulture, $"rendered {request.Route.Path} in {request.Milliseconds:0.0} ms")),
    };

    private static string AccessLine(WebRequest request, string id, Random random)
    {
        var level = request.Failed ? "ERROR" : request.Status >= 400 ? "WARN" : request.Route == WebRoute.Health ? "DEBUG" : "INFO";
        return new JsonObject
        {
            ["time"] = Iso(request.Time),
            ["level"] = level,
            ["logger"] = "web.access",
            ["msg"] = "request",
            ["requestId"] = id,
            ["http"] = new JsonObject
            {
                ["method"] = request.Route.Method,
                ["route"] = request.Route.Name,
                ["path"] = request.Route.Path,
                ["status"] = request.Status,
                ["userAgent"] = request.Route == WebRoute.Health ? "ELB-HealthChecker/2.0" : random.Among(_userAgents),
            },
            ["client"] = new JsonObject { ["ip"] = $"192.0.2.{random.Next(1, 255)}", ["country"] = random.Among(Regions.All).Country },
            ["durationMs"] = Math.Round(request.Milliseconds, 2),
            ["bytes"] = request.Failed ? 214 : random.Next(400, 38_000),
            ["tags"] = new JsonArray(request.Route.Name.StartsWith("/shop", StringComparison.Ordinal) ? "shop" : "docs", "prod"),
        }.ToJsonString(_json);
    }

    private void AddStart(long minute, int task, LogMinute lines)
    {
        if (!WebService.StartsIn(task, minute))
        {
            return;
        }

        var place = PlaceOf(task, minute);
        lines.Add(minute, place, Text(minute, "INFO", "web.main", $"version {WebService.Version(minute)} starting, 4 workers"));
        lines.Add(minute + 1_840, place, Text(minute + 1_840, "INFO", "web.main", "listening on 0.0.0.0:8000"));
    }

    // How the task is, once a minute.
    private void AddState(long minute, int task, Random random, LogMinute lines)
    {
        var time = minute + (task * 7_000) + random.Next(900);
        var place = PlaceOf(task, time);
        if (!service.Trouble.IsAt(time))
        {
            lines.Add(time, place, Text(time, "DEBUG", "web.pool", $"database connections: {random.Next(1, 9)} of 20 in use, 0 waiting"));
            return;
        }

        lines.Add(time, place, Text(time, "ERROR", "web.pool", $"database connections: 20 of 20 in use, {random.Next(12, 60)} waiting"));
        if (task == 0)
        {
            lines.Add(time + 1_200, place, Text(time + 1_200, "FATAL", "web.main", $"worker {random.Next(1, 5)} did not answer for 10 s, restarting it"));
        }
    }

    private LogPlace PlaceOf(int task, long time) => new(WebService.Account, WebService.LogGroup, service.StreamOf(task, time));

    private static string Text(long time, string level, string logger, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime:yyyy-MM-dd HH:mm:ss,fff} {level,-5} [{logger}] {text}");

    private static string Iso(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
