using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Cistern.Commands.Asking;
using Cistern.Commands.Importing;
using Cistern.Delivery.Http;
using Cistern.Ingest;
using Cistern.Replay;

namespace Cistern.Commands.Replaying;

/// <summary>Sends rejects to the address that they came to, with the attributes that they came with.</summary>
/// <remarks>
/// Rejects of one delivery make one delivery again (several if they are many), with an attribute that names it; so what became of them is asked from <c>deliveries</c>.
/// Its id is made of the rejects, the attributes and the server's version: a replay that nothing has changed for is a repeat, which stores nothing.
/// </remarks>
internal sealed class RejectReplayer(
    TimeProvider time, Uri server, string key, ApiClient api, Action<string> note, Action moved, Dictionary<string, string> attributes, TimeSpan retryFor, bool again)
{
    private readonly ReplaySurvey _survey = new();
    private readonly List<RejectedRow> _batch = [];
    private long _bytes;
    private long _undecodable;
    private long _routeUnknown;

    public DeliveryLedger Ledger { get; } = new();

    /// <summary>Makes the connections to the server.</summary>
    public Func<Uri, HttpMessageInvoker> Connect { get; init; } = url => new HttpMessageInvoker(FirehoseSender.CreateHandler(url));

    /// <summary>Read so far.</summary>
    public long Rejects { get; private set; }

    /// <summary>Made of them and taken so far.</summary>
    public long Deliveries { get; private set; }

    public string Status() => $"{Units.Count(Rejects)} rejects, {Units.Count(Deliveries)} deliveries";

    public async Task SurveyAsync(RejectQuestion question, CancellationToken cancel)
    {
        await foreach (var row in new RejectReader(api).ReadAsync(question, cancel))
        {
            Rejects++;
            _undecodable += row.IsUndecodable ? 1 : 0;
            _survey.Add(row.Stream, $"{row.Signal}: {row.Reason}", row.Data.Length, row.Time, Encoding.UTF8.GetString(row.Data.AsSpan(0, Math.Min(row.Data.Length, 400))));
            moved();
        }
    }

    public async Task SendAsync(RejectQuestion question, CancellationToken cancel)
    {
        using var http = Connect(server);
        var identity = await IdentityAsync(cancel);
        await foreach (var row in new RejectReader(api).ReadAsync(question, cancel))
        {
            if (!CanSend(row))
            {
                continue;
            }

            if (_batch.Count > 0 && !Fits(row))
            {
                await SendBatchAsync(http, identity, cancel);
            }

            _batch.Add(row);
            _bytes += row.Data.Length;
        }

        if (_batch.Count > 0)
        {
            await SendBatchAsync(http, identity, cancel);
        }
    }

    public void WriteSent(TextWriter output)
    {
        output.WriteLine($"rejects      {Units.Count(Rejects)}");
        output.WriteLine($"deliveries   {Units.Count(Deliveries)}");
        output.WriteLine($"rows stored  {Units.Count(Ledger.Rows)}");
        output.WriteLine($"repeats      {Units.Count(Ledger.Repeats)}");
        output.WriteLine($"rejected     {Units.Count(Ledger.Rejected)} again");
        WriteRemarks(output);
    }

    public void WriteSurvey(TextWriter output)
    {
        output.WriteLine($"rejects      {Units.Count(Rejects)}");
        WriteRemarks(output);
        foreach (var ((stream, reason), group) in _survey.Groups)
        {
            output.WriteLine();
            output.WriteLine($"{ReplaySurvey.Printable(stream)}  {ReplaySurvey.Printable(reason)}");
            output.WriteLine($"  {Units.Count(group.Records)} rejects, {Units.Bytes(group.Bytes)}, {group.First?.UtcDateTime:yyyy-MM-dd HH:mm:ss} to {group.Last?.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
            foreach (var example in group.Examples)
            {
                output.WriteLine($"  e.g. {example}");
            }
        }
    }

    private void WriteRemarks(TextWriter output)
    {
        if (_undecodable > 0)
        {
            output.WriteLine($"{Units.Count(_undecodable)} were no base64 when they came; nothing can be made of them, and they are left out");
        }

        if (_routeUnknown > 0)
        {
            output.WriteLine($"{Units.Count(_routeUnknown)} came to an address that there is no more; they are left out");
        }
    }

    // The version belongs to it, because the next one may read what this one cannot.
    private async Task<string> IdentityAsync(CancellationToken cancel)
    {
        var status = await api.SendAsync(HttpMethod.Get, "/api/status", cancel);
        var pairs = attributes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}");
        var nonce = again ? Guid.NewGuid().ToString() : "";
        return string.Join('\n', [$"rejects {status.GetProperty("version").GetString()} {nonce}", .. pairs]);
    }

    private bool CanSend(RejectedRow row)
    {
        Rejects++;
        var known = IngestAddress.All.Any(address => address.Path == row.Route);
        _undecodable += row.IsUndecodable ? 1 : 0;
        _routeUnknown += known ? 0 : 1;
        return known && !row.IsUndecodable;
    }

    private bool Fits(RejectedRow row)
    {
        var first = _batch[0];
        return (row.DeliveryId, row.Stream, row.Route) == (first.DeliveryId, first.Stream, first.Route)
            && _batch.Count < EnvelopeWriter.RecordsMax
            && _bytes + row.Data.Length <= ReplayReading.BatchBytesDefault;
    }

    private async Task SendBatchAsync(HttpMessageInvoker http, string identity, CancellationToken cancel)
    {
        var first = _batch[0];
        var sent = new Dictionary<string, string>(first.Attributes, StringComparer.Ordinal);
        foreach (var (name, value) in attributes)
        {
            sent[name] = value;
        }

        sent[RejectReader.ReplayOf] = first.DeliveryId;
        var destination = new HttpDestination
        {
            Url = new Uri(server, first.Route),
            SourceArn = first.Stream,
            AccessKey = key,
            CommonAttributes = sent,
            ExtraHeaders = new Dictionary<string, string> { ["X-Cistern-Repeat-Scope"] = "import" },
            RetryWindow = retryFor,
            GiveUpWhenRefused = true,
        };
        var sender = new FirehoseSender(http, destination, time, Random.Shared);
        sender.Retrying += (_, attempt, pause) => note($"will be tried again in {Units.Seconds(pause.TotalSeconds)}: {attempt.Message}");
        var delivery = Wrap(identity);
        var outcome = await sender.SendAsync(delivery, cancel);
        if (!outcome.Delivered)
        {
            throw new CommandFailedException($"cannot replay rejects of delivery {ReplaySurvey.Printable(first.DeliveryId)}: {outcome.Last.Message}");
        }

        Ledger.Add(first.Stream, delivery.RequestId, outcome, rows: null);
        Deliveries++;
        _batch.Clear();
        _bytes = 0;
        moved();
    }

    private OutgoingDelivery Wrap(string identity)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var envelope = new EnvelopeWriter(gzip: false);
        var place = new byte[12];
        hash.AppendData(Encoding.UTF8.GetBytes(_batch[0].DeliveryId));
        foreach (var row in _batch)
        {
            BinaryPrimitives.WriteInt32BigEndian(place, row.Record);
            BinaryPrimitives.WriteInt32BigEndian(place.AsSpan(4), row.Item);
            BinaryPrimitives.WriteInt32BigEndian(place.AsSpan(8), row.Data.Length);
            hash.AppendData(place);
            hash.AppendData(row.Data);
        }

        envelope.Begin(ImportIds.Of(hash.GetHashAndReset(), 0, _batch.Count, identity), time.GetUtcNow());
        foreach (var row in _batch)
        {
            envelope.Add(row.Data);
        }

        return envelope.Finish();
    }
}
