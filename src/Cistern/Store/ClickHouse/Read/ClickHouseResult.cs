namespace Cistern.Store.ClickHouse.Read;

/// <summary>Rows of an answer in RowBinaryWithNamesAndTypes.</summary>
internal sealed class ClickHouseResult : IQueryResult
{
    private readonly HttpResponseMessage _answer;
    private readonly RowBinaryReader _reader;
    private readonly ValueType[] _types;
    private readonly object?[] _row;
    private readonly long _rowsMax;
    private long _read;

    private ClickHouseResult(HttpResponseMessage answer, RowBinaryReader reader, string[] names, ValueType[] types, long rowsMax)
    {
        (_answer, _reader, _types, _rowsMax) = (answer, reader, types, rowsMax);
        _row = new object?[types.Length];
        Columns = [.. names.Select((name, place) => new ResultColumn(name, types[place].Kind))];
    }

    public IReadOnlyList<ResultColumn> Columns { get; }

    public long SnapshotRows { get; init; }

    public object? this[int column] => _row[column];

    /// <summary>Reads the head of an answer.</summary>
    public static async Task<ClickHouseResult> OpenAsync(HttpResponseMessage answer, long rowsMax, long snapshotRows, CancellationToken cancel)
    {
        var reader = new RowBinaryReader(await answer.Content.ReadAsStreamAsync(cancel));
        var count = reader.HasMore() ? reader.Length() : 0;
        var names = Enumerable.Range(0, count).Select(_ => reader.Text()).ToArray();
        var types = Enumerable.Range(0, count).Select(_ => reader.Text()).ToArray();
        try
        {
            return new ClickHouseResult(answer, reader, names, [.. types.Select(ValueType.Of)], rowsMax) { SnapshotRows = snapshotRows };
        }
        catch (NotSupportedException error)
        {
            throw new StoreQueryException(StoreQueryFault.Invalid, $"a column cannot be shown: {error.Message}; cast it with toString()", error);
        }
    }

    public bool Read()
    {
        try
        {
            if (!_reader.HasMore())
            {
                return false;
            }

            for (var column = 0; column < _types.Length; column++)
            {
                _row[column] = _types[column].Read(_reader);
            }
        }
        catch (Exception error) when (error is IOException or InvalidDataException or HttpRequestException)
        {
            throw new StoreQueryException(StoreQueryFault.Unavailable, $"the answer of ClickHouse was cut: {error.Message}", error);
        }

        if (++_read > _rowsMax)
        {
            throw new StoreQueryException(StoreQueryFault.TooManyRows, $"the result has more than {_rowsMax} rows; add a LIMIT or group further");
        }

        return true;
    }

    public void Dispose() => _answer.Dispose();
}
