namespace Cistern.Delivery.Metrics;

/// <summary>What was measured within one minute.</summary>
/// <param name="Minute">Minutes since 1970.</param>
/// <param name="Count">Samples.</param>
internal readonly record struct MetricPoint(long Minute, double Sum, long Count, double Min, double Max)
{
    public MetricPoint With(double value, long samples) => this with
    {
        Sum = Sum + value,
        Count = Count + samples,
        Min = Math.Min(Min, value / samples),
        Max = Math.Max(Max, value / samples),
    };

    public MetricPoint With(MetricPoint other) => this with
    {
        Sum = Sum + other.Sum,
        Count = Count + other.Count,
        Min = Math.Min(Min, other.Min),
        Max = Math.Max(Max, other.Max),
    };

    public static MetricPoint Of(long minute, double value, long samples) => new(minute, value, samples, value / samples, value / samples);
}

/// <summary>The points of one metric of one stream, in order of time.</summary>
internal sealed class MetricSeries
{
    private readonly Lock _lock = new();
    private MetricPoint[] _points = new MetricPoint[4];
    private int _first;
    private int _end;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _end - _first;
            }
        }
    }

    /// <returns>Whether a point was added: the first of its minute.</returns>
    public bool Add(long minute, double value, long samples)
    {
        lock (_lock)
        {
            // A clock that went back adds to the latest minute: the order must hold.
            if (_end > _first && _points[_end - 1].Minute >= minute)
            {
                _points[_end - 1] = _points[_end - 1].With(value, samples);
                return false;
            }

            Append(MetricPoint.Of(minute, value, samples));
            return true;
        }
    }

    /// <summary>Takes points of an earlier run; only what is later than all that are here.</summary>
    public int Restore(IEnumerable<MetricPoint> points)
    {
        lock (_lock)
        {
            var before = _end - _first;
            foreach (var point in points)
            {
                if (point.Count > 0 && double.IsFinite(point.Sum) && (_end == _first || _points[_end - 1].Minute < point.Minute))
                {
                    Append(point);
                }
            }

            return _end - _first - before;
        }
    }

    /// <summary>The points from a minute on and before another.</summary>
    public MetricPoint[] Read(long from, long before)
    {
        lock (_lock)
        {
            var live = _points.AsSpan(_first, _end - _first);
            var start = 0;
            while (start < live.Length && live[start].Minute < from)
            {
                start++;
            }

            var end = start;
            while (end < live.Length && live[end].Minute < before)
            {
                end++;
            }

            return live[start..end].ToArray();
        }
    }

    /// <summary>Forgets what is older than a minute.</summary>
    /// <returns>How many points that were.</returns>
    public int Forget(long before)
    {
        lock (_lock)
        {
            var old = _first;
            while (_first < _end && _points[_first].Minute < before)
            {
                _first++;
            }

            return _first - old;
        }
    }

    private void Append(MetricPoint point)
    {
        if (_end == _points.Length)
        {
            MakeRoom();
        }

        _points[_end++] = point;
    }

    // Moves down what is live; a larger array only if at least half of it is.
    private void MakeRoom()
    {
        var live = _end - _first;
        var target = live * 2 > _points.Length ? new MetricPoint[_points.Length * 2] : _points;
        Array.Copy(_points, _first, target, 0, live);
        (_points, _first, _end) = (target, 0, live);
    }
}
