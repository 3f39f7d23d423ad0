using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Cistern.Tests.Journal;

namespace Cistern.Tests.Commands.Checking;

/// <summary>What failed and lies in a folder or a bucket.</summary>
public sealed class BackupFindingTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Failed_objects_are_summarised_by_error_with_examples_and_the_way_back()
    {
        Write("http-endpoint-failed/2026/11/28/a.gz", Line("HttpEndpoint.DestinationException", "Response received with status code. 401: {\"errorMessage\":\"the key expired\"}", 3));
        Write("http-endpoint-failed/2026/11/28/b", Line("HttpEndpoint.RequestTimeout", "no answer", 2));
        Write("processing-failed/2026/11/28/c", Line("Lambda.MissingRecordId", "One or more record Ids were not returned.", 1));

        var run = await CommandRun.RunAsync(["check", "--backup", _folder, "--key", ""]);

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("HttpEndpoint.DestinationException, 3 records, .*the key expired.*\\(failed-key\\)", run.Out);
        Assert.Matches("HttpEndpoint.RequestTimeout, 2 records, .*\\(failed-timeout\\)", run.Out);
        Assert.Matches("Lambda.MissingRecordId, 1 records, .*\\(failed-function-records\\)", run.Out);
        Assert.Contains($"cistern replay {(string)_folder} --url URL --key $KEY", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_place_is_well_and_what_cannot_be_read_is_told()
    {
        var empty = await CommandRun.RunAsync(["check", "--backup", _folder, "--json"]);
        Write("x", "this is no error object\n");
        var strange = await CommandRun.RunAsync(["check", "--backup", _folder, "--json"]);
        var unreachable = await CommandRun.RunAsync(["check", "--backup", "s3://failed/x", "--s3-endpoint", "http://127.0.0.1:1", "--json"]);

        Assert.Equal((0, "backup-empty"), (empty.ExitCode, CodesOf(empty)));
        Assert.Equal((0, "backup-partly"), (strange.ExitCode, CodesOf(strange)));
        Assert.Equal((1, "backup-unreadable"), (unreachable.ExitCode, CodesOf(unreachable)));
    }

    private static string CodesOf(CommandRun run) => string.Join(' ', JsonNode.Parse(run.Out)!["findings"]!.AsArray().Select(finding => finding!["code"]!.GetValue<string>()));

    private static string Line(string code, string message, int count) => string.Concat(Enumerable.Range(0, count).Select(number => new JsonObject
    {
        ["attemptsMade"] = 5, ["arrivalTimestamp"] = 1_760_000_000_123 + number, ["errorCode"] = code, ["errorMessage"] = message, ["rawData"] = Convert.ToBase64String(Encoding.ASCII.GetBytes($"record {number}\n")),
    }.ToJsonString() + "\n"));

    private void Write(string key, string text)
    {
        var path = Path.Combine(_folder, key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using Stream target = key.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
        target.Write(Encoding.UTF8.GetBytes(text));
    }
}
