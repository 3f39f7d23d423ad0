using Cistern.DuckDb;
using Cistern.Enrich;
using Cistern.Enrich.Rules;
using Cistern.Formats;
using Cistern.Formats.Columns;
using Cistern.Store.Embedded.Engines;

namespace Cistern.Store.Embedded.Reclassifying;

/// <summary>Reads the columns of a file that rows are judged by, chunk by chunk, and judges the rows.</summary>
internal sealed class JudgedRows : IDisposable
{
    private static readonly int s_clientIp = Tables.Requests.PlaceOf("client_ip");

    // What was said of a row before, behind the columns that it is judged by.
    private static readonly int[] s_before = [Tables.Requests.PlaceOf("agent"), Tables.Requests.PlaceOf("proof")];

    private readonly RuleSet _rules;
    private readonly Enricher _enricher = new(RuleStore.Own);
    private readonly DuckDbConnection _connection;
    private readonly DuckDbStatement? _statement;
    private readonly DuckDbResult? _result;

    public JudgedRows(Segment file, RuleSet rules, Engine engine)
    {
        _rules = rules;
        _connection = engine.Connect();
        try
        {
            _statement = _connection.Prepare(TableSql.Picked(Tables.Requests, file, [.. Enricher.Reads, .. s_before]));
            _result = _statement.Execute(streaming: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The rows of the chunk, with the rule columns set.</summary>
    public ColumnBatch Batch { get; } = new(Tables.Requests);

    public bool ReadNext()
    {
        if (!_result!.NextChunk())
        {
            return false;
        }

        Batch.Clear();
        for (var place = 0; place < Enricher.Reads.Count; place++)
        {
            if (Enricher.Reads[place] == s_clientIp)
            {
                ReadAddresses(_result.Vector(place));
            }
            else
            {
                StoredRows.Read(_result.Vector(place), Batch[Enricher.Reads[place]], _result.ChunkSize);
            }
        }

        for (var row = 0; row < _result.ChunkSize; row++)
        {
            Batch.EndRow();
        }

        _enricher.Enrich(Batch, _rules, addressIsKept: true);
        return true;
    }

    public void Dispose()
    {
        _result?.Dispose();
        _statement?.Dispose();
        _connection.Dispose();
    }

    // Who is without an address cannot be judged by it.
    private void ReadAddresses(VectorReader addresses)
    {
        var (agents, proofs) = (_result!.Vector(Enricher.Reads.Count), _result.Vector(Enricher.Reads.Count + 1));
        var into = Batch.Text(s_clientIp);
        for (var row = 0; row < _result.ChunkSize; row++)
        {
            if (StoredAddress.MayBeJudged(addresses.GetBytes(row), agents.GetBytes(row), proofs.GetBytes(row)))
            {
                into.Set(row, addresses.GetBytes(row));
            }
        }
    }
}
