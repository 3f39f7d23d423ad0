using System.Text.Json;
using Cistern.Demo;

namespace Cistern.Tests.Demo.Logs;

/// <summary>A log event as it stands in a delivery.</summary>
internal sealed record LogRecord(string Owner, string Group, string Stream, string Id, long Time, string Message)
{
    private static readonly DemoStream[] _streams = [DemoStream.ServiceLogs, DemoStream.AccountLogs];

    /// <summary>The events of both subscriptions.</summary>
    public static List<LogRecord> All(DateTimeOffset from, DateTimeOffset until, int seed = DemoRuns.Seed, double rate = 1) =>
        [.. _streams.SelectMany(stream => Envelopes(stream, from, until, seed, rate)).Where(envelope => Type(envelope) == "DATA_MESSAGE").SelectMany(Of)];

    public static List<JsonElement> Envelopes(DemoStream stream, DateTimeOffset from, DateTimeOffset until, int seed = DemoRuns.Seed, double rate = 1) =>
        [.. DemoRuns.Records(stream, from, until, seed, rate).Select(record => JsonDocument.Parse(DemoRuns.Inflate(record)).RootElement)];

    public static string? Type(JsonElement envelope) => envelope.GetProperty("messageType").GetString();

    public static IEnumerable<LogRecord> Of(JsonElement envelope) => envelope.GetProperty("logEvents").EnumerateArray().Select(one => new LogRecord(
        envelope.GetProperty("owner").GetString()!,
        envelope.GetProperty("logGroup").GetString()!,
        envelope.GetProperty("logStream").GetString()!,
        one.GetProperty("id").GetString()!,
        one.GetProperty("timestamp").GetInt64(),
        one.GetProperty("message").GetString()!));
}
