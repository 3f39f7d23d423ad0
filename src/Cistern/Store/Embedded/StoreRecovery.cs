using System.Buffers;
using System.Text;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Formats.Deliveries;
using Cistern.Store.Embedded.Engines;
using Cistern.Store.Embedded.Identity;
using Cistern.Store.Identity;

namespace Cistern.Store.Embedded;

/// <summary>What an opening store reads back: delivery ids and row identities from segments, then the journal behind them.</summary>
internal sealed partial class StoreRecovery(
    StoreTables tables, EmbeddedSettings settings, Engine engine, BodyFiles bodies, DeliveryIds ids, ImportIds imports, IdentityWindow identities, RowIdentity identity, RuleStore rules, TimeProvider time, ILogger logger)
{
    private readonly EnrichingDecoder _decoder = new(rules);
    private readonly DecodedDelivery _rows = new();
    private readonly Publisher _publisher = new(tables);

    /// <summary>Deliveries of the last day that are in segments.</summary>
    public void LoadDeliveryIds()
    {
        var since = Micros.Of(time.GetUtcNow() - settings.DeliveryIdWindow);
        Read(Tables.Deliveries.Name, "stream, delivery_id, received", since, long.MaxValue, (result, row) =>
            ids.TryAdd(
                ids.Identify(result.Vector(0).GetText(row), result.Vector(1).GetText(row)),
                RepeatScope.Delivery,
                result.Vector(2).Get<long>(row) / 1000));
    }

    /// <summary>Identities of the rows of the last hour that are in segments, of each table's newest files first until the window is full.</summary>
    public void LoadIdentities()
    {
        var since = Micros.Of(time.GetUtcNow() - settings.IdentityWindow);
        foreach (var signal in Tables.Signals.Select(table => identity[table]))
        {
            Read(signal.Table.Name, $"{signal.Columns}, received", since, identities.Capacity, (result, row) =>
            {
                var row128 = signal.Of(result, row);
                if (row128 != UInt128.Zero)
                {
                    identities.TryAdd(row128, result.Vector(signal.ColumnCount).Get<long>(row) / 1000);
                }
            });
        }
    }

    /// <summary>Stores one journal entry again, exactly as it was stored before the start.</summary>
    /// <param name="note">Where it is noted for as long as the entry is decoded.</param>
    public void Replay(long sequence, ReadOnlySpan<byte> headerBytes, ReadOnlySequence<byte> body, ReplayNote note)
    {
        var header = JournalHeader.Read(headerBytes);
        body = BodyOf(sequence, header, body);
        if (!TryAddId(header))
        {
            return;
        }

        note.Begin(sequence);
        Decode(sequence, header, body);
        note.End(sequence);
        var rows = (int)_rows.Rows;
        var kept = header.RepeatedRows is { } runs ? RowRuns.Others(runs, rows) : [];
        var repeats = header.RepeatedRows is null ? 0 : rows - kept.Length;
        Remember(header);
        _publisher.Publish(sequence, header, _rows, kept, repeats, body.Length);
    }

    /// <summary>Stores a journal entry as one reject: decoding it has ended the process before.</summary>
    public void SetAside(long sequence, ReadOnlySpan<byte> headerBytes, ReadOnlySequence<byte> body)
    {
        var header = JournalHeader.Read(headerBytes) with { RepeatedRows = null };
        body = BodyOf(sequence, header, body);
        TryAddId(header);
        RejectWhole(sequence, body, "decoding it ended the program again and again; it is kept whole to be replayed with a later release");
        _publisher.Publish(sequence, header, _rows, [], 0, body.Length);
    }

    private ReadOnlySequence<byte> BodyOf(long sequence, JournalHeader header, ReadOnlySequence<byte> body)
    {
        if (header.Body is not { } file)
        {
            return body;
        }

        bodies.Keep(sequence, file);
        return bodies.Read(file);
    }

    private bool TryAddId(JournalHeader header) => header.Repeats switch
    {
        RepeatScope.Delivery => ids.TryAdd(ids.Identify(header.Stream, header.DeliveryId), RepeatScope.Delivery, header.Received),
        RepeatScope.Import => imports.TryAdd(ImportIds.IdOf(header.Stream, header.DeliveryId)),
        RepeatScope.None => true,
    };

    private void Decode(long sequence, JournalHeader header, ReadOnlySequence<byte> body)
    {
        _rows.Clear();
        if (_decoder.Decode(header.ToContext(), body, _rows) is { } fault)
        {
            // It was decoded when it was taken, so this release reads it otherwise: keep it rather than lose it.
            RejectWhole(sequence, body, $"this release cannot decode it ({fault}: {_decoder.Detail})");
        }
    }

    private void RejectWhole(long sequence, ReadOnlySequence<byte> body, string reason)
    {
        _rows.Clear();
        _rows.Rejects.Values<int>("record_index").Set(0, 0);
        _rows.Rejects.Text("signal").Set(0, "unknown"u8);
        _rows.Rejects.Text("reason").Set(0, Encoding.UTF8.GetBytes($"a whole delivery from the journal: {reason}"));
        _rows.Rejects.Text("data").Set(0, body.ToArray());
        _rows.Rejects.EndRow();
        Log.SetAside(logger, sequence, reason);
    }

    private void Remember(JournalHeader header)
    {
        if (header.Repeats == RepeatScope.None)
        {
            return;
        }

        foreach (var row128 in identity.Of(_rows))
        {
            if (row128 != UInt128.Zero)
            {
                identities.TryAdd(row128, header.Received);
            }
        }
    }

    // More rows than are wanted are read rather than fewer: what the window then pushes out tells how far back it reaches.
    private void Read(string table, string columns, long since, long wanted, Action<DuckDb.DuckDbResult, int> row)
    {
        string[] files = [.. Newest(tables.SegmentsOf(table).Where(segment => segment.Info.MaxReceived >= since), wanted).Reverse()];
        if (files.Length == 0)
        {
            return;
        }

        using var connection = engine.Connect();
        using var statement = connection.Prepare(
            $"SELECT {columns} FROM read_parquet([{string.Join(", ", files.Select(TableSql.Literal))}]) WHERE received >= make_timestamp({since})");
        using var result = statement.Execute(streaming: true);
        while (result.NextChunk())
        {
            for (var place = 0; place < result.ChunkSize; place++)
            {
                row(result, place);
            }
        }
    }

    private static IEnumerable<string> Newest(IEnumerable<Segment> segments, long wanted)
    {
        long rows = 0;
        foreach (var segment in segments.OrderByDescending(segment => segment.Info.MaxReceived))
        {
            if (rows > wanted)
            {
                yield break;
            }

            rows += segment.Info.Rows;
            yield return segment.Path;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4301, LogLevel.Error, "Journal entry {Sequence} is set aside as a reject: {Reason}")]
        public static partial void SetAside(ILogger logger, long sequence, string reason);
    }
}
