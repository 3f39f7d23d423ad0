using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cistern.Delivery.Transform;
using Cistern.Tests.Delivery.Http;

namespace Cistern.Tests.Delivery.Simulation;

/// <summary>A function on the simulation's clock: marks records, drops or refuses some by their text, and fails as a whole when it is told to.</summary>
internal sealed class SimulatedFunction(SteppedTime time, Random random) : IFunctionService
{
    /// <summary>What it appends to a record, so that one can see that it went through.</summary>
    public const string Mark = "+f";

    /// <summary>The share of invocations that fail, hang or answer rubbish.</summary>
    public double FailureRate { get; set; }

    public HashSet<string> Dropped { get; } = [];

    public async Task<FunctionAnswer> InvokeAsync(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        if (random.NextDouble() < FailureRate)
        {
            switch (random.Next(3))
            {
                case 0:
                    return TransformErrors.FunctionFailed("simulated");
                case 1:
                    await SimulatedWait.Async(Timeout.InfiniteTimeSpan, time, cancel);
                    break;
                default:
                    return new FunctionAnswer(null, "rubbish"u8.ToArray(), "");
            }
        }

        await SimulatedWait.Async(TimeSpan.FromMilliseconds(random.Next(1, 3000)), time, cancel);
        using var json = JsonDocument.Parse(payload);
        var answers = new JsonArray([.. json.RootElement.GetProperty("records").EnumerateArray().Select(Answer).OfType<JsonNode>()]);
        return new FunctionAnswer(null, Encoding.UTF8.GetBytes(new JsonObject { ["records"] = answers }.ToJsonString()), "");
    }

    // By the record's own text, so that a second invocation after a kill gives the same. Null leaves the record out.
    private JsonNode? Answer(JsonElement record)
    {
        var id = record.GetProperty("recordId").GetString();
        var text = Encoding.UTF8.GetString(record.GetProperty("data").GetBytesFromBase64()).TrimEnd();
        switch (text[^1])
        {
            case '1':
                Dropped.Add(text);
                return new JsonObject { ["recordId"] = id, ["result"] = "Dropped" };
            case '2':
                return new JsonObject { ["recordId"] = id, ["result"] = "ProcessingFailed" };
            case '3':
                return null;
            default:
                return new JsonObject { ["recordId"] = id, ["result"] = "Ok", ["data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text + Mark + "\n")) };
        }
    }
}
