using Cistern.Delivery.Http;

namespace Cistern.Commands.Sending;

/// <summary>Gathers lines into deliveries by count, size and age, and hands them to the pump.</summary>
internal sealed class LineSender(CommandContext context, SendOptions options, FirehoseSender sender, SendStatistics statistics, ProgressLine progress) : IDisposable
{
    // A sender that is ahead of its rate by less than this goes on: shorter pauses are not kept precisely.
    private static readonly TimeSpan _paceSlack = TimeSpan.FromMilliseconds(20);

    private readonly EnvelopeWriter _envelope = new(options.Gzip);
    private readonly FailedBatches? _failed = options.FailedFolder is { } folder ? new FailedBatches(folder, StreamName(options.Destination.SourceArn)) : null;
    private readonly TimeProvider _time = context.Time;
    private bool _open;
    private long _opened;
    private long _started;
    private long _lines;

    /// <summary>Sends everything and returns how many lines were too long for a record.</summary>
    public async Task<long> RunAsync(CancellationToken cancel)
    {
        var pump = new DeliveryPump<OutgoingDelivery>(sender, delivery => delivery, options.Parallel, Done, cancel);
        long tooLong = 0;
        _started = _time.GetTimestamp();
        for (var pass = 0; pass < options.Repeat; pass++)
        {
            using var source = await OpenAsync(cancel);
            await SendLinesAsync(source, pump, cancel);
            tooLong += source.TooLong;
        }

        await FlushAsync(pump, cancel);
        await pump.CompleteAsync();
        return tooLong;
    }

    public void Dispose() => _envelope.Dispose();

    private async Task<LineSource> OpenAsync(CancellationToken cancel)
    {
        var stream = options.File == "-" ? context.Terminal.OpenIn() : OpenFile(options.File);
        return await LineSource.OpenAsync(stream, EnvelopeWriter.RecordBytesMax, cancel);
    }

    private static FileStream OpenFile(string path) => File.Exists(path)
        ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16, useAsync: true)
        : throw new CommandFailedException($"cannot read {path}: there is no such file");

    private async Task SendLinesAsync(LineSource source, DeliveryPump<OutgoingDelivery> pump, CancellationToken cancel)
    {
        do
        {
            while (source.TryTake(out var line))
            {
                await AddAsync(line, pump, cancel);
            }
        }
        while (await FillAsync(source, pump, cancel));
    }

    // Waits for input no longer than the open delivery may wait for more.
    private async ValueTask<bool> FillAsync(LineSource source, DeliveryPump<OutgoingDelivery> pump, CancellationToken cancel)
    {
        var fill = source.FillAsync(cancel);
        if (fill.IsCompleted || !_open)
        {
            return await fill;
        }

        var more = fill.AsTask();
        if (Remaining() is var wait && (wait <= TimeSpan.Zero || await Task.WhenAny(more, Task.Delay(wait, _time, cancel)) != more))
        {
            await FlushAsync(pump, cancel);
        }

        return await more;
    }

    private async ValueTask AddAsync(ReadOnlyMemory<byte> line, DeliveryPump<OutgoingDelivery> pump, CancellationToken cancel)
    {
        if (_open && _envelope.RecordBytes + line.Length > options.Bytes)
        {
            await FlushAsync(pump, cancel);
        }

        if (!_open)
        {
            _envelope.Begin(Guid.NewGuid().ToString(), _time.GetUtcNow());
            (_open, _opened) = (true, _time.GetTimestamp());
        }

        _envelope.Add(line.Span);
        _lines++;
        if (_envelope.Records >= options.Records || Remaining() <= TimeSpan.Zero)
        {
            await FlushAsync(pump, cancel);
        }

        await PaceAsync(cancel);
    }

    private TimeSpan Remaining() => options.Interval - _time.GetElapsedTime(_opened);

    private async ValueTask FlushAsync(DeliveryPump<OutgoingDelivery> pump, CancellationToken cancel)
    {
        if (_open)
        {
            _open = false;
            await pump.SendAsync(_envelope.Finish(), cancel);
        }
    }

    private async ValueTask PaceAsync(CancellationToken cancel)
    {
        if (options.Rate > 0)
        {
            var ahead = TimeSpan.FromSeconds(_lines / (double)options.Rate) - _time.GetElapsedTime(_started);
            if (ahead > _paceSlack)
            {
                await Task.Delay(ahead, _time, cancel);
            }
        }
    }

    private void Done(OutgoingDelivery delivery, DeliveryOutcome outcome)
    {
        statistics.Add(delivery, outcome);
        progress.Show(statistics.Line);
        if (outcome.Delivered)
        {
            return;
        }

        var kept = _failed is null ? "its records are lost; --failed DIR would keep them" : $"its records are in {_failed.Write(delivery, outcome)}";
        progress.Note($"gave up delivery {delivery.RequestId} after {outcome.Attempts} attempts: {outcome.Last.Error?.Code()}, {outcome.Last.Message}; {kept}");
    }

    private static string StreamName(string arn) => string.Concat(arn[(arn.LastIndexOf('/') + 1)..].Split(Path.GetInvalidFileNameChars()));
}
