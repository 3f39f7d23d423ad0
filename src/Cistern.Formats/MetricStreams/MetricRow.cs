using Cistern.Formats.Columns;
using Cistern.Formats.Text;

namespace Cistern.Formats.MetricStreams;

/// <summary>Writes one row of <c>metrics</c>, column by column, for all three formats.</summary>
internal sealed class MetricRow
{
    private const int ScratchBytes = 4096;

    // The last millisecond of the year 9999. Anything later is a corrupt value, not a far future.
    private const long MillisecondsMax = 253_402_300_799_999;

    private ColumnBatch _batch = null!;
    private ValueColumn<long> _time = null!;
    private TextColumn _metricStream = null!;
    private TextColumn _account = null!;
    private TextColumn _region = null!;
    private TextColumn _namespace = null!;
    private TextColumn _metric = null!;
    private TextColumn _unit = null!;
    private MapColumn _dimensions = null!;
    private ValueColumn<double> _min = null!;
    private ValueColumn<double> _max = null!;
    private ValueColumn<double> _sum = null!;
    private ValueColumn<double> _count = null!;
    private MapColumn _quantiles = null!;
    private byte[] _repaired = [];

    /// <summary>The dimensions of the row.</summary>
    public NamedValues Dimensions { get; } = new();

    /// <summary>The statistics of the row that have no column.</summary>
    public NamedValues Statistics { get; } = new();

    public void Open(ColumnBatch batch)
    {
        if (_batch == batch)
        {
            return;
        }

        _batch = batch;
        _time = batch.Values<long>("time");
        (_metricStream, _account, _region) = (batch.Text("metric_stream"), batch.Text("account"), batch.Text("region"));
        (_namespace, _metric, _unit) = (batch.Text("namespace"), batch.Text("metric"), batch.Text("unit"));
        (_min, _max) = (batch.Values<double>("min"), batch.Values<double>("max"));
        (_sum, _count) = (batch.Values<double>("sum"), batch.Values<double>("count"));
        (_dimensions, _quantiles) = (batch.Map("dimensions"), batch.Map("quantiles"));
    }

    public void Begin()
    {
        Dimensions.Clear();
        Statistics.Clear();
    }

    public static bool IsTime(long milliseconds) => milliseconds is >= 0 and <= MillisecondsMax;

    public void SetTime(long milliseconds) => _time.Set(_batch.RowCount, milliseconds * 1000);

    public void SetMetricStream(ReadOnlySpan<byte> text) => Set(_metricStream, text);

    public void SetAccount(ReadOnlySpan<byte> text) => Set(_account, text);

    public void SetRegion(ReadOnlySpan<byte> text) => Set(_region, text);

    public void SetNamespace(ReadOnlySpan<byte> text) => Set(_namespace, text);

    public void SetMetric(ReadOnlySpan<byte> text) => Set(_metric, text);

    public void SetUnit(ReadOnlySpan<byte> text) => Set(_unit, text);

    public void SetMin(double value) => _min.Set(_batch.RowCount, value);

    public void SetMax(double value) => _max.Set(_batch.RowCount, value);

    public void SetSum(double value) => _sum.Set(_batch.RowCount, value);

    public void SetCount(double value) => _count.Set(_batch.RowCount, value);

    public void End()
    {
        Dimensions.WriteTexts(_dimensions, _batch.RowCount);
        Statistics.WriteNumbers(_quantiles, _batch.RowCount);
        _batch.EndRow();
    }

    public void Abandon() => _batch.AbandonRow();

    private void Set(TextColumn column, ReadOnlySpan<byte> text)
    {
        if (Utf8Text.IsText(text))
        {
            column.Set(_batch.RowCount, text);
            return;
        }

        if (_repaired.Length < text.Length * Utf8Text.GrowthMax)
        {
            _repaired = new byte[Math.Max(ScratchBytes, text.Length * Utf8Text.GrowthMax)];
        }

        column.Set(_batch.RowCount, _repaired.AsSpan(0, Utf8Text.Repair(text, _repaired)));
        _repaired = _repaired.Length > ScratchBytes ? [] : _repaired;
    }
}
