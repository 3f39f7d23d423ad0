using System.Text.Json;
using Cistern.Enrich.Proof;
using Cistern.Enrich.Robots;
using Cistern.Enrich.Rules;
using Cistern.Query.Api;
using Cistern.Store;

namespace Cistern.Dashboard;

/// <summary>What <c>GET /api/rules</c> tells: who is known as whom, by what, and why a file is not in force.</summary>
internal static class RulesAnswer
{
    // Files that were put there by hand may be larger than the address takes; an answer must have room for them all.
    private const long TextBytesMax = RobotsFiles.BytesMax;

    /// <exception cref="IOException">A version of a robots.txt cannot be read.</exception>
    public static Answer Write(RuleStore store, RulesStatus status, StoreTraits traits, string folder, DateTimeOffset now)
    {
        var rules = store.Current;
        using var body = new AnswerBody();
        var json = body.Writer;
        json.WriteStartObject();
        json.WriteString("version"u8, rules.Version.ToString());
        WriteAll(json, "problems", store.Problems, WriteProblem);
        WriteAll(json, "agents", rules.Agents, WriteAgent);
        WriteAll(json, "lists", rules.Lists.Sources, (writer, source) => WriteList(writer, source, rules.Lists, now));
        WriteRobots(json, RobotsFiles.List(folder));
        WriteAll(json, "sites", rules.Sites, (writer, host) => writer.WriteStringValue(host));
        RulesHistory.WriteMembers(json, status, traits);
        json.WriteEndObject();
        return body.ToAnswer();
    }

    private static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            write(json, item);
        }

        json.WriteEndArray();
    }

    private static void WriteProblem(Utf8JsonWriter json, RuleProblem problem)
    {
        json.WriteStartObject();
        json.WriteString("file"u8, problem.File);
        json.WriteNumber("line"u8, problem.Line);
        json.WriteString("text"u8, problem.Reason);
        json.WriteEndObject();
    }

    private static void WriteAgent(Utf8JsonWriter json, AgentRule agent)
    {
        json.WriteStartObject();
        json.WriteString("token"u8, agent.Token);
        json.WriteString("form"u8, AgentRule.NameOf(agent.Form));
        json.WriteString("name"u8, agent.Name);
        json.WriteString("operator"u8, agent.Operator);
        json.WriteString("class"u8, AgentClasses.NameOf(agent.Class));
        WriteAll(json, "lists", agent.Lists, (writer, list) => writer.WriteStringValue(list));
        json.WriteString("robots"u8, AgentRule.NameOf(agent.Robots));
        json.WriteString("purpose"u8, agent.Purpose);
        json.WriteBoolean("own"u8, agent.IsOwn);
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, ListSource source, AddressLists lists, DateTimeOffset now)
    {
        var inForce = lists.Snapshots.LastOrDefault(snapshot => snapshot.List == source.Id && snapshot.ValidFrom <= now);
        json.WriteStartObject();
        json.WriteString("id"u8, source.Id);
        json.WriteString("operator"u8, source.Operator);
        json.WriteString("agent"u8, source.Agent);
        json.WriteString("url"u8, source.Url);
        json.WritePropertyName("inForceSince"u8);
        JsonValues.Write(json, inForce?.ValidFrom);
        json.WritePropertyName("ageDays"u8);
        JsonValues.Write(json, inForce is null ? null : (now - inForce.ValidFrom).Days);
        json.WriteBoolean("whole"u8, inForce is { IsComplete: true });
        json.WriteNumber("prefixes"u8, inForce?.Prefixes.Count ?? 0);
        json.WriteBoolean("shipped"u8, inForce is not null && RuleSet.Own.Lists.Snapshots.Any(own => own.List == inForce.List && own.ValidFrom == inForce.ValidFrom && own.IsComplete == inForce.IsComplete));
        json.WriteEndObject();
    }

    private static void WriteRobots(Utf8JsonWriter json, IReadOnlyList<RobotsFile> files)
    {
        var room = TextBytesMax;
        WriteAll(json, "robots", files, (writer, file) =>
        {
            room -= file.Bytes;
            writer.WriteStartObject();
            writer.WriteString("host"u8, file.Host);
            writer.WritePropertyName("from"u8);
            JsonValues.Write(writer, file.From);
            writer.WriteNumber("bytes"u8, file.Bytes);
            writer.WriteString("text"u8, room >= 0 ? File.ReadAllText(file.Path) : null);
            writer.WriteEndObject();
        });
    }
}
