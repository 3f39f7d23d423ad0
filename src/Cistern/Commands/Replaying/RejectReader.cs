using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Cistern.Commands.Asking;

namespace Cistern.Commands.Replaying;

/// <summary>Which rejects are meant.</summary>
internal sealed record RejectQuestion(string Where, string From, string To);

/// <summary>A row of <c>rejects</c>.</summary>
/// <param name="Item">-1 if the whole record is meant.</param>
internal sealed record RejectedRow(
    DateTimeOffset Time, string DeliveryId, string Stream, int Record, int Item, string Signal, string Reason, byte[] Data, string Route, IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>The data is the text of a record that was no base64: nobody can tell what it should have been.</summary>
    public bool IsUndecodable => Reason.StartsWith("record is not base64", StringComparison.Ordinal);
}

/// <summary>Reads rejects from a server, the oldest first, those of one delivery behind each other.</summary>
internal sealed class RejectReader(ApiClient api)
{
    /// <summary>The common attribute that marks what a replay sent: the id of the delivery whose rejects it brings.</summary>
    public const string ReplayOf = "cistern-replay-of";

    private const int RowsPerPage = 500;
    private const string Columns = "time,delivery_id,stream,record_index,item_index,signal,reason,data,route,attributes";

    /// <exception cref="CommandFailedException">The server refuses the question, or is no Cistern.</exception>
    public async IAsyncEnumerable<RejectedRow> ReadAsync(RejectQuestion question, [EnumeratorCancellation] CancellationToken cancel)
    {
        // What a replay brought and was rejected again is there as the reject that it came from.
        var where = $"{(question.Where.Length > 0 ? $"({question.Where}) " : "")}-attributes.{ReplayOf}:*";
        var path = $"/api/rows?signal=rejects&order=time&limit={RowsPerPage}&columns={Columns}&from={Uri.EscapeDataString(question.From)}&to={Uri.EscapeDataString(question.To)}&where={Uri.EscapeDataString(where)}";
        string? cursor = null;
        do
        {
            var page = await api.SendAsync(HttpMethod.Get, cursor is null ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}", cancel);
            foreach (var row in page.GetProperty("rows").EnumerateArray())
            {
                yield return Read(row);
            }

            cursor = page.GetProperty("meta").GetProperty("cursor").GetString();
        }
        while (cursor is not null);
    }

    private static RejectedRow Read(JsonElement row) => new(
        DateTimeOffset.Parse(row[0].GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        row[1].GetString()!,
        row[2].GetString()!,
        row[3].GetInt32(),
        row[4].ValueKind == JsonValueKind.Number ? row[4].GetInt32() : -1,
        row[5].GetString()!,
        row[6].GetString()!,
        row[7].GetBytesFromBase64(),
        row[8].GetString()!,
        row[9].ValueKind == JsonValueKind.Object ? row[9].EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "") : new Dictionary<string, string>());
}
