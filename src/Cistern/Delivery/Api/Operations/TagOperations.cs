using System.Text.Json.Nodes;
using Cistern.Delivery.Api.Catalogue;

namespace Cistern.Delivery.Api.Operations;

/// <summary>The three operations on tags.</summary>
internal sealed class TagOperations(StreamCatalogue catalogue, TimeProvider time)
{
    private const int TagsMax = 50;

    public JsonObject Tag(Caller caller, JsonObject input)
    {
        catalogue.Change(catalogue.Get(caller, input).Id, stream =>
        {
            stream.NeedActive(time.GetUtcNow());
            return stream with { Tags = Added(stream.Tags, input["Tags"] as JsonArray) };
        });
        return [];
    }

    public JsonObject Untag(Caller caller, JsonObject input)
    {
        var keys = ((JsonArray)input["TagKeys"]!).Select(key => (string)key!).ToHashSet();
        catalogue.Change(catalogue.Get(caller, input).Id, stream =>
        {
            stream.NeedActive(time.GetUtcNow());
            return stream with { Tags = Sorted(stream.Tags.Where(tag => !keys.Contains(tag.Key))) };
        });
        return [];
    }

    public JsonObject List(Caller caller, JsonObject input)
    {
        var stream = catalogue.Get(caller, input);
        var limit = (int?)(long?)input["Limit"] ?? TagsMax;
        var start = (string?)input["ExclusiveStartTagKey"];
        var tags = stream.Tags.Where(tag => start is null || string.CompareOrdinal(tag.Key, start) > 0).ToArray();
        return new JsonObject
        {
            ["Tags"] = new JsonArray([.. tags.Take(limit).Select(tag => (JsonNode)new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value })]),
            ["HasMoreTags"] = tags.Length > limit,
        };
    }

    /// <summary>The tags with those that are given; a key that is there gets the new value.</summary>
    /// <exception cref="ApiException">A key is given twice, or there would be too many.</exception>
    public static IReadOnlyDictionary<string, string> Added(IReadOnlyDictionary<string, string> tags, JsonArray? given)
    {
        var added = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in (given ?? []).OfType<JsonObject>())
        {
            if (!added.TryAdd((string)tag["Key"]!, (string?)tag["Value"] ?? ""))
            {
                throw new ApiException(ApiErrors.InvalidArgument($"Tag keys must be unique: '{(string)tag["Key"]!}' is given twice."));
            }
        }

        var all = Sorted(tags.Where(tag => !added.ContainsKey(tag.Key)).Concat(added));
        return all.Count <= TagsMax ? all : throw new ApiException(ApiErrors.LimitExceeded($"A Firehose can have {TagsMax} tags; with these it would have {all.Count}."));
    }

    private static SortedDictionary<string, string> Sorted(IEnumerable<KeyValuePair<string, string>> tags) => new(tags.ToDictionary(), StringComparer.Ordinal);
}
