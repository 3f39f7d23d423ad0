using Cistern.Query.Filter;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary>A page that was read.</summary>
/// <param name="Next">Where the next page begins; null if this is the last.</param>
/// <param name="SnapshotRows">Rows of the tables that the largest of its statements saw.</param>
internal sealed record RowsPage(int Rows, RowsCursor? Next, long SnapshotRows)
{
    /// <summary>The same for the rows of <c>requests</c> that all of its statements saw.</summary>
    public Classified Classified { get; init; }
}

/// <summary>Reads pages of rows in the order of time, stretch by stretch.</summary>
/// <remarks>
/// The newest 200 of a day's rows as one statement would look at all columns of the whole day to sort it. So a page begins with a short stretch
/// of time at its near end, and goes on to the next one, longer as there was less in the last, until it is full or the range is over.
/// The stretches do not overlap and are asked in order, so their rows behind each other are the rows of the one statement.
/// </remarks>
internal sealed class RowsPages(IStore store, QuestionLimits settings)
{
    private const int StretchesOfRange = 64;
    private const double GrowthMax = 16;

    // Few rows of a short stretch match a rare filter, and few are to be sorted in a long one.
    private const double FilteredGrowthMax = 256;

    private static readonly TimeSpan LengthMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstLengthMax = TimeSpan.FromMinutes(10);

    // Pages of one export follow each other: the next begins with the length that was right for the last.
    private TimeSpan? _length;

    /// <param name="take">Called for each row; what is behind the question's columns belongs to the cursor. Gives false to end the page there.</param>
    public async Task<RowsPage> ReadAsync(RowsQuestion question, Func<IQueryResult, bool> take, CancellationToken cancel)
    {
        var page = new Page(question, take);
        var length = _length ?? Shorter(FirstLengthMax, Longer(LengthMin, question.Period.Length / StretchesOfRange));
        for (var left = Begin(question); left.From < left.To && !page.IsFull;)
        {
            var stretch = Near(question, left, length);
            var before = page.Rows;
            using (var result = await store.QueryAsync(question.ToSql(store.Dialect, settings, stretch, page.Missing, isFirst: before == 0 && IsFirst(question, stretch)), cancel))
            {
                page.Add(result);
            }

            _length = length;
            length = Next(length, page.Rows - before, page.Missing, question.Filter is AllOf { Parts.Count: 0 } ? GrowthMax : FilteredGrowthMax);
            left = question.Descending ? left with { To = stretch.From } : left with { From = stretch.To };
        }

        return page.ToPage();
    }

    // What is left of the range behind the cursor; the moment of the cursor itself is part of it.
    private static TimeRange Begin(RowsQuestion question)
    {
        var range = question.Period.Range;
        if (question.Cursor is null)
        {
            return range;
        }

        var at = Moments.FromMicroseconds(question.Cursor.Time);
        return question.Descending
            ? range with { To = at < range.To ? at.AddMicroseconds(1) : range.To }
            : range with { From = at > range.From ? at : range.From };
    }

    private static bool IsFirst(RowsQuestion question, TimeRange stretch) => question.Cursor is { } cursor
        && Moments.FromMicroseconds(cursor.Time) is var at && at >= stretch.From && at < stretch.To;

    private static TimeRange Near(RowsQuestion question, TimeRange left, TimeSpan length)
    {
        if (length >= left.To - left.From)
        {
            return left;
        }

        return question.Descending ? left with { From = left.To - length } : left with { To = left.From + length };
    }

    private static TimeSpan Next(TimeSpan length, int found, int missing, double growthMax)
    {
        var growth = found == 0 ? growthMax : Math.Clamp(1.5 * missing / found, 1, growthMax);
        return TimeSpan.FromTicks((long)Math.Min(length.Ticks * growth, TimeSpan.MaxValue.Ticks / 2));
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private sealed class Page(RowsQuestion question, Func<IQueryResult, bool> take)
    {
        private RowsCursor? _last = question.Cursor;
        private bool _more;
        private long _snapshotRows;
        private Classified _classified;

        public int Rows { get; private set; }

        /// <summary>One row more than the page has, to know whether another page follows.</summary>
        public int Missing => question.Limit + 1 - Rows;

        public bool IsFull => _more;

        public void Add(IQueryResult result)
        {
            _snapshotRows = Math.Max(_snapshotRows, result.SnapshotRows);
            _classified += result.Classified;
            while (!_more && result.Read())
            {
                if (Rows == question.Limit)
                {
                    _more = true;
                    return;
                }

                Rows++;
                _last = Follow(_last, result);
                _more = !take(result);
            }
        }

        public RowsPage ToPage() => new(Rows, _more ? _last : null, _snapshotRows) { Classified = _classified };

        private RowsCursor Follow(RowsCursor? last, IQueryResult result)
        {
            var place = question.Columns.Count;
            var time = Moments.Microseconds((DateTimeOffset)result[place]!);
            var received = result[place + 1] is DateTimeOffset moment ? Moments.Microseconds(moment) : 0;
            var delivery = question.HasColumn(RowsQuestion.Key[2]) ? (string?)result[place + 2] ?? "" : "";
            return last is not null && last.Time == time && last.Received == received && last.DeliveryId == delivery
                ? last with { Given = last.Given + 1 }
                : new(time, received, delivery, 1);
        }
    }
}
