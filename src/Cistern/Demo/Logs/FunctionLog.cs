using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Demo.Origin;

namespace Cistern.Demo.Logs;

/// <summary>What a Lambda function logs: the platform's lines around each invocation as Lambda writes them, and the function's own between.</summary>
/// <param name="structured">Its own lines are JSON; else the text that Python's runtime writes.</param>
internal sealed class FunctionLog(LambdaFunction function, int seed, double scale, OriginTrouble trouble, bool structured) : ILogSource
{
    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Add(long minute, double share, LogMinute lines)
    {
        var random = Chance.Of(seed, "log of " + function.Name, minute);
        foreach (var invocation in function.In(seed, scale, trouble, minute))
        {
            if (random.NextDouble() < share)
            {
                Add(invocation, random, lines);
            }
        }
    }

    private void Add(Invocation run, Random random, LogMinute lines)
    {
        var place = new LogPlace(function.Account, function.LogGroup, function.StreamOf(seed, run.Place, run.Time));
        var id = random.Uuid();
        if (run.InitMilliseconds is not null)
        {
            lines.Add(run.Time, place, $"INIT_START Runtime Version: {function.Runtime}\tRuntime Version ARN: {function.RuntimeArn}\n");
        }

        lines.Add(run.Begin, place, $"START RequestId: {id} Version: $LATEST\n");
        AddOwn(run, id, random, lines, place);
        if (run.Outcome == InvocationOutcome.TimedOut)
        {
            lines.Add(run.End, place, $"{Iso(run.End)} {id} Task timed out after {function.TimeoutSeconds}.00 seconds\n\n");
        }

        lines.Add(run.End, place, $"END RequestId: {id}\n");
        lines.Add(run.End, place, Report(run, id));
    }

    // The tabs, and one before the newline, are Lambda's. The start of an environment is billed too.
    private string Report(Invocation run, string id)
    {
        var billed = Math.Ceiling(run.Milliseconds + (run.InitMilliseconds ?? 0));
        var init = run.InitMilliseconds is { } started ? string.Create(CultureInfo.InvariantCulture, $"Init Duration: {started:0.00} ms\t") : "";
        var status = run.Outcome == InvocationOutcome.TimedOut ? "Status: timeout\t" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"REPORT RequestId: {id}\tDuration: {run.Milliseconds:0.00} ms\tBilled Duration: {billed:0} ms\tMemory Size: {function.MemorySize} MB\tMax Memory Used: {run.MemoryUsed} MB\t{init}{status}\n");
    }

    private void AddOwn(Invocation run, string id, Random random, LogMinute lines, LogPlace place)
    {
        var middle = run.Begin + ((run.End - run.Begin) / 2);
        if (structured)
        {
            AddStructured(run, id, random, middle, lines, place);
        }
        else
        {
            AddText(run, id, random, middle, lines, place);
        }
    }

    private void AddStructured(Invocation run, string id, Random random, long middle, LogMinute lines, LogPlace place)
    {
        var order = $"T-{random.Next(100_000, 1_000_000)}";
        lines.Add(run.Begin, place, Json(run.Begin, "DEBUG", id, "message from the queue", new JsonObject { ["queue"] = function.Name, ["receiveCount"] = run.Outcome == InvocationOutcome.Done ? 1 : 2 }));
        if (run.Outcome == InvocationOutcome.Done)
        {
            var detail = new JsonObject { ["id"] = order, ["items"] = random.Next(1, 6), ["value"] = run.Amount, ["currency"] = "EUR", ["customer"] = new JsonObject { ["country"] = random.Among(Regions.All).Country, ["returning"] = random.Next(3) == 0 } };
            lines.Add(middle, place, Json(middle, run.Milliseconds > 400 ? "WARN" : "INFO", id, run.Milliseconds > 400 ? "order placed, slowly" : "order placed", new JsonObject { ["order"] = detail, ["durationMs"] = run.Milliseconds }));
        }
        else
        {
            lines.Add(middle, place, Json(middle, "WARN", id, "payment service did not answer, trying again", new JsonObject { ["order"] = new JsonObject { ["id"] = order }, ["attempt"] = 2 }));
        }

        if (run.Outcome == InvocationOutcome.Failed)
        {
            // As the runtime of Node.js writes an error that nothing caught: its prefix, then JSON.
            var error = new JsonObject { ["errorType"] = "PaymentError", ["errorMessage"] = $"payment of {order} was not confirmed", ["stack"] = new JsonArray([$"PaymentError: payment of {order} was not confirmed", .. StackTraces.Frames]) };
            lines.Add(run.End, place, $"{Iso(run.End)}\t{id}\tERROR\tInvoke Error \t{error.ToJsonString(_json)}\n");
        }
    }

    private static void AddText(Invocation run, string id, Random random, long middle, LogMinute lines, LogPlace place)
    {
        lines.Add(run.Begin, place, string.Create(CultureInfo.InvariantCulture, $"[INFO]\t{Iso(run.Begin)}\t{id}\tresizing pictures/{random.Next(1, 4_000)}.avif, {run.Amount:0} kB\n"));
        switch (run.Outcome)
        {
            case InvocationOutcome.Done when random.Next(3) == 0:
                lines.Add(middle, place, $"[DEBUG]\t{Iso(middle)}\t{id}\tkept the colour profile\n");
                break;
            case InvocationOutcome.TimedOut:
                lines.Add(middle, place, $"[WARNING]\t{Iso(middle)}\t{id}\tthe bucket answers slowly\n");
                break;
            case InvocationOutcome.Failed:
                lines.Add(run.End, place, "[ERROR] OSError: cannot identify image file\nTraceback (most recent call last):\n  File \"/var/task/resize.py\", line 22, in handler\n    picture = Image.open(stream)\n");
                break;
        }
    }

    private static string Json(long time, string level, string id, string message, JsonObject more)
    {
        var line = new JsonObject { ["timestamp"] = Iso(time), ["level"] = level, ["requestId"] = id, ["message"] = message };
        foreach (var (name, value) in more)
        {
            line[name] = value?.DeepClone();
        }

        return line.ToJsonString(_json) + "\n";
    }

    private static string Iso(long time) => DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
