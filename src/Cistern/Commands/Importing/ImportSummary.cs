using System.Globalization;
using Cistern.Commands.Asking;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Importing;

/// <summary>What became of an import: counted here, and asked of the server by delivery id.</summary>
/// <remarks>
/// The answer to a delivery does not say whether it was stored now or before. The server's own times do: a delivery that it
/// received before this command sent it was a repeat. Both times are of the server's clock, so that the clocks need not agree.
/// </remarks>
internal sealed class ImportSummary
{
    private const int IdsPerQuery = 200;

    // The server's times are cut to milliseconds.
    private static readonly TimeSpan _rounding = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Stream, string Id), (DateTimeOffset SentAfter, long Lines)> _unasked = [];

    public int Files { get; set; }

    /// <summary>Files that could not be read, or not to their end.</summary>
    public int FilesFailed { get; set; }

    /// <summary>Lines that no record can hold.</summary>
    public long TooLong { get; set; }

    public long Deliveries { get; private set; }

    public long GivenUp { get; private set; }

    public long Lines { get; private set; }

    public long Bytes { get; private set; }

    public long Rows { get; private set; }

    public long Rejected { get; private set; }

    public long Repeats { get; private set; }

    public bool Failed => GivenUp > 0 || FilesFailed > 0 || TooLong > 0;

    public void Add(ImportDelivery delivery, DeliveryOutcome outcome)
    {
        lock (_gate)
        {
            if (!outcome.Delivered)
            {
                GivenUp++;
                return;
            }

            Deliveries++;
            Lines += delivery.Lines;
            Bytes += delivery.Delivery.RecordBytes;
            _unasked[(delivery.File.Arn, delivery.Delivery.RequestId)] = ((outcome.Last.AnsweredAt ?? outcome.EndedAt) - outcome.Elapsed - _rounding, delivery.Lines);
        }
    }

    /// <summary>Asks what the server made of the deliveries since the last time.</summary>
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

    public void Write(TextWriter output, TimeSpan elapsed)
    {
        output.WriteLine($"files        {Units.Count(Files)}{(FilesFailed > 0 ? $" ({FilesFailed} failed)" : "")}");
        output.WriteLine($"deliveries   {Units.Count(Deliveries)}{(GivenUp > 0 ? $" ({GivenUp} given up)" : "")}");
        output.WriteLine($"lines        {Units.Count(Lines)} ({Units.Bytes(Bytes)})");
        output.WriteLine($"rows stored  {Units.Count(Rows)}");
        output.WriteLine($"repeats      {Units.Count(Repeats)}");
        output.WriteLine($"rejects      {Units.Count(Rejected)}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"took         {Units.Seconds(elapsed.TotalSeconds)}, {Units.Count(Math.Round(Lines / Math.Max(elapsed.TotalSeconds, 0.001)))} lines/s"));
    }

    // A copy of the file that was imported under another name has the same ids, but another stream.
    private void Count((string Stream, string Id) delivery, DateTimeOffset received, long rows, long rejected, long repeats)
    {
        if (!_unasked.TryGetValue(delivery, out var sent))
        {
            return;
        }

        if (received < sent.SentAfter)
        {
            Repeats += sent.Lines;
            return;
        }

        Rows += rows;
        Rejected += rejected;
        Repeats += repeats;
    }
}
