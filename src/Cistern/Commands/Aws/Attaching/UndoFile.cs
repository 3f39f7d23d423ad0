using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cistern.Commands.Aws.Attaching;

/// <summary>What an update changed, so that just this can be taken back later: path, value before, value after.</summary>
/// <remarks>Not the old configuration: others may change the distribution afterwards, and an undo must not take that back too.</remarks>
internal sealed record UndoFile(string DistributionId, IReadOnlyList<BehaviourChange> Changes)
{
    private const int Format = 1;
    private const string FormatMember = "cistern-attach-undo";

    public static string NameFor(string distributionId, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"cistern-undo-{distributionId}-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.json");

    /// <summary>Writes it before the update, because afterwards it may be too late.</summary>
    /// <exception cref="CommandFailedException">It cannot be written, or is there already.</exception>
    public void Write(string path)
    {
        var changes = Changes.Select(change => (JsonNode)new JsonObject { ["path"] = change.Path, ["before"] = change.Before, ["after"] = change.After });
        var content = new JsonObject { [FormatMember] = Format, ["distribution"] = DistributionId, ["behaviours"] = new JsonArray([.. changes]) };
        try
        {
            using var file = new StreamWriter(new FileStream(path, FileMode.CreateNew));
            file.WriteLine(content.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"cannot write the undo file {path}, so nothing was changed: {exception.Message}");
        }
    }

    /// <exception cref="CommandFailedException">It cannot be read, or is no such file.</exception>
    public static UndoFile Read(string path)
    {
        try
        {
            var content = JsonNode.Parse(File.ReadAllText(path))!;
            return content[FormatMember]!.GetValue<int>() == Format
                ? new UndoFile(content["distribution"]!.GetValue<string>(), [.. content["behaviours"]!.AsArray().Select(ReadChange)])
                : throw new CommandFailedException($"{path} was written by a newer Cistern");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"cannot read the undo file {path}: {exception.Message}");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new CommandFailedException($"{path} is no undo file of cistern aws attach");
        }
    }

    private static BehaviourChange ReadChange(JsonNode? change) =>
        new(change!["path"]!.GetValue<string>(), change["before"]?.GetValue<string>(), change["after"]?.GetValue<string>(), WishOutcome.Changed);
}
