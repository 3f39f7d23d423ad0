using Cistern.Delivery.Http;

namespace Cistern.Commands.Asking;

/// <summary>What a server made of deliveries, asked by their ids.</summary>
/// <remarks>
/// The answer to a delivery does not say whether it was stored now or before. The server's own times do: a delivery that it
/// received before this command sent it was a repeat. Both times are of the server's clock, so that the clocks need not agree.
/// </remarks>
internal sealed class DeliveryLedger
{
    private const int IdsPerQuery = 200;

    // The server's times are cut to milliseconds.
    private static readonly TimeSpan _rounding = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Stream, string Id), (DateTimeOffset SentAfter, long? Rows)> _unasked = [];

    public long Rows { get; private set; }

    public long Rejected { get; private set; }

    /// <summary>Rows that were stored before, those of repeated deliveries too.</summary>
    public long Repeats { get; private set; }

    /// <param name="rows">How many rows it brings; null if only the server knows.</param>
    public void Add(string stream, string id, DeliveryOutcome outcome, long? rows)
    {
        lock (_gate)
        {
            _unasked[(stream, id)] = ((outcome.Last.AnsweredAt ?? outcome.EndedAt) - outcome.Elapsed - _rounding, rows);
        }
    }

    /// <summary>Asks for the deliveries that were added since the last time.</summary>
    public async Task AskAsync(ApiClient api, CancellationToken cancel)
    {
        foreach (var ids in _unasked.Keys.Select(key => key.Id).Distinct().Chunk(IdsPerQuery))
        {
            var list = string.Join(", ", ids.Select(id => $"'{id}'"));
            var answer = await api.SqlAsync($"SELECT stream, delivery_id, received, rows, rejected, repeats FROM deliveries WHERE delivery_id IN ({list})", cancel);
            foreach (var row in answer.Rows)
            {
                Count((row[0].GetString()!, row[1].GetString()!), row[2].GetDateTimeOffset(), row[3].GetInt64(), row[4].GetInt64(), row[5].GetInt64());
            }
        }

        _unasked.Clear();
    }

    // Deliveries of another stream may have the same ids: a copy of a file that was imported under another name.
    private void Count((string Stream, string Id) delivery, DateTimeOffset received, long rows, long rejected, long repeats)
    {
        if (!_unasked.TryGetValue(delivery, out var sent))
        {
            return;
        }

        if (received < sent.SentAfter)
        {
            Repeats += sent.Rows ?? (rows + rejected + repeats);
            return;
        }

        Rows += rows;
        Rejected += rejected;
        Repeats += repeats;
    }
}
