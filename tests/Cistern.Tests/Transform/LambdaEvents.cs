using System.Text;
using System.Text.Json;
using Cistern.Transform;

namespace Cistern.Tests.Transform;

/// <summary>Events and answers of the function, as texts.</summary>
internal static class LambdaEvents
{
    public static byte[] Fixture(string path) => File.ReadAllBytes(Path.Combine(Repository.Root, "tests/Cistern.Tests/fixtures", path));

    public static TransformSettings Settings(params (string Name, string Value)[] variables)
    {
        var settings = TransformSettings.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value, out var problems);
        Assert.Empty(problems);
        return settings;
    }

    /// <summary>An event whose record ids are 0, 1, ….</summary>
    public static byte[] Event(params byte[][] records) => JsonSerializer.SerializeToUtf8Bytes(
        new { invocationId = "x", records = records.Select((data, index) => new { recordId = $"{index}", approximateArrivalTimestamp = 1, data = Convert.ToBase64String(data) }) },
        JsonSerializerOptions.Web);

    /// <summary>What the function answers, as <c>id result data</c>.</summary>
    public static string[] Run(TransformSettings settings, byte[] payload, List<string>? log = null) =>
        Read(new TransformFunction(settings, (log ?? []).Add).Transform(payload));

    public static string[] Run(TransformSettings settings, params string[] records) => Run(settings, Event([.. records.Select(Encoding.UTF8.GetBytes)]));

    public static string[] Read(ReadOnlyMemory<byte> answer)
    {
        using var document = JsonDocument.Parse(answer);
        return [.. document.RootElement.GetProperty("records").EnumerateArray().Select(record =>
        {
            var text = $"{record.GetProperty("recordId")} {record.GetProperty("result")}";
            return record.TryGetProperty("data", out var data) ? $"{text} {Encoding.UTF8.GetString(data.GetBytesFromBase64())}" : text;
        })];
    }

    /// <summary>A line of the fields timestamp, sc-status, cs-uri-stem.</summary>
    public static string Line(string status, string stem) => $"1760000000.123\t{status}\t{stem}\n";
}
