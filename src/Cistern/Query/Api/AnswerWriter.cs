using System.Globalization;
using Cistern.Query.Model;
using Cistern.Store;

namespace Cistern.Query.Api;

/// <summary>Writes the answer to a question. If time is the only dimension, buckets without rows are filled in.</summary>
internal sealed class AnswerWriter(Question question, IQueryResult result, StoreTraits traits)
{
    private readonly IReadOnlyList<AnswerColumn> _columns = AnswerColumns.Of(question, result.Columns);
    private readonly int _sampledPlace = result.Columns.Count - 1;
    private readonly bool _descending = question.Order.Any(term => term is { By: OrderBy.Time, Descending: true });
    private bool _scaled;

    public Answer Write(Func<TimeSpan> elapsed)
    {
        using var body = new AnswerBody();
        body.Writer.WriteStartObject();
        body.WriteColumns(_columns);
        body.Writer.WriteStartArray("rows"u8);
        WriteRows(body);
        body.Writer.WriteEndArray();
        WriteMeta(body, elapsed());
        body.Writer.WriteEndObject();
        return body.ToAnswer();
    }

    private void WriteRows(AnswerBody body)
    {
        var filled = 0;
        while (!body.IsTooLarge && result.Read())
        {
            _scaled |= result[_sampledPlace] is not null and not 0 and not 0L;
            if (question.IsFilled)
            {
                WriteEmpty(body, filled, Place());
                filled = Place() + 1;
            }

            WriteRow(body);
        }

        if (question.IsFilled)
        {
            WriteEmpty(body, filled, question.Buckets!.Starts.Count);
        }
    }

    // How many buckets come before the row's in the order of the answer.
    private int Place() => _descending ? question.Buckets!.Starts.Count - 1 - Bucket() : Bucket();

    private int Bucket() => Convert.ToInt32(result[0], CultureInfo.InvariantCulture);

    private void WriteRow(AnswerBody body)
    {
        body.Writer.WriteStartArray();
        foreach (var column in _columns)
        {
            JsonValues.Write(body.Writer, column.IsBucket ? question.Buckets!.Starts[Bucket()] : result[column.Source]);
        }

        body.Writer.WriteEndArray();
    }

    private void WriteEmpty(AnswerBody body, int from, int to)
    {
        var starts = question.Buckets!.Starts;
        for (var place = from; place < to; place++)
        {
            body.Writer.WriteStartArray();
            foreach (var column in _columns)
            {
                var start = starts[_descending ? starts.Count - 1 - place : place];
                JsonValues.Write(body.Writer, column.IsBucket ? start : column.ZeroWhenEmpty ? 0L : null);
            }

            body.Writer.WriteEndArray();
        }
    }

    private void WriteMeta(AnswerBody body, TimeSpan elapsed)
    {
        body.BeginMeta(traits, result.SnapshotRows, elapsed, question.Period, result.Classified);
        if (question.Buckets is { } buckets)
        {
            body.Writer.WriteString("bucket"u8, buckets.Interval.Name);
        }

        body.Writer.WriteBoolean("scaled"u8, _scaled);
        if (_scaled)
        {
            body.Writer.WriteString("note"u8, "part of the traffic was sampled: counts and bytes are scaled; quantiles and distinct values are of the rows");
        }

        body.Writer.WriteEndObject();
    }
}
