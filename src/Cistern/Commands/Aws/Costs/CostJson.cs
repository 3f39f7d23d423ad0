using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cistern.Commands.Aws.Costs;

/// <summary>Estimates for programs: everything that the table and its notes say.</summary>
internal static class CostJson
{
    public static string Write(RateTable rates, CostQuestion question, IReadOnlyList<CostEstimate> estimates)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("region", rates.Region);
            json.WriteString("currency", "USD");
            json.WriteNumber("requests", question.Requests);
            json.WriteNumber("bytesPerLine", question.BytesPerLine);
            WriteAll(json, "routes", estimates, WriteEstimate);
            WriteAll(json, "assumptions", CostAssumptions.Sentences(question), (writer, sentence) => writer.WriteStringValue(sentence));
            WriteAll(json, "rates", rates.All.SelectMany(rate => rate.Tiers.Select(tier => (rate, tier))), WriteTier);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteEstimate(Utf8JsonWriter json, CostEstimate estimate)
    {
        json.WriteStartObject();
        json.WriteString("route", estimate.Route == CostRoute.Realtime ? "realtime" : "standard");
        json.WriteNumber("samplingPercent", estimate.SamplingPercent);
        json.WriteNumber("usd", estimate.Usd);
        WriteAll(json, "entries", estimate.Entries, WriteEntry);
        WriteAll(json, "leftOut", estimate.LeftOut, (writer, sentence) => writer.WriteStringValue(sentence));
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, CostEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("service", entry.Service);
        json.WriteString("rate", entry.Rate);
        json.WriteNumber("quantity", entry.Quantity);
        json.WriteNumber("usd", entry.Usd);
        json.WriteEndObject();
    }

    private static void WriteTier(Utf8JsonWriter json, (Rate Rate, RateTier Tier) row)
    {
        json.WriteStartObject();
        json.WriteString("name", row.Rate.Name);
        json.WriteNumber("per", row.Rate.Per);
        json.WriteString("unit", row.Rate.Unit);
        json.WriteNumber("from", row.Tier.From);
        if (row.Tier.Usd is { } usd)
        {
            json.WriteNumber("usd", usd);
        }
        else
        {
            json.WriteNull("usd");
        }

        json.WriteString("source", row.Tier.Source);
        json.WriteString("seen", row.Tier.Seen);
        json.WriteEndObject();
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
}
