namespace Cistern.DuckDb;

/// <summary>All scan types, made once for a registered function; safe for all threads, since DuckDB only reads them.</summary>
internal sealed class ScanTypes : IDisposable
{
    private readonly Dictionary<DuckDbScanType, ScanType> _types = [];

    public ScanTypes()
    {
        foreach (var type in (ReadOnlySpan<DuckDbScanType>)[DuckDbScanType.Boolean, DuckDbScanType.Int32, DuckDbScanType.Int64,
            DuckDbScanType.Double, DuckDbScanType.Timestamp, DuckDbScanType.Varchar, DuckDbScanType.Blob])
        {
            _types.Add(type, new ScanType(type));
        }

        var text = this[DuckDbScanType.Varchar];
        _types.Add(DuckDbScanType.MapVarcharVarchar, new ScanType(DuckDbScanType.MapVarcharVarchar, text, text));
        _types.Add(DuckDbScanType.MapVarcharDouble, new ScanType(DuckDbScanType.MapVarcharDouble, text, this[DuckDbScanType.Double]));
    }

    public ScanType this[DuckDbScanType type] => _types[type];

    public void Dispose()
    {
        foreach (var type in _types.Values)
        {
            type.Dispose();
        }
    }
}
