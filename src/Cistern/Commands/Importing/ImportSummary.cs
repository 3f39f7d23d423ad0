using System.Globalization;
using Cistern.Commands.Asking;
using Cistern.Delivery.Http;

namespace Cistern.Commands.Importing;

/// <summary>What became of an import: counted here, and asked of the server by delivery id.</summary>
internal sealed class ImportSummary
{
    private readonly Lock _gate = new();
    private readonly DeliveryLedger _ledger = new();

    public int Files { get; set; }

    /// <summary>Files that could not be read, or not to their end.</summary>
    public int FilesFailed { get; set; }

    /// <summary>Lines that no record can hold.</summary>
    public long TooLong { get; set; }

    public long Deliveries { get; private set; }

    public long GivenUp { get; private set; }

    public long Lines { get; private set; }

    public long Bytes { get; private set; }

    public long Rows => _ledger.Rows;

    public long Rejected => _ledger.Rejected;

    public long Repeats => _ledger.Repeats;

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
            _ledger.Add(delivery.File.Arn, delivery.Delivery.RequestId, outcome, delivery.Lines);
        }
    }

    /// <summary>Asks what the server made of the deliveries since the last time.</summary>
    public Task AskAsync(ApiClient api, CancellationToken cancel) => _ledger.AskAsync(api, cancel);

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
}
