using Cistern.Operations;
using Cistern.Query.Catalogue;
using Cistern.Query.Filter;

namespace Cistern.Query.Model;

/// <summary>Turns what was written into a question, or says the first thing that is wrong.</summary>
internal sealed class QuestionReader(QueryModel model, DateTimeOffset now)
{
    private const string TimeName = "time";

    private readonly List<Measure> _measures = [];
    private readonly List<QueryField> _dimensions = [];
    private readonly List<OrderTerm> _order = [];
    private Signal _signal = Signals.All[0];
    private Period _period = null!;
    private TimeBuckets? _buckets;
    private int _timePlace;
    private FilterNode _filter = new AllOf([]);
    private FilterNode? _having;

    public static QueryProblem? Read(QueryModel model, DateTimeOffset now, out Question question)
    {
        var reader = new QuestionReader(model, now);
        var problem = reader.ReadParts();
        question = problem is null ? reader.Whole() : null!;
        return problem;
    }

    private QueryProblem? ReadParts() =>
        Signals.Find(model.Signal, out _signal)
        ?? PeriodReader.Read(model.From, model.To, model.Tz, now, out _period)
        ?? ReadMeasures()
        ?? ReadDimensions()
        ?? FilterParser.Parse(model.Where, _signal, now, out _filter)
        ?? ReadHaving()
        ?? ReadOrder()
        ?? ReadLimit();

    private Question Whole() => new()
    {
        Signal = _signal,
        Period = _period,
        Measures = _measures,
        Dimensions = _dimensions,
        Buckets = _buckets,
        TimePlace = _timePlace,
        Filter = _filter,
        Having = _having,
        Order = _order,
        Limit = model.Limit ?? QueryBounds.LimitDefault,
        Compare = model.Compare,
    };

    private QueryProblem? ReadMeasures()
    {
        IReadOnlyList<string> names = model.Measures is { Count: > 0 } given ? given : [_signal.Measures[0].Name];
        if (names.Count > QueryBounds.NamesMax)
        {
            return TooMany("measures", names.Count);
        }

        foreach (var name in names)
        {
            if (name is null || !_signal.TryMeasure(name, out var measure))
            {
                var known = _signal.Measures.Select(candidate => candidate.Name).Concat(_signal.Keyed.Select(keyed => $"{keyed.Name}.NAME")).ToArray();
                return Unknown("measure", name ?? "null", known);
            }

            _measures.Add(measure);
        }

        return null;
    }

    private QueryProblem? ReadDimensions()
    {
        IReadOnlyList<string> names = model.By ?? [];
        if (names.Count > QueryBounds.NamesMax)
        {
            return TooMany("dimensions", names.Count);
        }

        foreach (var (place, name) in names.Index())
        {
            if (ReadDimension(name ?? "null", place) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private QueryProblem? ReadDimension(string name, int place)
    {
        if (name == TimeName || name.StartsWith("time:", StringComparison.Ordinal))
        {
            return ReadTime(name, place);
        }

        if (!_signal.TryField(name, out var field))
        {
            return Unknown("dimension", name, [.. _signal.Fields.Where(known => known.IsDimension).Select(known => known.Name), TimeName]);
        }

        _dimensions.Add(field);
        return field.IsDimension
            ? null
            : new(QueryFault.ParameterInvalid, $"cannot group by '{name}': it is {Article(field.Kind)}; use time:1h for time, and {name}.KEY for a value of a map");
    }

    private QueryProblem? ReadTime(string name, int place)
    {
        if (_buckets is not null)
        {
            return new(QueryFault.ParameterInvalid, "cannot group by time twice; leave one out");
        }

        var interval = Interval.Fitting(_period.Length);
        if (name != TimeName && !Interval.TryParse(name[(TimeName.Length + 1)..], out interval))
        {
            return new(QueryFault.ParameterInvalid, $"cannot use interval '{name[(TimeName.Length + 1)..]}': {Interval.Forms}, or 'time' alone to have one chosen");
        }

        (_buckets, _timePlace) = (TimeBuckets.Make(interval, _period.Zone, _period.Range), place);
        return _buckets is not null
            ? null
            : new(QueryFault.LimitExceeded, $"cannot divide {_period.Length:d\\.hh\\:mm} into buckets of {interval.Name}: the limit is {QueryBounds.PointsMax} points; use a longer interval, or 'time' alone to have one chosen");
    }

    private QueryProblem? ReadHaving()
    {
        if (string.IsNullOrWhiteSpace(model.Having))
        {
            return null;
        }

        if (_buckets is not null && _dimensions.Count == 0)
        {
            return new(QueryFault.ParameterInvalid, "cannot use having with time as the only dimension: there is one series, and nothing to choose from; add a dimension");
        }

        return FilterParser.Parse(model.Having, HavingFields.Of(_measures, model.Compare && _buckets is null), now, out _having);
    }

    private QueryProblem? ReadOrder()
    {
        foreach (var term in (model.Order ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (ReadTerm(term) is { } problem)
            {
                return problem;
            }
        }

        if (_order.All(term => term.By == OrderBy.Time) && (_buckets is null || _dimensions.Count > 0))
        {
            _order.Add(new(OrderBy.Measure, 0, Descending: true));
        }

        return null;
    }

    private QueryProblem? ReadTerm(string text)
    {
        var descending = text.StartsWith('-');
        var name = descending ? text[1..] : text;
        if (_buckets is not null && (name == TimeName || name.StartsWith("time:", StringComparison.Ordinal)))
        {
            _order.Add(new(OrderBy.Time, 0, descending));
            return null;
        }

        if (Find(name) is not { } found)
        {
            return new(QueryFault.NameUnknown, $"cannot order by '{name}': it is none of the measures and dimensions of this question{Nearest.Hint(name, Orderable(), $"; use {string.Join(", ", Orderable())}")}");
        }

        _order.Add(new(found.By, found.Place, descending));
        return null;
    }

    private (OrderBy By, int Place)? Find(string name)
    {
        if (_measures.FindIndex(measure => measure.Name == name) is >= 0 and var measure)
        {
            return (OrderBy.Measure, measure);
        }

        if (_dimensions.FindIndex(field => field.Name == name) is >= 0 and var dimension)
        {
            return (OrderBy.Dimension, dimension);
        }

        // A change of a series would have to be known before its points are.
        return model.Compare && _buckets is null ? FindCompared(name) : null;
    }

    private (OrderBy By, int Place)? FindCompared(string name)
    {
        var place = _measures.FindIndex(measure => measure.Kind != MeasureKind.Moment && (name == $"{measure.Name}_before" || name == $"{measure.Name}_change"));
        return place < 0 ? null : (name.EndsWith("_before", StringComparison.Ordinal) ? OrderBy.Before : OrderBy.Change, place);
    }

    private IEnumerable<string> Orderable() => _measures.Select(measure => measure.Name).Concat(_dimensions.Select(field => field.Name));

    private QueryProblem? ReadLimit() => model.Limit is < 1 or > QueryBounds.RowsMax
        ? new(QueryFault.LimitExceeded, $"cannot use limit {model.Limit}: it must be 1 to {QueryBounds.RowsMax}")
        : null;

    private QueryProblem Unknown(string what, string name, string[] known) => new(
        QueryFault.NameUnknown,
        $"cannot use {what} '{name}': signal {_signal.Name} has none of that name{Nearest.Hint(name, known, "; /api/catalogue lists them")}");

    private static QueryProblem TooMany(string what, int count) =>
        new(QueryFault.LimitExceeded, $"cannot answer {count} {what} at once: the limit is {QueryBounds.NamesMax}; ask twice");

    private static string Article(FieldKind kind) => kind switch
    {
        FieldKind.Time => "a time",
        FieldKind.Bytes => "bytes",
        FieldKind.TextMap or FieldKind.NumberMap => "a map",
        FieldKind.Boolean or FieldKind.Integer or FieldKind.Number or FieldKind.Text => "a value",
    };
}
